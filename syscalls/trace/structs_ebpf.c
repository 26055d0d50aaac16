/* structs_ebpf.c - what bpf(2) is asked and tells, as strace shows it. */
#include <string.h>

#include "ebpf_commands.h"
#include "strace.h"

static uint32_t at(const uint8_t *p, unsigned where)
{
    uint32_t v;

    memcpy(&v, p + where, sizeof(v));
    return v;
}

/* Bytes of a later kernel's fields, if they say anything. */
static void put_extra(struct call *c, const uint8_t *p, unsigned known, unsigned size)
{
    unsigned i = known;

    while (i < size && !p[i])
        i++;
    if (i >= size)
        return;
    if (!c->style.full) {
        text_puts(c->out, ", ...");
        return;
    }
    text_puts(c->out, ", extra_data=");
    print_quoted(c->out, p + known, size - known, false, QUOTE_HEX);
    text_printf(c->out, " /* bytes %u..%u */", known, size - 1);
}

/* The bytes of the structure of a link that are known. */
static unsigned put_link(struct call *c, const uint8_t *p, unsigned have)
{
    const struct ebpf_part *part = ebpf_link((uint32_t)at(p, 8));

    if (have <= EBPF_LINK_SIZE)
        return EBPF_LINK_SIZE;
    if (part->inside)
        text_printf(c->out, ", %s={", part->inside);
    print_fields(c, part->fields, p, have, part->inside ? "" : ", ");
    if (part->inside)
        text_putc(c->out, '}');
    return part->size;
}

static void put_end(struct call *c, const struct ebpf_command *cmd, const uint8_t *p, unsigned known,
                    unsigned size)
{
    if (cmd->inside)
        text_putc(c->out, '}');
    put_extra(c, p, known, size);
    text_putc(c->out, '}');
}

static void put_begin(struct call *c, const struct ebpf_command *cmd, const uint8_t *p, unsigned size)
{
    unsigned have = size < cmd->size ? size : cmd->size, known = cmd->size;

    text_putc(c->out, '{');
    if (cmd->inside)
        text_printf(c->out, "%s={", cmd->inside);
    print_fields(c, cmd->fields, p, have, "");
    if (cmd->link)
        known = put_link(c, p, have);
    if (!cmd->told)
        put_end(c, cmd, p, known, size);
}

/* What the call changed: a number that was told, and what could not be. */
static void put_told(struct call *c, const struct ebpf_command *cmd, const uint8_t *p, unsigned size)
{
    const struct call_note *n = note_find(c);
    uint64_t now = at(p, cmd->changed);
    bool differs = n && n->v[0] != now;

    if (!cmd->told) {
        if (differs)
            text_printf(c->out, " => {%s={count=%lu}}", cmd->inside, now);
        return;
    }
    if (differs && !cmd->told_there)
        text_printf(c->out, " => %lu", now);
    print_fields(c, cmd->told, p, size < cmd->size ? size : cmd->size, ", ");
    put_end(c, cmd, p, cmd->size, size);
}

/* The argument after it is its size. */
static void print_attr(struct call *c, uint64_t addr, const struct arg *a)
{
    uint32_t size = (uint32_t)c->args[2];
    uint8_t p[MM_PAGE_SIZE] __attribute__((aligned(8))) = {0};
    const struct ebpf_command *cmd = ebpf_command((uint32_t)c->args[0]);
    struct call_note *n;

    if (!cmd || !size || size > sizeof(p) || !get(c, p, addr, size)) {
        if (!c->done)
            print_addr(c, addr);
        return;
    }
    if (c->done && cmd->changed) {
        put_told(c, cmd, p, size);
        note_drop(c);
    } else if (!c->done) {
        put_begin(c, cmd, p, size);
        n = cmd->changed ? note_make(c, 1) : NULL;
        if (n)
            n->v[0] = at(p, cmd->changed);
    }
}

const struct struct_type structs_ebpf[] = {
    {"ebpf_attr", 0, NULL, print_attr, true, STRUCT_SPLIT},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
