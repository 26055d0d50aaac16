/*
 * diff_exclude.c - where a result may differ from the host's, by name and with the reason: it depends on
 * something outside of the model. Fewer is better; what the comparison leaves out from the start is in
 * docs/diff.md.
 */
#include "diff.h"

#include <errno.h>
#include <sys/syscall.h>

#define MADV_COLLAPSE 25

/* The host may have no huge page to give at the moment (khugepaged's limits, fragmented memory). */
static bool no_huge_page(const struct lockstep_record *emu, const struct lockstep_record *native)
{
    return emu->nr == SYS_madvise && (int)emu->args[2] == MADV_COLLAPSE &&
           (native->ret == -EAGAIN || native->ret == -EBUSY);
}

static const struct {
    const char *name;
    bool (*applies)(const struct lockstep_record *emu, const struct lockstep_record *native);
} exclusions[] = {
    {"no-huge-page", no_huge_page},
};

const char *diff_excluded(const struct lockstep_record *emu, const struct lockstep_record *native)
{
    for (size_t i = 0; i < sizeof(exclusions) / sizeof(exclusions[0]); i++)
        if (exclusions[i].applies(emu, native))
            return exclusions[i].name;
    return NULL;
}
