/* structs_landlock.c - rulesets of landlock(7), as strace shows them. */
#include "strace.h"

/* As much of it as the caller has. */
static void print_ruleset(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t v[3] = {0}, size = c->args[1];

    if (size < sizeof(v[0]) || !get(c, v, addr, size < sizeof(v) ? size : sizeof(v))) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "{handled_access_fs=");
    print_flags_named(c, "landlock_fs", v[0]);
    if (size > 8) {
        text_puts(c->out, ", handled_access_net=");
        print_flags_named(c, "landlock_net", v[1]);
    }
    if (size > 16) {
        text_puts(c->out, ", scoped=");
        print_flags_named(c, "landlock_scope", v[2]);
    }
    if (size > sizeof(v))
        text_puts(c->out, ", ...");
    text_putc(c->out, '}');
}

static void print_path_rule(struct call *c, const void *p)
{
    const struct {
        uint64_t access;
        int32_t parent;
    } __attribute__((packed)) *r = p;

    text_puts(c->out, "{allowed_access=");
    print_flags_named(c, "landlock_fs", r->access);
    text_puts(c->out, ", parent_fd=");
    print_fd(c, r->parent);
    text_putc(c->out, '}');
}

static void print_port_rule(struct call *c, const void *p)
{
    const uint64_t *v = p;

    text_puts(c->out, "{allowed_access=");
    print_flags_named(c, "landlock_net", v[0]);
    text_printf(c->out, ", port=%lu}", v[1]);
}

const struct struct_type structs_landlock[] = {
    {"landlock_ruleset", 0, NULL, print_ruleset, false, STRUCT_PLAIN},
    {"landlock_path", 12, print_path_rule, NULL, false, STRUCT_PLAIN},
    {"landlock_port", 16, print_port_rule, NULL, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
