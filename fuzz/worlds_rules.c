/*
 * worlds_rules.c - what a seal promises, as rules about one call: the world before, the world after.
 *
 * `promised` pages are those that a sealing call covered and said yes to. Each rule is about them only, and a
 * rule that a design never meant to hold shows as a hole of it just the same: that is what the table is for.
 */
#include "worlds.h"

#include <errno.h>
#include <string.h>

#define PROT_OF(p) ((p)->flags & (VM_PROT_MASK | VM_PKEY_MASK))

struct step {
    const struct world *before, *after;
    const struct fuzz_op *op;
    int64_t ret;
    bool all_or_nothing;
};

static int kind_of(const struct step *s)
{
    return fuzz_calls[s->op->call].kind;
}

static bool is(const struct step *s, const char *name)
{
    return !strcmp(fuzz_calls[s->op->call].name, name);
}

static bool forks(const struct step *s)
{
    return kind_of(s) == CALL_FORK_LOOK || kind_of(s) == CALL_FORK_STAY;
}

/* A call on an address range; the others store, execute, fork or work on a file's descriptor. */
static bool is_memory_call(const struct step *s)
{
    return (kind_of(s) == CALL_SYSCALL || kind_of(s) == CALL_MINCORE) && !is(s, "ftruncate") &&
           !is(s, "fallocate") && !is(s, "fcntl");
}

bool worlds_is_seal(const struct fuzz_op *op)
{
    return !strcmp(fuzz_calls[op->call].name, "mseal");
}

/* A page that was promised and still is, or would have to be. */
#define each_promised(s, i)                                                                                  \
    for (unsigned i = 0; i < WORLD_PAGES; i++)                                                               \
        if ((s)->before->page[i].promised)

static bool mapping_stays(const struct step *s)
{
    each_promised(s, i) if (!forks(s) && !s->after->page[i].flags) return false;
    return true;
}

static bool object_stays(const struct step *s)
{
    each_promised(s, i)
    {
        const struct world_page *a = &s->before->page[i], *b = &s->after->page[i];

        if (b->flags && (a->ino != b->ino || a->pgoff != b->pgoff || b->fresh))
            return false;
    }
    return true;
}

static bool protection_stays(const struct step *s)
{
    each_promised(s, i) if (s->after->page[i].flags &&
                            PROT_OF(&s->after->page[i]) != PROT_OF(&s->before->page[i])) return false;
    return true;
}

static bool bytes_stay(const struct step *s, bool writable)
{
    each_promised(s, i)
    {
        const struct world_page *a = &s->before->page[i], *b = &s->after->page[i];

        if (b->flags && !(a->flags & VM_WRITE) == !writable && a->word != b->word)
            return false;
    }
    return true;
}

static bool read_only_bytes_stay(const struct step *s)
{
    return !is_memory_call(s) || bytes_stay(s, false);
}

static bool writable_bytes_stay(const struct step *s)
{
    return !is_memory_call(s) || bytes_stay(s, true);
}

static bool object_bytes_stay(const struct step *s)
{
    return is_memory_call(s) || forks(s) || bytes_stay(s, false);
}

static bool seal_stays(const struct step *s)
{
    each_promised(s, i) if (s->after->page[i].flags && s->before->page[i].seal &&
                            !s->after->page[i].seal) return false;
    return true;
}

static bool child_is_alike(const struct step *s)
{
    each_promised(s, i) if (forks(s) && s->ret == 0 &&
                            (!s->after->page[i].flags ||
                             s->after->page[i].word != s->before->page[i].word)) return false;
    return true;
}

static bool same_page(const struct world_page *a, const struct world_page *b)
{
    return (a->flags == b->flags && a->pgoff == b->pgoff && a->ino == b->ino && a->word == b->word &&
            a->seal == b->seal) ||
           (!a->flags && !b->flags);
}

/* A hole that is told at the end (ENOMEM) is no refusal. */
static bool refusal_changes_nothing(const struct step *s)
{
    for (unsigned i = 0; i < WORLD_PAGES; i++) {
        if ((s->ret == -EPERM || s->ret == -EACCES) && (s->all_or_nothing || s->before->page[i].promised) &&
            !same_page(&s->before->page[i], &s->after->page[i]))
            return false;
    }
    return true;
}

static bool seal_stays_within(const struct step *s)
{
    for (unsigned i = 0; i < WORLD_PAGES; i++) {
        const struct world_page *a = &s->before->page[i], *b = &s->after->page[i];
        uint64_t addr = ARENA + i * MM_PAGE_SIZE;
        bool covered = worlds_is_seal(s->op) && addr >= s->op->a[0] && addr < s->op->a[0] + s->op->a[1];

        if (a->flags && !a->seal && b->seal && a->ino == b->ino && a->pgoff == b->pgoff && !b->fresh &&
            !covered && !is(s, "mremap"))
            return false;
    }
    return true;
}

static bool hole_stops_seal(const struct step *s)
{
    bool hole = false;

    if (!worlds_is_seal(s->op))
        return true;
    for (unsigned i = 0; i < WORLD_PAGES; i++) {
        uint64_t addr = ARENA + i * MM_PAGE_SIZE;

        hole |= addr >= s->op->a[0] && addr < s->op->a[0] + s->op->a[1] && !s->before->page[i].flags;
    }
    for (unsigned i = 0; hole && i < WORLD_PAGES; i++) {
        if (s->before->page[i].seal != s->after->page[i].seal)
            return false;
    }
    return true;
}

static const struct {
    const char *name, *text;
    bool (*holds)(const struct step *s);
} rules[] = {
    {"stays mapped", "a sealed page stays mapped", mapping_stays},
    {"same object", "a sealed range never comes to mean another object", object_stays},
    {"same protection", "the protection of a sealed page never changes", protection_stays},
    {"read-only bytes", "bytes of a page sealed while read-only never change through a memory call",
     read_only_bytes_stay},
    {"writable bytes",
     "bytes of a page sealed while writable change only by writing to it, not through a memory call",
     writable_bytes_stay},
    {"object's bytes",
     "bytes of a page sealed while read-only never change through its object (the file, another mapping)",
     object_bytes_stay},
    {"seal stays", "a seal never disappears from a page that stays", seal_stays},
    {"child is alike", "a child has every sealed page of its parent with the same bytes", child_is_alike},
    {"refusal is clean",
     "a refused operation never changes a sealed page (or, where checks come first, any page)",
     refusal_changes_nothing},
    {"seal stays within", "a page nobody sealed never becomes sealed by merging", seal_stays_within},
    {"holes stop seals", "sealing a range with a hole seals nothing", hole_stops_seal},
};
#define NRULES (sizeof(rules) / sizeof(rules[0]))

const char *worlds_rule(unsigned i)
{
    return i < NRULES ? rules[i].name : NULL;
}

const char *worlds_rule_text(unsigned i)
{
    return rules[i].text;
}

unsigned worlds_broken(const struct world *before, const struct world *after, const struct fuzz_op *op,
                       int64_t ret, bool all_or_nothing)
{
    struct step s = {before, after, op, ret, all_or_nothing};
    unsigned broken = 0;

    for (unsigned i = 0; i < NRULES; i++)
        broken |= (unsigned)!rules[i].holds(&s) << i;
    return broken;
}
