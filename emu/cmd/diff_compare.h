/* diff_compare.h - the two sides step by step. */
#ifndef EMU_CMD_DIFF_COMPARE_H
#define EMU_CMD_DIFF_COMPARE_H

#include "diff.h"

/*
 * From the start records in *p to the first difference or the end. 0 with the exit status in *result (0:
 * none, 1: one was shown, 3: the program started a thread), or negative errno.
 */
int diff_compare(struct diff *d, struct diff_pair *p, int *result);

/* Values of *result. */
enum { SAME, DIFFERENT, THREADS = 3 };

/* ---- diff_memory.c: calls about memory ---- */
static inline bool diff_is_error(int64_t ret)
{
    return ret < 0 && ret >= -4095;
}
/* The steps in *p are the same call about memory. Shows a difference, if there is one, and sets *result. 0 or
 * negative errno. */
int diff_memory_call(struct diff *d, struct diff_pair *p, int *result);
/* The steps in *p are new images: the native side's stack is made like the emulator's, addresses get names.
 */
void diff_take_image(struct diff *d, struct diff_pair *p);
int diff_compare_maps(struct diff *d, const struct diff_pair *p, bool *same);

/* ---- diff_follow.c: the native side goes on ---- */
bool diff_is_fault(const struct lockstep_record *r);
/*
 * To the next call, fault or the end: signals from outside are held back, and so are calls that start over,
 * unless the emulator's call does so too (`restarts`).
 */
int diff_native_until(struct diff *d, struct diff_step *s, bool restarts);
/* To the call that the emulator is at. *extra: the emulator's has nothing to go with, the native step stays
 * for the next one. */
int diff_catch_up(struct diff *d, struct diff_pair *p, bool *extra);

#endif
