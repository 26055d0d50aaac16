/*
 * exclude.c - where the model may differ from every kernel, by name and with the reason. Fewer is better.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

static bool forked_before(const struct fuzz_seq *seq, unsigned at)
{
    while (at--) {
        if (fuzz_calls[seq->op[at].call].kind == CALL_FORK_STAY)
            return true;
    }
    return false;
}

/*
 * fork leaves out page table entries that a fault can make again (vma_needs_copy), ours shares the whole
 * table: the child has pages that were only read, where Linux has none yet. Reading them shows the same
 * zeroes or file pages.
 */
static bool resident_after_fork(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                                const struct fuzz_answer *host)
{
    return fuzz_calls[seq->op[at].call].kind == CALL_MINCORE && model->ret >= 0 && host->ret >= 0 &&
           (model->ret & host->ret) == host->ret && !strcmp(model->picture, host->picture) &&
           forked_before(seq, at);
}

/* For the same reason a strict mbind finds pages on the wrong node where Linux has none yet. */
static bool strict_after_fork(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                              const struct fuzz_answer *host)
{
    return !strcmp(fuzz_calls[seq->op[at].call].name, "mbind") &&
           seq->op[at].a[5] == 1 /* MPOL_MF_STRICT */ && model->ret == -EIO &&
           (host->ret == 0 || host->ret == -EFAULT) && forked_before(seq, at);
}

static bool advised_before(const struct fuzz_seq *seq, unsigned at, uint64_t advice)
{
    while (at--) {
        if (!strcmp(fuzz_calls[seq->op[at].call].name, "madvise") && seq->op[at].a[2] == advice)
            return true;
    }
    return false;
}

/*
 * MADV_PAGEOUT on the host may take pages out of the page cache that nobody wrote to: reclaim, which depends
 * on lists of the whole machine. Ours takes none, and the contents are the same.
 */
static bool paged_out(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                      const struct fuzz_answer *host)
{
    return fuzz_calls[seq->op[at].call].kind == CALL_MINCORE && model->ret >= 0 && host->ret >= 0 &&
           (model->ret & host->ret) == host->ret && !strcmp(model->picture, host->picture) &&
           advised_before(seq, at, 21 /* MADV_PAGEOUT */);
}

static const struct {
    const char *name;
    bool (*applies)(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                    const struct fuzz_answer *host);
} exclusions[] = {
    {"resident-after-fork", resident_after_fork},
    {"strict-mbind-after-fork", strict_after_fork},
    {"paged-out", paged_out},
};

const char *fuzz_exclusion(unsigned i)
{
    return i < sizeof(exclusions) / sizeof(exclusions[0]) ? exclusions[i].name : NULL;
}

const char *fuzz_excluded(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                          const struct fuzz_answer *host)
{
    for (size_t i = 0; i < sizeof(exclusions) / sizeof(exclusions[0]); i++) {
        if (exclusions[i].applies(seq, at, model, host))
            return exclusions[i].name;
    }
    return fuzz_excluded_for_kernel(seq, at, model, host);
}
