/* structs_seccomp.c - what seccomp(2) tells, and what supervisors of filters read and write, as strace shows them. */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>

#include "strace.h"

/* ---- one number ---- */

static void print_action(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_xlat_named(c, "seccomp_ret", *(const uint32_t *)p);
    text_putc(c->out, ']');
}

static void print_notif_id(struct call *c, const void *p)
{
    text_printf(c->out, "[%#lx]", *(const uint64_t *)p);
}

/* ---- supervisors ---- */

static void print_sizes(struct call *c, const void *p)
{
    const struct seccomp_notif_sizes *s = p;

    text_printf(c->out, "{seccomp_notif=%u, seccomp_notif_resp=%u, seccomp_data=%u}", s->seccomp_notif,
                s->seccomp_notif_resp, s->seccomp_data);
}

static void put_notif(struct call *c, const struct seccomp_notif *n)
{
    text_printf(c->out, "{id=%#llx, pid=", (unsigned long long)n->id);
    print_pid(c, (int)n->pid);
    text_printf(c->out, ", flags=%#x, data={nr=", n->flags);
    if (n->data.arch == AUDIT_ARCH_X86_64)
        print_sysno(c, (unsigned)n->data.nr);
    else
        text_printf(c->out, "%u", (unsigned)n->data.nr);
    text_puts(c->out, ", arch=");
    print_xlat_named(c, "audit_arch", n->data.arch);
    text_puts(c->out, ", instruction_pointer=");
    print_addr(c, n->data.instruction_pointer);
    for (int i = 0; i < 6; i++)
        text_printf(c->out, n->data.args[i] ? "%s%#llx" : "%s%llu", i ? ", " : ", args=[",
                    (unsigned long long)n->data.args[i]);
    text_puts(c->out, "]}}");
}

/* What was there before is told, too, if it is anything: the kernel wants zeros. */
static void print_notif(struct call *c, uint64_t addr, const struct arg *a)
{
    static const struct seccomp_notif none;
    struct seccomp_notif n;

    if (!get(c, &n, addr, sizeof(n))) {
        if (!c->done)
            print_addr(c, addr);
    } else if (!c->done && memcmp(&n, &none, sizeof(n))) {
        put_notif(c, &n);
        text_puts(c->out, " => ");
    } else if (c->done && c->failed) {
        print_addr(c, addr);
    } else if (c->done) {
        put_notif(c, &n);
    }
}

static void print_resp(struct call *c, const void *p)
{
    const struct seccomp_notif_resp *r = p;

    text_printf(c->out, "{id=%#llx, val=%lld, error=", (unsigned long long)r->id, (long long)r->val);
    if (r->error < 0) /* is one: the kernel gives back what is there */
        print_errno(c, r->error);
    else
        text_printf(c->out, "%d", r->error);
    text_puts(c->out, ", flags=");
    print_flags_named(c, "seccomp_resp", r->flags);
    text_putc(c->out, '}');
}

static void print_addfd(struct call *c, const void *p)
{
    const struct seccomp_notif_addfd *u = p;

    text_printf(c->out, "{id=%#llx, flags=", (unsigned long long)u->id);
    print_flags_named(c, "seccomp_addfd", u->flags);
    text_puts(c->out, ", srcfd=");
    print_fd(c, (int)u->srcfd);
    text_printf(c->out, ", newfd=%d, newfd_flags=", (int)u->newfd);
    print_flags_named(c, "open_only", u->newfd_flags);
    text_putc(c->out, '}');
}

const struct struct_type structs_seccomp[] = {
    {"seccomp_action", 4, print_action, NULL, false, STRUCT_PLAIN},
    {"seccomp_id", 8, print_notif_id, NULL, false, STRUCT_PLAIN},
    {"seccomp_sizes", 6, print_sizes, NULL, false, STRUCT_PLAIN},
    {"seccomp_notif", 0, NULL, print_notif, true, STRUCT_SPLIT},
    {"seccomp_resp", 24, print_resp, NULL, false, STRUCT_PLAIN},
    {"seccomp_addfd", 24, print_addfd, NULL, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
