/*
 * worlds.h - small worlds, exhaustively: four pages, a fixed alphabet of calls, every sequence up to a depth.
 *
 * Breadth first, so that the first sequence that reaches or breaks something is a shortest one. A state that
 * was seen before is not gone on from: two states are one if areas, page table entries, what the pages hold,
 * the files and shared objects (with what no page shows at the moment) and the few numbers beside them
 * (break, locks to come) are equal, with sets of private pages and objects numbered in the order in which
 * they appear. The calls that follow can tell such states apart in nothing, so pruning loses no sequence of
 * results.
 */
#ifndef FUZZ_WORLDS_H
#define FUZZ_WORLDS_H

#include "naive.h"

#define WORLD_PAGES 4u

extern const struct fuzz_op *worlds_alphabet(unsigned *n);
/* The sequences from which the search starts. Returns the number of calls; *name: what it is; 0 calls and
 * NULL: no such. */
unsigned worlds_opening(unsigned i, const struct fuzz_op **op, const char **name);

/* What can be said about a world from outside. */
struct world_page {
    uint64_t flags, pgoff, ino; /* ino: of the file, 0 none */
    uint64_t seal;
    uint32_t family; /* in the order of appearance, FAMILY_FORKED */
    int32_t word;    /* what a read of the page's first bytes would show if it were allowed; WORD_* */
    uint8_t has, policy;
    bool first, lazy, shared, fresh /* mapped by the last call */, promised /* the program sealed it */;
};
#define WORD_GUARD INT32_MIN
#define WORD_EOF   (INT32_MIN + 1)
/* A file or a shared object, with what no mapping shows now: a later call can bring it back. */
struct world_object {
    uint64_t size, cached; /* cached: bit for each page there is */
    uint64_t writable;     /* pages of shared mappings that may write, those of waiting parents too */
    uint64_t fseals;
    int32_t word[MEMFD_PAGES];
};
struct world {
    struct world_page page[WORLD_PAGES];
    struct world_object object[2 + WORLD_PAGES]; /* the two memfds, then in the order of appearance */
    uint64_t brk, def_flags, leak;
};

/* worlds_rules.c: what a seal promises. Names of the rules, NULL after the last. */
const char *worlds_rule(unsigned i);
/* One line on what it says. */
const char *worlds_rule_text(unsigned i);
/* Bits of the rules that the call broke on the way from `before` to `after`. all_or_nothing: a refusal must
 * change no page. */
unsigned worlds_broken(const struct world *before, const struct world *after, const struct fuzz_op *op,
                       int64_t ret, bool all_or_nothing);
bool worlds_is_seal(const struct fuzz_op *op);

struct hole {
    unsigned rule;
    struct fuzz_seq seq;
    unsigned opening;
};
#define MAX_HOLES 512u
struct worlds_result {
    uint64_t states, calls, sequences_on_host;
    unsigned nholes;
    struct hole hole[MAX_HOLES];
    bool differed; /* tree, naive model or host: it has been printed */
};
/* ALL: go on from every state, even if it was seen before, to test that nothing is lost otherwise. */
enum { WORLDS_PAIR = 1, WORLDS_HOST = 2, WORLDS_ALL = 4 };
/* 0, or 125. with: WORLDS_*: what to compare with. */
int worlds_explore(const char *design, unsigned depth, unsigned with, bool progress, struct worlds_result *r);
/* `mseal-emu fuzz --worlds`. with: WORLDS_HOST, WORLDS_ALL. design NULL: all of them, as the text of
 * docs/holes.md. */
int worlds_main(const char *design, unsigned depth, unsigned with, bool quiet, const char *save_dir);

#endif
