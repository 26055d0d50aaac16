/* output.h - from options to tracers: where a run is told. */
#ifndef EMU_OUTPUT_H
#define EMU_OUTPUT_H

#include "machine.h"
#include "options.h"

/* Opens what --strace, --explain, --trace-json, --record and --maps write to. 0, or the exit status after one
 * line on stderr. */
int output_open(struct machine *m, const struct options *o, const char *program);

#endif
