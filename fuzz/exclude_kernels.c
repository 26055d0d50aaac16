/*
 * exclude_kernels.c - what other kernels than the model's do, by name; each has to be asked for (--exclude)
 * and has a case in fuzz/kernels/ that shows it. Which kernel does which, and why, is in
 * guest-tests/kernels.tsv.
 */
#include "fuzz.h"
#include "mm/uapi.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* ---- what pictures say page by page ---- */

struct page_view {
    char perms_and_object[32], flags[64];
    unsigned long off;
    bool first; /* of its area */
};

/* Takes out the flags of `list` ("lo lf"), and "[heap]", which rests on where the area ends. */
static void ignore(struct page_view *v, const char *list)
{
    char kept[sizeof(v->flags)] = "", *word, *rest = v->flags, *heap = strstr(v->perms_and_object, "[heap]");

    if (heap)
        strncpy(heap, "-", sizeof("[heap]"));
    while ((word = strtok_r(rest, " ", &rest))) {
        if (!strstr(list, word))
            strcat(strcat(kept, " "), word);
    }
    memset(v->flags, 0, sizeof(v->flags));
    strcpy(v->flags, kept);
}

/* areas: with where they begin. */
static void view_pages(const char *picture, const char *ignored, bool areas,
                       struct page_view view[ARENA_PAGES])
{
    memset(view, 0, ARENA_PAGES * sizeof(*view));
    for (const char *line = picture; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        struct page_view v = {0};
        bool anonymous;
        int start, end;

        if (sscanf(line, "%d-%d %31[^@]@%lx %*up%63[^\n]", &start, &end, v.perms_and_object, &v.off,
                   v.flags) < 4)
            continue;
        ignore(&v, ignored);
        anonymous = strchr(v.perms_and_object, ' ')[1] == '-'; /* its offset is not told */
        for (int i = start; i < end; i++, v.off += !anonymous) {
            if (i < 0 || i >= (int)ARENA_PAGES)
                continue;
            view[i] = v;
            view[i].first = areas && i == start;
        }
    }
}

static bool same_pages(const struct fuzz_answer *model, const struct fuzz_answer *host, const char *ignored,
                       bool areas)
{
    static struct page_view ours[ARENA_PAGES], theirs[ARENA_PAGES];

    view_pages(model->picture, ignored, areas, ours);
    view_pages(host->picture, ignored, areas, theirs);
    return !memcmp(ours, theirs, sizeof(ours));
}

/* ---- what must have happened ---- */

/* Was there a call of the name with `value` under `mask` in its argument arg? */
static bool called(const struct fuzz_seq *seq, unsigned at, const char *name, unsigned arg, uint64_t mask,
                   uint64_t value)
{
    for (unsigned i = 0; i <= at; i++) {
        if (!strcmp(fuzz_calls[seq->op[i].call].name, name) && (seq->op[i].a[arg] & mask) == value)
            return true;
    }
    return false;
}

static bool ever(const struct fuzz_seq *seq, unsigned at)
{
    return true;
}

static bool left_by_mremap(const struct fuzz_seq *seq, unsigned at)
{
    return called(seq, at, "mremap", 3, MREMAP_DONTUNMAP, MREMAP_DONTUNMAP);
}

static bool locks_what_may_be_dropped(const struct fuzz_seq *seq, unsigned at)
{
    return called(seq, at, "mlockall", 0, MCL_FUTURE, MCL_FUTURE) &&
           called(seq, at, "mmap", 3, MAP_TYPE, MAP_DROPPABLE);
}

static bool guarded_and_forked(const struct fuzz_seq *seq, unsigned at)
{
    return called(seq, at, "madvise", 2, UINT64_MAX, MADV_GUARD_INSTALL) &&
           called(seq, at, "fork_stay", 0, 0, 0);
}

static bool locks_on_fault(const struct fuzz_seq *seq, unsigned at)
{
    return called(seq, at, "mlock2", 2, UINT64_MAX, MLOCK_ONFAULT) ||
           called(seq, at, "mlockall", 0, MCL_ONFAULT, MCL_ONFAULT);
}

static bool loses_access(const struct fuzz_seq *seq, unsigned at)
{
    return called(seq, at, "mprotect", 2, PROT_WRITE, 0) ||
           called(seq, at, "pkey_mprotect", 2, PROT_WRITE, 0);
}

