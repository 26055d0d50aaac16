/* structs_keys.c - keys as strace shows them: by number, or what the number stands for; what is read of them. */
#include "strace.h"

/* A number with a sign and its name; `unknown`: also where it has none. */
static void print_named(struct call *c, const char *table, uint64_t v, bool unknown)
{
    const struct xlat_table *x = xlat_find(table);
    const char *name = xlat_name(x->x, (uint32_t)v);

    if (name && c->tr->opt.xlat == XLAT_ABBREV) {
        text_puts(c->out, name);
        return;
    }
    text_printf(c->out, "%d", (int)(uint32_t)v);
    if ((name || unknown) && c->tr->opt.xlat != XLAT_RAW)
        text_printf(c->out, " /* %s */", name ? name : x->unknown);
}

static void print_key(struct call *c, uint64_t v, const struct arg *a)
{
    print_named(c, "keyring", v, false);
}

static void print_default(struct call *c, uint64_t v, const struct arg *a)
{
    print_named(c, "key_default", v, true);
}

/* An errno by its name, which KEYCTL_REJECT gives. */
static void print_reason(struct call *c, uint64_t v, const struct arg *a)
{
    print_errno(c, (int)(uint32_t)v);
}

/* As much as there was room for, without the NUL at its end. */
static void print_shown(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t room = c->args[3], len = (uint64_t)c->ret;
    char last;

    if (len > room)
        len = room;
    if (len && get(c, &last, addr + len - 1, 1) && !last)
        len--;
    print_mem(c, addr, len, false);
}

const struct struct_type structs_keys[] = {
    {"key", 0, NULL, print_key, false, STRUCT_PLAIN},
    {"key_default", 0, NULL, print_default, false, STRUCT_PLAIN},
    {"key_reason", 0, NULL, print_reason, false, STRUCT_PLAIN},
    {"key_text", 0, NULL, print_shown, false, STRUCT_TEXT},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
