/* print_text.c - strings and bytes of the guest, quoted. */
#include <string.h>

#include "strace.h"

void print_quoted(struct text *out, const uint8_t *p, size_t len, bool more, enum quoting quoting)
{
    text_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        uint8_t ch = p[i];

        if (quoting == QUOTE_HEX) {
            text_printf(out, "\\x%02x", ch);
            continue;
        }
        switch (ch) {
        case '"':
        case '\\':
            text_putc(out, '\\');
            text_putc(out, (char)ch);
            break;
        case '\f':
            text_puts(out, "\\f");
            break;
        case '\n':
            text_puts(out, "\\n");
            break;
        case '\r':
            text_puts(out, "\\r");
            break;
        case '\t':
            text_puts(out, "\\t");
            break;
        case '\v':
            text_puts(out, "\\v");
            break;
        default:
            if (ch >= ' ' && ch <= 0x7e) {
                text_putc(out, (char)ch);
            } else if (quoting == QUOTE_HEX_CHARS) {
                text_printf(out, "\\x%02x", ch);
            } else { /* octal, short unless an octal digit follows */
                bool digit = i + 1 < len && p[i + 1] >= '0' && p[i + 1] <= '7';

                text_printf(out, digit ? "\\%03o" : "\\%o", ch);
            }
        }
    }
    text_puts(out, more ? "\"..." : "\"");
}

enum quoting in_hex(const struct call *c, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    if (c->tr->opt.hex != HEX_NON_ASCII)
        return c->tr->opt.hex == HEX_ALL     ? QUOTE_HEX
               : c->tr->opt.hex == HEX_CHARS ? QUOTE_HEX_CHARS
                                             : QUOTE_OCTAL;
    for (size_t i = 0; i < len; i++)
        if (p[i] > '~' || (p[i] < ' ' && (p[i] < '\t' || p[i] > '\r')))
            return QUOTE_HEX;
    return QUOTE_OCTAL;
}

void print_bytes(struct call *c, const void *p, size_t len)
{
    print_quoted(c->out, p, len, false, in_hex(c, p, len));
}

void print_mem(struct call *c, uint64_t addr, uint64_t len, bool hex)
{
    unsigned limit = c->tr->opt.strsize < 4096 ? c->tr->opt.strsize : 4096;
    uint8_t buf[4097];
    uint64_t n = len < limit ? len : limit,
             seen = n + (len > n); /* whether there is more is looked at, too */

    if (!addr || (seen && !get(c, buf, addr, seen))) {
        print_addr(c, addr);
        return;
    }
    print_quoted(c->out, buf, n, len > n, hex ? QUOTE_HEX : in_hex(c, buf, n));
}

void print_data(struct call *c, uint64_t addr, uint64_t len)
{
    print_mem(c, addr, len, false);
}

/*
 * The NUL-terminated string at addr, or what of it fits. Its length, size if no NUL was found that early, -1
 * if memory ends before.
 */
static ssize_t copy_string(struct call *c, uint64_t addr, char *buf, size_t size)
{
    size_t n = 0;

    while (addr && n < size) { /* page by page: what follows need not be there */
        uint64_t room = MM_PAGE_SIZE - (addr + n) % MM_PAGE_SIZE;
        char *end;

        if (room > size - n)
            room = size - n;
        if (!get(c, buf + n, addr + n, room))
            return -1;
        end = memchr(buf + n, 0, room);
        if (end)
            return end - buf;
        n += room;
    }
    return addr ? (ssize_t)n : -1;
}

bool get_string(struct call *c, uint64_t addr, char *buf, size_t size)
{
    ssize_t n = copy_string(c, addr, buf, size);

    return n >= 0 && (size_t)n < size;
}

/* More there is also where no end was seen among `seen` bytes, though all of them are shown. */
void print_nul(struct call *c, uint64_t addr, size_t limit, size_t seen)
{
    char buf[4097];
    size_t size = seen < sizeof(buf) ? seen : sizeof(buf);
    ssize_t n = copy_string(c, addr, buf, limit < size ? limit + 1 : size);
    bool more = size && n == (ssize_t)(limit < size ? limit + 1 : size);

    if (n < 0) {
        print_addr(c, addr);
        return;
    }
    n -= more && limit < size;
    print_quoted(c->out, (uint8_t *)buf, (size_t)n, more, in_hex(c, (uint8_t *)buf, (size_t)n));
}

void print_string(struct call *c, uint64_t addr)
{
    print_nul(c, addr, c->tr->opt.strsize, SIZE_MAX);
}
