/* text.h - a growing piece of text. Out of memory: it stops growing. */
#ifndef SYSCALLS_TRACE_TEXT_H
#define SYSCALLS_TRACE_TEXT_H

#include <stddef.h>

struct text {
    char *s;
    size_t len, room;
};
static inline void text_clear(struct text *x)
{
    x->len = 0;
}
void text_putc(struct text *x, char c);
void text_puts(struct text *x, const char *s);
void text_write(struct text *x, const char *s, size_t len);
void text_printf(struct text *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
