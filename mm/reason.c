/*
 * reason.c - why an operation fails: remembered where the errno is decided, so that a person can be told.
 *
 * Nothing here runs while operations succeed. What a sealing design refuses has its own record (ask.c).
 */
#include "mm.h"

int mm_fail_at(struct mm *mm, int err, enum mm_about about, uint64_t at, const char *why)
{
    mm->reason = (struct mm_reason){.err = err, .about = about, .at = at, .why = why};
    return err;
}

int mm_fail(struct mm *mm, int err, const char *why)
{
    return mm_fail_at(mm, err, MM_ABOUT_ARGUMENTS, 0, why);
}

int mm_fail_memory(struct mm *mm)
{
    return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MEMORY, 0, "the machine has no memory left");
}

const struct mm_reason *mm_last_reason(const struct mm *mm)
{
    return mm->reason.why ? &mm->reason : NULL;
}
