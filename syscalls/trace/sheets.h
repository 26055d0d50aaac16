/* sheets.h - the files that strace's text is written to, and how far each is. */
#ifndef SYSCALLS_TRACE_SHEETS_H
#define SYSCALLS_TRACE_SHEETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct sheet {
    struct sheet *next;
    FILE *out;     /* NULL: it could not be opened, which was told, or is closed */
    bool over;     /* sheets_over() closed it */
    int tid;       /* whose it is, with sheets.name */
    int open;      /* tid whose line is begun and not ended; 0: none */
    size_t column; /* of that line */
};

struct sheets {
    FILE *first;      /* of all, or of the first task (KERNEL_FIRST_PID); not closed */
    const char *name; /* the others' files are NAME.TID; NULL: there is one for all */
    bool append;      /* to what is in those */
    struct sheet *list;
};

/* Where lines about task tid go, made if need be. NULL: out of memory. */
struct sheet *sheet_of(struct sheets *s, int tid);
/* A line that is still open ends here. sheet->out is not NULL. */
void sheet_cut(struct sheet *sheet);
/* The same of all, and what was written so far is in the files. */
void sheets_flush(struct sheets *s);
/* Task tid is over: a file of its own is closed. What is told later (a thread's execve gives a leader's number new
 * life) is added to it. */
void sheets_over(struct sheets *s, int tid);
void sheets_destroy(struct sheets *s);

/* Closes what a trace is written to; a line on stderr if something was lost. */
void trace_close(FILE *f);

#endif
