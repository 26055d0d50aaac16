/* diff_compare.h - the two sides step by step. */
#ifndef EMU_CMD_DIFF_COMPARE_H
#define EMU_CMD_DIFF_COMPARE_H

#include "diff.h"

/*
 * From the start records in *p to the first difference or the end. 0 with the exit status in *result (0: none, 1: one was shown, 3:
 * the program started a thread), or negative errno.
 */
int diff_compare(struct diff *d, struct diff_pair *p, int *result);

#endif
