/*
 * exclude.c - where the model may differ from the host, by name and with the reason. Fewer is better.
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

/* What the pictures say of one page of the arena; count: private pages of all the areas together. */
struct page_view {
    char perms_and_object[32], letters[64];
    unsigned long off;
};

static unsigned long view_pages(const char *picture, struct page_view view[ARENA_PAGES])
{
    unsigned long private_pages = 0;

    memset(view, 0, ARENA_PAGES * sizeof(*view));
    for (const char *line = picture; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        struct page_view v = {0};
        unsigned long private_here;
        int start, end;

        if (sscanf(line, "%d-%d %31[^@]@%lx %lup%63[^\n]", &start, &end, v.perms_and_object, &v.off, &private_here,
                   v.letters) < 5)
            continue;
        private_pages += private_here;
        for (int i = start; i < end; i++, v.off += v.off != 0) {
            if (i >= 0 && i < (int)ARENA_PAGES)
                view[i] = v;
        }
    }
    return private_pages;
}

/*
 * Before Linux 6.16 a written area between two that nobody wrote to became one with neither (fixed there: "mm/vma: fix incorrectly
 * disallowed anonymous VMA merges"). The pages are the same, the areas are more.
 */
static bool unmerged_when_written(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                                  const struct fuzz_answer *host)
{
    static struct page_view ours[ARENA_PAGES], theirs[ARENA_PAGES];

    return model->ret == host->ret &&
           view_pages(model->picture, ours) == view_pages(host->picture, theirs) &&
           !memcmp(ours, theirs, sizeof(ours));
}

static void without_ac(const char *picture, char *out)
{
    while (*picture) {
        if (!strncmp(picture, " ac", 3))
            picture += 3;
        else
            *out++ = *picture++;
    }
    *out = 0;
}

/* Linux 6.16 took the charge (ac) off all of an area of which mremap moved a part away with MREMAP_DONTUNMAP. */
static bool uncharged_by_dontunmap(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                                   const struct fuzz_answer *host)
{
    static char ours[PICTURE_SIZE], theirs[PICTURE_SIZE];
    bool moved = false;

    for (unsigned i = 0; i <= at; i++)
        moved |= !strcmp(fuzz_calls[seq->op[i].call].name, "mremap") && seq->op[i].a[3] & 4 /* MREMAP_DONTUNMAP */;
    without_ac(model->picture, ours);
    without_ac(host->picture, theirs);
    return moved && model->ret == host->ret && !strcmp(ours, theirs);
}

static const struct {
    const char *name;
    bool (*applies)(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                    const struct fuzz_answer *host);
} exclusions[] = {
    /* what every kernel may do */
    {"resident-after-fork", resident_after_fork},
    {"strict-mbind-after-fork", strict_after_fork},
    {"paged-out", paged_out},
}, asked_for[] = {
    /* what older kernels do, see --exclude */
    {"unmerged-when-written", unmerged_when_written},
    {"uncharged-by-dontunmap", uncharged_by_dontunmap},
};
static bool asked[sizeof(asked_for) / sizeof(asked_for[0])], seen[sizeof(asked_for) / sizeof(asked_for[0])];

bool fuzz_exclude(const char *name)
{
    for (size_t i = 0; i < sizeof(asked_for) / sizeof(asked_for[0]); i++) {
        if (!strcmp(name, asked_for[i].name))
            return asked[i] = true;
    }
    return false;
}

const char *fuzz_exclusion_unseen(void)
{
    for (size_t i = 0; i < sizeof(asked_for) / sizeof(asked_for[0]); i++) {
        if (asked[i] && !seen[i])
            return asked_for[i].name;
    }
    return NULL;
}

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
    for (size_t i = 0; i < sizeof(asked_for) / sizeof(asked_for[0]); i++) {
        if (asked[i] && asked_for[i].applies(seq, at, model, host)) {
            seen[i] = true;
            return asked_for[i].name;
        }
    }
    return NULL;
}
