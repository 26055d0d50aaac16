/* cpu_priv.h - the inside of struct cpu, for cpu.c and regs.c. */
#ifndef EMU_CPU_PRIV_H
#define EMU_CPU_PRIV_H

#include <unicorn/unicorn.h>

#include "cpu.h"
#include "engine/engine.h"

#define CODE_QUEUE        64
#define TCG_BUFFER        (64u << 20)
#define MAX_TRAPPED       64
#define EXEC_FILTER_SHIFT 10

/* The registers of a system call: as they come (the number, RIP, RFLAGS), then as the instruction leaves them. */
struct cpu_call {
    uint64_t rax, rcx, r11, args[6];
    void *in[3], *arg[6]; /* their addresses, as the engine wants them */
};

struct cpu {
    uc_engine *uc;
    uc_context *fresh; /* the state right after entering CPL 3: restoring it forgets old exceptions */
    const struct cpu_ops *ops;
    void *ctx;
    struct physmem *phys;
    struct cpu_stop *stop; /* where the run in progress reports to */
    struct cpu_call call;
    bool running;
    bool stop_asked;
    unsigned stepped_over; /* bytes that RIP is past an instruction that should have faulted */
    bool flush;            /* the TLB is out of date */
    bool identity;         /* translate CODE_WINDOW addresses to physical ones (invalidation, start-up) */
    bool probing;          /* re-running a faulting access to learn its address */
    bool probe_hit;
    uint64_t bad_page; /* the page whose translation was refused */
    unsigned fills;    /* since the last flush */
    unsigned tlb_size; /* entries the engine's TLB may have: our estimate */
    bool trapping;     /* forget.c: the next translation is the trap frame */
    pfn_t trap_frame;
    uint64_t trapped[MAX_TRAPPED]; /* pages that may be translated to it, since the last flush */
    unsigned nr_trapped;
    uint64_t exec_pages[(1u << EXEC_FILTER_SHIFT) / 64]; /* filter of the pages with executable entries */
    struct alias *aliases;                               /* alias.c: one for each frame */
    uint32_t epoch;                                      /* counts flushes */
    pfn_t insistent;                                     /* the frame whose writable entry was refused last */
    uint64_t budget, blocks;                             /* block counting */
    bool resumed;       /* the next block is the rest of one already counted */
    uc_hook block_hook; /* 0: not installed */
    uint64_t *breaks;   /* cpu_break.c: addresses that are asked for */
    unsigned nr_breaks;
    bool code_hooks; /* the engine has hooks at instructions: see cpu_break.c */
    bool watching_blocks;
    struct {
        uint64_t paddr, len;
    } dirty[CODE_QUEUE]; /* code to forget before user code goes on */
    unsigned nr_dirty;   /* > CODE_QUEUE: forget all */
    /* code_buffer.c: pages of code to come before the buffer is looked for, and two places in it; 0, NULL: no need to look */
    unsigned buffer_wait;
    const uint64_t *buffer_mark[2];
    struct engine *engine; /* what engine/ keeps */
    uint8_t *no_exits;     /* engine/exits.c: the engine's flag, or NULL */
};

/*
 * Everything is to be translated anew, since the hooks are other ones. At once: frame by frame (uc_ctl_remove_cache) was
 * tried, saves the 64 MiB that 2.1.1 writes zeroes to, and made node and gcc crash there.
 */
void cpu_forget_all_code(struct cpu *cpu);

/* ---- forget.c ---- */
/* False: no memory. */
bool forget_init(struct cpu *cpu);
/* The TLB was flushed. */
void forget_flushed(struct cpu *cpu);
/* An executable entry for page is about to be made. False: first a flush. */
bool forget_allows_exec(struct cpu *cpu, uint64_t page);
/* Code at rip may be the trap frame's. */
bool forget_trapped_at(const struct cpu *cpu, uint64_t rip);

/* ---- cpu_break.c ---- */
/* To be called before the first hook at an instruction is made. 0 or -ENOMEM. */
int cpu_before_code_hook(struct cpu *cpu);

/* ---- engine/exits.c ---- */
void exits_init(struct cpu *cpu);
/* Blocks translated from now on can be stopped at each instruction with a hook, too (true), or only between blocks (from the
 * start on). */
void exits_within_blocks(struct cpu *cpu, bool on);

/* ---- code_buffer.c ---- */
void code_buffer_init(struct cpu *cpu);
/* Asked when a page is about to be executed: all code is to be forgotten before. */
bool code_buffer_fills(struct cpu *cpu);
/* All code was forgotten. */
void code_buffer_flushed(struct cpu *cpu);

/* ---- alias.c ---- */
bool alias_init(struct cpu *cpu);
void alias_destroy(struct cpu *cpu);
/* The TLB was flushed. */
void alias_flushed(struct cpu *cpu);
/* An entry is about to be made: those of perms that it may have without a flush before. */
unsigned alias_perms(struct cpu *cpu, uint64_t paddr, unsigned perms, unsigned access);

#endif
