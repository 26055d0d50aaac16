/* history.h - reading traces and recordings. */
#ifndef EMU_CMD_HISTORY_H
#define EMU_CMD_HISTORY_H

#include <stdint.h>
#include <stdio.h>

enum history_kind { HISTORY_ALL, HISTORY_MAPS, HISTORY_DIFF, HISTORY_PAGE, HISTORY_SEALS, HISTORY_REFUSED };
struct history_question {
    enum history_kind kind;
    uint64_t from, to; /* event numbers */
    uint64_t addr;
    uint64_t mm; /* 0: the first */
};
/* The answer about a recording, on stdout. 0, or the exit status after one line on stderr. */
int history_ask(FILE *in, const char *name, const struct history_question *q);

#endif
