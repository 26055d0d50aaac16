/* structs_mount.c - what calls that mount are told, as strace shows it. */
#include <linux/mount.h>

#include "strace.h"

#define LONGEST_BLOB (1u << 20)                  /* more than the kernel takes */
#define MS_NO_TYPE   (32u | MS_NO_DATA)          /* MS_REMOUNT */
#define MS_NO_DATA   (4096u | 8192u | 15u << 17) /* MS_BIND, MS_MOVE, MS_UNBINDABLE ... MS_SHARED */

/* Strings that mount(2) looks at with these flags. */
static void print_if_used(struct call *c, uint64_t addr, unsigned unless)
{
    if (c->args[3] & unless)
        print_addr(c, addr);
    else
        print_string(c, addr);
}

static void print_mount_type(struct call *c, uint64_t addr, const struct arg *a)
{
    print_if_used(c, addr, MS_NO_TYPE);
}

static void print_mount_data(struct call *c, uint64_t addr, const struct arg *a)
{
    print_if_used(c, addr, MS_NO_DATA);
}

/* Its size is the argument after it. A descriptor is only looked at where mounts get owners of their own. */
static void print_mount_attr(struct call *c, uint64_t addr, const struct arg *a)
{
    struct mount_attr m;

    if (c->args[4] < sizeof(m) || !get(c, &m, addr, sizeof(m))) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "{attr_set=");
    print_flags_named(c, "mount_attr", m.attr_set);
    text_puts(c->out, ", attr_clr=");
    print_flags_named(c, "mount_attr", m.attr_clr);
    text_puts(c->out, ", propagation=");
    print_xlat_named(c, "propagation", m.propagation);
    text_puts(c->out, ", userns_fd=");
    if ((m.attr_set | m.attr_clr) & MOUNT_ATTR_IDMAP && m.userns_fd <= INT32_MAX)
        print_fd(c, (int)m.userns_fd);
    else
        text_printf(c->out, "%llu", (unsigned long long)m.userns_fd);
    print_tail(c, addr, sizeof(m), c->args[4]);
    text_putc(c->out, '}');
}

/* A value of fsconfig that is no string; its length is the argument after it. */
static void print_blob(struct call *c, uint64_t addr, const struct arg *a)
{
    if ((uint32_t)c->args[4] > LONGEST_BLOB)
        print_addr(c, addr);
    else
        print_mem(c, addr, (uint32_t)c->args[4], true);
}

const struct struct_type structs_mount[] = {
    {"mount_type", 0, NULL, print_mount_type, false, STRUCT_PLAIN},
    {"mount_data", 0, NULL, print_mount_data, false, STRUCT_PLAIN},
    {"mount_attr", 0, NULL, print_mount_attr, false, STRUCT_PLAIN},
    {"mount_blob", 0, NULL, print_blob, false, STRUCT_TEXT},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
