/* stamps.h - times before lines and behind them: -t, -r, -T. */
#ifndef SYSCALLS_TRACE_STAMPS_H
#define SYSCALLS_TRACE_STAMPS_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

enum stamp_form { STAMP_NONE, STAMP_TIME /* of day, UTC */, STAMP_UNIX /* seconds since 1970 */ };
struct stamp_options {
    enum stamp_form form;
    bool relative, spent;                           /* since the line before; in the call */
    unsigned digits, relative_digits, spent_digits; /* behind the point: 0, 3, 6 or 9 */
};

/* As so many -t ask for. */
void stamp_count(struct stamp_options *opt, unsigned t);
/* "s", "ms", "us" or "ns"; "" is "us". False: none of them. */
bool stamp_parse_unit(unsigned *digits, const char *unit);
/* "[[format:]none|time|unix],[[precision:]UNIT]", as strace takes it; nothing named is time and s. False: not that. */
bool stamp_parse(struct stamp_options *opt, const char *text);
/* Before a line of virtual time now_ns, elapsed_ns after the last. */
void stamp_put(struct text *out, const struct stamp_options *opt, uint64_t now_ns, uint64_t elapsed_ns);
/* " <0.000100>" */
void stamp_put_spent(struct text *out, const struct stamp_options *opt, uint64_t ns);

#endif
