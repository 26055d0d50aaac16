/*
 * diff_exclude.c - where a result may differ from the host's, by name and with the reason: it depends on something outside of the
 * model. Fewer is better; what the comparison leaves out from the start is in docs/diff.md.
 */
#include "diff.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* MADV_COLLAPSE makes a huge page if the host has one to give. */
static bool collapse(const struct lockstep_record *emu, const struct lockstep_record *native)
{
    return emu->nr == SYS_madvise && emu->args[2] == 25 /* MADV_COLLAPSE */;
}

static const struct {
    const char *name;
    bool (*applies)(const struct lockstep_record *emu, const struct lockstep_record *native);
} exclusions[] = {
    {"collapse", collapse},
};

const char *diff_excluded(const struct lockstep_record *emu, const struct lockstep_record *native)
{
    for (size_t i = 0; i < sizeof(exclusions) / sizeof(exclusions[0]); i++)
        if (exclusions[i].applies(emu, native))
            return exclusions[i].name;
    return NULL;
}