static bool maps_stack(const struct fuzz_seq *seq, unsigned at)
{
    return called(seq, at, "mmap", 3, MAP_STACK, MAP_STACK);
}

/* ---- the table ---- */

/* The call's result is the same, and so is every page but for what is ignored, once that has happened; areas
 * may end elsewhere. */
static const struct {
    const char *name;
    bool (*happened)(const struct fuzz_seq *seq, unsigned at);
    const char *ignored; /* flags of smaps, with spaces between */
    bool looks; /* the areas are the same, smaps only calls them otherwise: nothing that follows depends on it
                 */
} other_areas[] = {
    {"heap-beside-the-break", ever, "", true},
    {"on-fault-has-no-letters", locks_on_fault, "lf ??", true},
    {"unmerged-when-written", ever, ""},
    {"uncharged-by-dontunmap", left_by_mremap, "ac"},
    {"dontunmap-apart", left_by_mremap, "lo lf"},
    {"droppable-is-locked", locks_what_may_be_dropped, "lo lf"},
    {"guarded-and-forked", guarded_and_forked, ""},
    {"charge-is-kept", loses_access, "ac"},
    {"stack-may-be-huge", maps_stack, "nh"},
};
#define NOTHERS (sizeof(other_areas) / sizeof(other_areas[0]))

/* The host refuses the call, for a reason that the model tests later, or does not have; never because of a
 * seal. */
static const struct {
    const char *name, *call;
    bool both; /* the model refuses it, too: only the order of the tests differs */
} other_errors[] = {
    {"mremap-arguments", "mremap", false},
    {"no-place-for-mmap", "mmap", true},
    {"populate-errors", "madvise", true},
};
#define NERRORS (sizeof(other_errors) / sizeof(other_errors[0]))

static bool asked[NOTHERS + NERRORS], seen[NOTHERS + NERRORS];

static const char *name_of(size_t i)
{
    return i < NOTHERS ? other_areas[i].name : i < NOTHERS + NERRORS ? other_errors[i - NOTHERS].name : NULL;
}

bool fuzz_exclude(const char *name)
{
    for (size_t i = 0; name_of(i); i++) {
        if (!strcmp(name, name_of(i)))
            return asked[i] = true;
    }
    return false;
}

bool fuzz_exclusion_goes_on(const char *name)
{
    for (size_t i = 0; i < NOTHERS; i++) {
        if (other_areas[i].looks && !strcmp(name, other_areas[i].name))
            return true;
    }
    return false;
}

const char *fuzz_exclusion_unseen(void)
{
    for (size_t i = 0; name_of(i); i++) {
        if (asked[i] && !seen[i])
            return name_of(i);
    }
    return NULL;
}

const char *fuzz_excluded_for_kernel(const struct fuzz_seq *seq, unsigned at, const struct fuzz_answer *model,
                                     const struct fuzz_answer *host)
{
    char ignored[64] = "";
    const char *name = NULL, *alone = NULL, *together = NULL;

    for (size_t i = 0; i < NERRORS && host->ret < 0; i++) {
        if (asked[NOTHERS + i] && !strcmp(fuzz_calls[seq->op[at].call].name, other_errors[i].call) &&
            (model->ret < 0 || (!other_errors[i].both && host->ret != -EPERM))) {
            seen[NOTHERS + i] = true;
            return other_errors[i].name;
        }
    }
    for (size_t i = 0; i < NOTHERS && model->ret == host->ret; i++) {
        if (!asked[i] || !other_areas[i].happened(seq, at))
            continue;
        if (same_pages(model, host, other_areas[i].ignored, other_areas[i].looks)) {
            seen[i] = true;
            if (!alone)
                alone = other_areas[i].name;
        }
        /* Several at once go by the name of the first, or of one after which nothing can be compared. */
        strcat(strcat(ignored, " "), other_areas[i].ignored);
        if (!name || (fuzz_exclusion_goes_on(name) && !other_areas[i].looks))
            name = other_areas[i].name;
        if (!together && same_pages(model, host, ignored, fuzz_exclusion_goes_on(name)))
            together = name;
    }
    return alone ? alone : together;
}
