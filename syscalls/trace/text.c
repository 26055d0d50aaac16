/* text.c - a piece of text that grows. */
#include "text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool text_room(struct text *x, size_t n)
{
    if (x->len + n >= x->room) {
        size_t room = x->room * 2 + n + 256;
        char *s = realloc(x->s, room);

        if (!s)
            return false;
        x->s = s;
        x->room = room;
    }
    return true;
}

void text_putc(struct text *x, char ch)
{
    if (text_room(x, 1))
        x->s[x->len++] = ch;
}

void text_write(struct text *x, const char *s, size_t len)
{
    if (len && text_room(x, len)) {
        memcpy(x->s + x->len, s, len);
        x->len += len;
    }
}

void text_puts(struct text *x, const char *s)
{
    text_write(x, s, strlen(s));
}

void text_printf(struct text *x, const char *fmt, ...)
{
    va_list ap;
    int n;

    if (!text_room(x, 128))
        return;
    va_start(ap, fmt);
    n = vsnprintf(x->s + x->len, x->room - x->len, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    if ((size_t)n >= x->room - x->len) {
        if (!text_room(x, (size_t)n + 1))
            return;
        va_start(ap, fmt);
        vsnprintf(x->s + x->len, x->room - x->len, fmt, ap);
        va_end(ap);
    }
    x->len += (size_t)n;
}
