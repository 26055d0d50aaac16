/* structs_statmount.c - requests and answers of statmount(2) and listmount(2), as strace shows them. */

#include "../fs/statmount.h"
#include "strace.h"

#include <stddef.h>

#define REQUEST_KNOWN 32u  /* bytes of struct mnt_id_req */
#define ANSWER_KNOWN  512u /* of struct statmount, before its strings */
#define PAGE          4096u

/* what: "statmount" says what is wanted, a list where it begins. */
static void print_request(struct call *c, uint64_t addr, const char *what)
{
    struct {
        uint32_t size, spare;
        uint64_t mount, param, ns;
    } r = {0};
    uint32_t size;

    if (!get(c, &size, addr, sizeof(size))) {
        print_addr(c, addr);
        return;
    }
    text_printf(c->out, "{size=%u", size);
    if (size < 24) {
        text_putc(c->out, '}');
        return;
    }
    if (!get(c, &r, addr, size < sizeof(r) ? 24 : sizeof(r))) {
        text_puts(c->out, ", ???}");
        return;
    }
    if (r.spare)
        text_printf(c->out, ", spare=%#x", r.spare);
    text_puts(c->out, ", mnt_id=");
    if (!what && r.mount == UINT64_MAX)
        print_xlat_named(c, "listmount_id", r.mount);
    else
        text_printf(c->out, "%#lx", r.mount);
    text_puts(c->out, ", param=");
    if (what)
        print_flags_named(c, what, r.param);
    else
        text_printf(c->out, "%#lx", r.param);
    if (size >= sizeof(r))
        text_printf(c->out, ", mnt_ns_id=%#lx", r.ns);
    if (size > sizeof(r))
        print_tail(c, addr, REQUEST_KNOWN, size < PAGE ? size : PAGE);
    text_putc(c->out, '}');
}

static void print_statmount_request(struct call *c, uint64_t addr, const struct arg *a)
{
    print_request(c, addr, "statmount");
}

static void print_listmount_request(struct call *c, uint64_t addr, const struct arg *a)
{
    print_request(c, addr, NULL);
}

#define ANSWER_TOLD offsetof(struct statmount_answer, subtype) /* of it, up to what no mount here has */

static void print_text(struct call *c, const char *name, uint64_t addr, uint32_t at)
{
    text_printf(c->out, ", %s=", name);
    print_nul(c, addr + ANSWER_KNOWN + at, PAGE, SIZE_MAX);
}

static void print_magic(struct call *c, uint64_t magic)
{
    if (xlat_name(xlat_find("fs_magic")->x, magic))
        print_xlat_named(c, "fs_magic", magic);
    else
        text_printf(c->out, "%#lx", magic);
}

static void print_mount(struct call *c, const struct statmount_answer *s)
{
    text_printf(c->out, ", mnt_id=%#lx, mnt_parent_id=%#lx, mnt_id_old=%#x, mnt_parent_id_old=%#x, mnt_attr=",
                s->mount, s->parent, s->old_mount, s->old_parent);
    print_flags_named(c, "mount_attr", s->attributes);
    text_puts(c->out, ", mnt_propagation=");
    print_flags_named(c, "propagation", s->propagation);
    text_printf(c->out, ", mnt_peer_group=%#lx, mnt_master=%#lx", s->peer_group, s->master);
}

/* As much as there was room for. */
static void print_statmount(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t room = c->args[2];
    struct statmount_answer s = {0};

    if (room < sizeof(s.size) || !get(c, &s, addr, room < ANSWER_TOLD ? room : ANSWER_TOLD)) {
        print_addr(c, addr);
        return;
    }
    text_printf(c->out, "{size=%u", s.size);
    if (s.mask & 0x80)
        print_text(c, "mnt_opts", addr, s.options);
    text_puts(c->out, ", mask=");
    print_flags_named(c, "statmount", s.mask);
    if (s.mask & 1) {
        text_printf(c->out, ", sb_dev_major=%u, sb_dev_minor=%u, sb_magic=", s.dev_major, s.dev_minor);
        print_magic(c, s.magic);
        text_puts(c->out, ", sb_flags=");
        print_flags_named(c, "mount", s.sb_flags);
    }
    if (s.mask & 0x20)
        print_text(c, "fs_type", addr, s.type);
    if (s.mask & 2)
        print_mount(c, &s);
    if (s.mask & 4)
        text_printf(c->out, ", propagate_from=%#lx", s.propagate_from);
    if (s.mask & 8)
        print_text(c, "mnt_root", addr, s.root);
    if (s.mask & 0x10)
        print_text(c, "mnt_point", addr, s.point);
    if (s.mask & 0x40)
        text_printf(c->out, ", mnt_ns_id=%#lx", s.ns);
    text_putc(c->out, '}');
}

static void print_number(struct call *c, const void *p)
{
    text_printf(c->out, "%#lx", *(const uint64_t *)p);
}

/* As many as came, of those there is room for: the argument after it. */
static void print_numbers(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t came = (uint64_t)c->ret < c->args[2] ? (uint64_t)c->ret : c->args[2];

    print_array(c, addr, came, sizeof(uint64_t), print_number);
}

const struct struct_type structs_statmount[] = {
    {"statmount_request", 0, NULL, print_statmount_request, false, STRUCT_PLAIN},
    {"listmount_request", 0, NULL, print_listmount_request, false, STRUCT_PLAIN},
    {"statmount", 0, NULL, print_statmount, false, STRUCT_PLAIN},
    {"mount_numbers", 0, NULL, print_numbers, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
