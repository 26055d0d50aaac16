/*
 * sets.h - sets as strace's -e writes them: "[!]a,b,c", where all and none are words too.
 *
 * A set that was never given has nothing in it; `given` tells it from one that was emptied.
 */
#ifndef SYSCALLS_TRACE_SETS_H
#define SYSCALLS_TRACE_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct set {
    bool given, negated;
    struct set_word *word;
    size_t n;
};

/* Each replaces what the set was. NULL: taken; else what is wrong with the text. */
const char *set_parse_calls(struct set *s, const char *text);   /* names, %classes, /regular expressions */
const char *set_parse_signals(struct set *s, const char *text); /* names with or without SIG, numbers */
const char *set_parse_numbers(struct set *s, const char *text); /* descriptors */
/* Of these words; all of them at most 64 and ending with NULL. */
const char *set_parse_words(struct set *s, const char *text, const char *const *words);
void set_destroy(struct set *s);

bool set_has_call(const struct set *s, const char *name, unsigned classes);
bool set_has_number(const struct set *s, uint64_t n); /* a signal, a descriptor, the index of a word */
int signal_by_name(const char *text);                 /* 0: no such signal */

#endif
