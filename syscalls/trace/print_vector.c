/* print_vector.c - one after the other: arguments, environments, vectors of buffers, arrays. */
#include <sys/uio.h>

#include "strace.h"

/* -s limits elements as it does bytes, unless all is to be shown. */
bool is_too_many(const struct call *c, uint64_t i)
{
    return !c->style.full && i >= c->tr->opt.strsize;
}

void print_argv(struct call *c, uint64_t addr)
{
    const char *sep = "";
    uint64_t p;

    if (!get(c, &p, addr, sizeof(p))) {
        print_addr(c, addr);
        return;
    }
    text_putc(c->out, '[');
    for (unsigned i = 0; p; i++) {
        text_puts(c->out, sep);
        sep = ", ";
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        print_string(c, p);
        addr += 8;
        if (!get(c, &p, addr, sizeof(p))) {
            text_printf(c->out, ", ... /* %#lx */", addr);
            break;
        }
    }
    text_putc(c->out, ']');
}

void print_envp(struct call *c, uint64_t addr)
{
    unsigned n = 0;
    uint64_t p;
    bool whole;

    if (c->style.full) {
        print_argv(c, addr);
        return;
    }
    print_addr(c, addr);
    while ((whole = get(c, &p, addr + 8ull * n, sizeof(p))) && p)
        n++;
    if (n || whole)
        text_printf(c->out, " /* %u var%s%s */", n, n == 1 ? "" : "s", whole ? "" : ", unterminated");
}

void print_iov(struct call *c, uint64_t addr, uint64_t n,
               void (*data)(struct call *c, uint64_t addr, uint64_t len), uint64_t avail)
{
    if (!n) {
        text_puts(c->out, addr ? "[]" : "NULL");
        return;
    }
    if (n > (UINT64_MAX - addr) / sizeof(struct iovec)) {
        print_addr(c, addr);
        return;
    }
    for (uint64_t i = 0; i < n; i++) {
        struct iovec v;

        if (!get(c, &v, addr + i * sizeof(v), sizeof(v))) {
            if (i)
                text_printf(c->out, ", ... /* %#lx */]", addr + i * sizeof(v));
            else
                print_addr(c, addr);
            return;
        }
        text_puts(c->out, i ? ", " : "[");
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        text_puts(c->out, "{iov_base=");
        if (data) {
            uint64_t len = v.iov_len < avail ? v.iov_len : avail;

            data(c, (uint64_t)(uintptr_t)v.iov_base, len);
            avail -= avail == UINT64_MAX ? 0 : len;
        } else {
            print_addr(c, (uint64_t)(uintptr_t)v.iov_base);
        }
        text_printf(c->out, ", iov_len=%lu}", v.iov_len);
    }
    text_putc(c->out, ']');
}

void print_array(struct call *c, uint64_t addr, uint64_t n, size_t size,
                 void (*print)(struct call *c, const void *p))
{
    uint8_t buf[512] __attribute__((aligned(8)));

    if (!addr || n > (UINT64_MAX - addr) / size || (n && !get(c, buf, addr, size))) {
        print_addr(c, addr);
        return;
    }
    text_putc(c->out, '[');
    for (uint64_t i = 0; i < n; i++) {
        text_puts(c->out, i ? ", " : "");
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        if (!get(c, buf, addr + i * size, size)) {
            text_printf(c->out, "... /* %#lx */", addr + i * size);
            break;
        }
        print(c, buf);
    }
    text_putc(c->out, ']');
}

bool print_tail(struct call *c, uint64_t addr, uint64_t known, uint64_t size)
{
    uint8_t bytes[MM_PAGE_SIZE];
    uint64_t n = size < sizeof(bytes) ? size : sizeof(bytes), shown;
    bool any = false;

    if (n <= known || !get(c, bytes, addr + known, n - known))
        return false;
    for (uint64_t i = 0; i < n - known; i++)
        any |= bytes[i];
    if (!any)
        return false;
    shown = n - known < c->tr->opt.strsize ? n - known : c->tr->opt.strsize;
    text_printf(c->out, ", /* bytes %lu..%lu */ ", known, n - 1);
    print_quoted(c->out, bytes, shown, shown < n - known, QUOTE_HEX);
    return true;
}
