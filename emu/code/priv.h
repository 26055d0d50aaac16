/* priv.h - the parts of struct code, for the files of this directory. */
#ifndef EMU_CODE_PRIV_H
#define EMU_CODE_PRIV_H

#include "code.h"
#include "names.h"
#include "ranges.h"
#include "syscalls/trace/text.h"

/* Registers that are compared before and after an instruction. */
struct shown_regs {
    uint64_t general[16]; /* insn.c's order */
    uint64_t flags;
    uint64_t xmm[16][2];
};

/* An instruction that was begun, and what is to be told when it is done. */
struct begun {
    bool any;
    bool call;   /* syscall: it may wait */
    bool again;  /* the one told of last, once more: a string instruction's rounds */
    uint64_t mm; /* execve gives another */
    uint64_t addr;
    struct shown_regs before;
};

struct call_frame {
    uint64_t slot; /* where the return address is: the stack pointer at its first instruction */
    uint64_t ret;
    uint64_t entry;
    const char *name;
    bool shown, told; /* wanted; printed already (an entry of a PLT is told as what it jumps to) */
    bool stub;
};
/* The calls in progress on one stack: threads, handlers with a stack of their own and coroutines have
 * several. */
struct call_stack {
    struct call_stack *next;
    uint64_t lo, hi; /* the mapping it lies in, or the bounds that sigaltstack(2) was given */
    bool alternate;
    struct call_frame *f;
    size_t n, room;
    unsigned base;  /* frames shown of the stack that the handler interrupted */
    unsigned depth; /* frames shown */
    unsigned stubs; /* frames that still are one: what they call is the dynamic linker's business */
};

struct task_code {
    struct task_code *next;
    const struct task *t;
    struct begun begun;
    struct call_stack *stacks, *stack;
    uint64_t block_end; /* of the last block: what a call returns to; 0: none */
    uint64_t stack_mm;  /* the address space `stacks` are in */
};

struct pattern {
    char *text;
    bool met;
};

struct code {
    struct machine *m;
    struct names *names;
    struct task_code *tasks;
    struct task_code *cur; /* whose code runs */
    struct text line;

    struct ranges *ranges;       /* --trace-insn; NULL: off */
    const struct range_set *set; /* of cur's address space */
    uint64_t mm, exec_vm;        /* of `set` */
    struct range *hooked;        /* cpu_watch_insns() knows them */
    size_t nr_hooked;

    bool calls;
    struct pattern *pattern; /* of functions and files to be told; none: all */
    size_t nr_patterns;
    struct ranges *named; /* the same as places: a function may have more names than the one it is told by */
    bool ran;             /* some code did */
    struct drcov *drcov;  /* NULL: off */
};

/* ---- insn.c ---- */
void insn_begins(struct code *c, struct task *t, struct task_code *tc, uint64_t addr);
/* The one begun, if any, is done and left the registers as they are now. next: address of what comes now; 0:
 * user code was left, and a call may wait. trapped: perhaps it was not done at all. */
void insn_done(struct code *c, struct task *t, struct task_code *tc, uint64_t next, bool trapped);

/* ---- calls.c ---- */
void calls_block(struct code *c, struct task *t, struct task_code *tc, uint64_t addr, unsigned size);
void calls_handler(struct code *c, struct task *t, struct task_code *tc, int signo);
/* Copy from's stacks; mm: number of the other address space that `to` has. */
void calls_fork(struct task_code *to, const struct task_code *from, uint64_t mm);
void calls_free(struct task_code *tc);

/* ---- drcov.c ---- */
struct drcov *drcov_create(void);          /* NULL: out of memory */
void drcov_to(struct drcov *d, FILE *out); /* where it is written at the end, which is closed then */
void drcov_block(struct drcov *d, struct task *t, uint64_t addr, unsigned size);
/* Writes the file. */
void drcov_destroy(struct drcov *d);

#endif
