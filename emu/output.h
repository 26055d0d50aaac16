/* output.h - from options to tracers: where a run is told. */
#ifndef EMU_OUTPUT_H
#define EMU_OUTPUT_H

#include "machine.h"
#include "options.h"
#include "output_create.h"

#include <sys/types.h>

/* ---- output_file.c ---- */
/* What -o names. */
struct output {
    FILE *file;          /* NULL: the tracer has it now, and closes it; or none */
    const char *name;    /* as given */
    const char *to_each; /* each task has its own file, this name with .TID; NULL: all have `file` */
    pid_t command;       /* that reads it, 0: none */
};
bool output_is_command(const char *name);
/* 0, or the exit status after one line on stderr. No -o: out->file is NULL. */
int output_file_open(struct output *out, const struct options *o);
/* After the tracer closed it, if it has it: waits for the command, a line on stderr if that fails. */
void output_close(struct output *out);

/* ---- output_check.c ---- */
/* Do the options go together? 0, or EXIT_USAGE, after a line on stderr for each thing that is to be said. */
int output_check(const struct options *o);

/* ---- output.c ---- */
/* Opens what --strace, --explain, --trace-json, --record and --maps write to. 0, or the exit status after one
 * line on stderr. *out is to be closed in each case, after the machine is gone. */
int output_open(struct machine *m, const struct options *o, const char *program, struct output *out);

#endif
