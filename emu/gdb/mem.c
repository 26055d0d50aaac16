/*
 * mem.c - the guest's memory for gdb, by way of the page tables as ptrace(2) has it: protection does not
 * matter, a write to a private page makes a copy. A sealing design that forbids forced writes forbids them to
 * gdb as well.
 */
#include "priv.h"

#include <errno.h>
#include <string.h>

static struct mm *general_mm(struct gdb *g)
{
    struct task *t = general_task(g);

    return t ? t->mm : NULL;
}

/* ADDR,LEN and the character after it */
static bool take_range(const char **s, uint64_t *addr, uint64_t *len, char end)
{
    return take_hex(s, addr) && take_char(s, ',') && take_hex(s, len) && (!end || take_char(s, end));
}

void packet_read_memory(struct gdb *g, const char *args)
{
    uint8_t buf[PACKET_MAX / 2];
    struct mm *mm = general_mm(g);
    uint64_t addr, len;
    int64_t n;

    if (!take_range(&args, &addr, &len, 0)) {
        reply_error(g, EINVAL);
        return;
    }
    if (len > sizeof(buf) - 32)
        len = sizeof(buf) - 32;
    n = mm ? mm_access_remote(mm, addr, buf, len, false, true) : -EFAULT;
    if (n < 0)
        reply_error(g, EFAULT);
    else
        reply_hex(g, buf, (size_t)n);
}

static void write_memory(struct gdb *g, uint64_t addr, void *data, uint64_t len)
{
    struct mm *mm = general_mm(g);

    if (mm && mm_access_remote(mm, addr, data, len, true, true) == (int64_t)len)
        reply_ok(g);
    else
        reply_error(g, EFAULT);
}

void packet_write_memory(struct gdb *g, const char *args)
{
    uint8_t buf[PACKET_MAX / 2];
    uint64_t addr, len;

    if (!take_range(&args, &addr, &len, ':') || len > sizeof(buf) || take_bytes(&args, buf, len) != len)
        reply_error(g, EINVAL);
    else
        write_memory(g, addr, buf, len);
}

/* Bytes as they are, but `}` hides the next one. How many, or -1: not as many as room has. */
static int64_t unescape(const char *s, const char *end, uint8_t *out, uint64_t room)
{
    uint64_t n = 0;

    for (; s < end && n < room; s++) {
        if (*s != '}')
            out[n++] = (uint8_t)*s;
        else if (++s < end)
            out[n++] = (uint8_t)*s ^ 0x20;
    }
    return s == end ? (int64_t)n : -1;
}

void packet_write_binary(struct gdb *g, const char *args)
{
    uint8_t buf[PACKET_MAX];
    uint64_t addr, len;

    if (!take_range(&args, &addr, &len, ':') || len > sizeof(buf) ||
        unescape(args, g->in + g->in_len, buf, len) != (int64_t)len)
        reply_error(g, EINVAL);
    else if (len)
        write_memory(g, addr, buf, len);
    else
        reply_ok(g); /* a question whether there are X packets */
}

/* qSearch:memory:ADDR;LEN;PATTERN, for gdb's find */
void packet_search_memory(struct gdb *g, const char *args)
{
    uint8_t pattern[1024], buf[2 * MM_PAGE_SIZE];
    struct mm *mm = general_mm(g);
    uint64_t addr, len;
    int64_t n;

    if (!take_hex(&args, &addr) || !take_char(&args, ';') || !take_hex(&args, &len) ||
        !take_char(&args, ';') || (n = unescape(args, g->in + g->in_len, pattern, sizeof(pattern))) <= 0) {
        reply_error(g, EINVAL);
        return;
    }
    while (mm && len >= (uint64_t)n) {
        uint64_t want = len < sizeof(buf) ? len : sizeof(buf);
        int64_t got = mm_access_remote(mm, addr, buf, want, false, true);
        const uint8_t *hit = got > 0 ? memmem(buf, (size_t)got, pattern, (size_t)n) : NULL;

        if (hit) {
            reply(g, "1,%llx", (unsigned long long)(addr + (uint64_t)(hit - buf)));
            return;
        }
        if (got < (int64_t)want) {
            reply_error(g, EFAULT);
            return;
        }
        if (want == len)
            break;
        addr += want - (uint64_t)n + 1;
        len -= want - (uint64_t)n + 1;
    }
    reply(g, "0");
}
