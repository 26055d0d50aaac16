/*
 * text.c - what packets are made of: hexadecimal numbers, ids, escaped binary. Replies are put together here
 * and arguments taken apart.
 */
#include "priv.h"

#include <stdarg.h>
#include <string.h>

/* ---- replies ---- */

#define ROOM(g) (PACKET_MAX - (g)->out_len)

void reply(struct gdb *g, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(g->out + g->out_len, ROOM(g), fmt, ap);
    va_end(ap);
    if (n > 0)
        g->out_len += (size_t)n < ROOM(g) ? (size_t)n : ROOM(g) - 1;
}

void reply_ok(struct gdb *g)
{
    reply(g, "OK");
}

void reply_error(struct gdb *g, int err)
{
    g->out_len = 1;
    reply(g, "E%02x", (unsigned)(err < 0 ? -err : err) & 0xff);
}

void reply_hex(struct gdb *g, const void *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *p = data;

    for (; len && ROOM(g) > 2; len--, p++) {
        g->out[g->out_len++] = digits[*p >> 4];
        g->out[g->out_len++] = digits[*p & 15];
    }
}

size_t reply_binary(struct gdb *g, const void *data, size_t len)
{
    const uint8_t *p = data;
    size_t n = 0;

    for (; n < len && ROOM(g) > 2; n++) {
        if (p[n] == '$' || p[n] == '#' || p[n] == '}' || p[n] == '*') {
            g->out[g->out_len++] = '}';
            g->out[g->out_len++] = (char)(p[n] ^ 0x20);
        } else {
            g->out[g->out_len++] = (char)p[n];
        }
    }
    return n;
}

void reply_id(struct gdb *g, const struct task *t)
{
    if (g->multiprocess)
        reply(g, "p%x.%x", (unsigned)t->proc->pid, (unsigned)t->tid);
    else
        reply(g, "%x", (unsigned)t->tid);
}

/* ---- arguments ---- */

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool take_hex(const char **s, uint64_t *v)
{
    const char *p = *s;

    for (*v = 0; digit(*p) >= 0; p++) {
        if (*v >> 60)
            return false;
        *v = *v << 4 | (uint64_t)digit(*p);
    }
    if (p == *s)
        return false;
    *s = p;
    return true;
}

bool take_char(const char **s, char c)
{
    if (**s != c)
        return false;
    ++*s;
    return true;
}

static bool take_one_id(const char **s, int *id)
{
    uint64_t v;

    *id = -1;
    if (!strncmp(*s, "-1", 2)) {
        *s += 2;
        return true;
    }
    if (!take_hex(s, &v) || v > INT32_MAX)
        return false;
    *id = (int)v;
    return true;
}

bool take_id(const char **s, struct gdb_id *id)
{
    if (!take_char(s, 'p')) {
        id->pid = 0;
        return take_one_id(s, &id->tid);
    }
    if (!take_one_id(s, &id->pid))
        return false;
    id->tid = -1;
    return !take_char(s, '.') || take_one_id(s, &id->tid);
}

size_t take_bytes(const char **s, void *buf, size_t size)
{
    uint8_t *out = buf;
    size_t n = 0;

    for (; n < size && digit((*s)[0]) >= 0 && digit((*s)[1]) >= 0; n++, *s += 2)
        out[n] = (uint8_t)(digit((*s)[0]) << 4 | digit((*s)[1]));
    return n;
}
