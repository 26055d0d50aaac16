/* output_create.h - files that options name to be written. */
#ifndef EMU_OUTPUT_CREATE_H
#define EMU_OUTPUT_CREATE_H

#include <stdio.h>

/* The file `name` that an option wants written, fopen()'s mode. A program is not written over: it was named by who forgot
 * FILE in `--option FILE PROGRAM ARG`. 0, or the exit status after one line on stderr; then *out is NULL. */
int output_create(const char *option, const char *name, const char *mode, FILE **out);

#endif
