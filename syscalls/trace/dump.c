/* dump.c - -e read= and write=: the bytes of a call below its line, sixteen a line. */
#include "print.h"

#include <sys/uio.h>

#include "strace.h"

static void dump_bytes(struct call *c, uint64_t addr, uint64_t len, struct text *out)
{
    uint8_t b[16];

    for (uint64_t at = 0; at < len; at += 16) {
        unsigned n = len - at < 16 ? (unsigned)(len - at) : 16;

        if (!get(c, b, addr + at, n))
            return;
        text_printf(out, " | %05lx ", at);
        for (unsigned i = 0; i < 16; i++) {
            if (i < n)
                text_printf(out, " %02x", b[i]);
            else
                text_puts(out, "   ");
            if (i == 7)
                text_putc(out, ' ');
        }
        text_puts(out, "  ");
        for (unsigned i = 0; i < 16; i++)
            text_putc(out, i >= n ? ' ' : b[i] < ' ' || b[i] > '~' ? '.' : (char)b[i]);
        text_puts(out, " |\n");
    }
}

static void dump_vector(struct call *c, uint64_t addr, uint64_t n, uint64_t avail, struct text *out)
{
    for (uint64_t i = 0; i < n && avail; i++) {
        struct iovec v;
        uint64_t len;

        if (!get(c, &v, addr + i * sizeof(v), sizeof(v)))
            return;
        len = v.iov_len < avail ? v.iov_len : avail;
        text_printf(out, " * %lu bytes in buffer %lu\n", len, i);
        dump_bytes(c, (uint64_t)(uintptr_t)v.iov_base, len, out);
        avail -= len;
    }
}

void dump_call(struct call *c, const struct sig *sig, struct text *out)
{
    text_clear(out);
    if (c->failed || sig->n < 3 || sig->arg[0].kind != ARG_FD)
        return;
    switch (sig->arg[1].kind) {
    case ARG_OUT:
        if (sig->arg[1].len == LEN_RET && filter_dumps(c->tr->opt.filter, (int)c->args[0], false))
            dump_bytes(c, c->args[1], (uint64_t)c->ret, out);
        break;
    case ARG_IN:
    case ARG_PACKET:
        if (sig->arg[1].len == 2 && filter_dumps(c->tr->opt.filter, (int)c->args[0], true))
            dump_bytes(c, c->args[1], c->args[2], out);
        break;
    case ARG_OIOV:
        if (filter_dumps(c->tr->opt.filter, (int)c->args[0], false))
            dump_vector(c, c->args[1], c->args[2], (uint64_t)c->ret, out);
        break;
    case ARG_IOV:
        if (filter_dumps(c->tr->opt.filter, (int)c->args[0], true))
            dump_vector(c, c->args[1], c->args[2], UINT64_MAX, out);
        break;
    default:
        break;
    }
}
