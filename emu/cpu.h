/*
 * cpu.h - the processor: one Unicorn engine that runs user code at CPL 3 over somebody else's page tables.
 *
 * The driver knows nothing of tasks, system calls or signals. It asks upwards through two callbacks ("translate this
 * address", "the guest made a system call") and tells why user code stopped. Addresses it is given and
 * gives are guest addresses; physical addresses are offsets in the physmem block.
 */
#ifndef EMU_CPU_H
#define EMU_CPU_H

#include <mseal-emu/mm.h>
#include "syscalls/task.h"

struct cpu;

struct cpu_ops {
    /* As mm_fault(). Called for every miss of the engine's TLB. */
    int (*translate)(void *ctx, uint64_t addr, unsigned access, struct mm_fault *f);
    /* The `syscall` instruction. *result goes to RAX. False: leave user code now (CPU_STOPPED). RIP is past the
     * instruction once the callback is over. */
    bool (*syscall)(void *ctx, uint64_t nr, const uint64_t args[6], uint64_t *result);
    /* How many arguments of call nr somebody wants to know, 0 to 6. The others are given as 0: reading a register off the
     * engine is what a cheap call spends its time on. */
    unsigned (*nargs)(void *ctx, uint64_t nr);
    /* The instruction at an address of cpu_break_at() is next. True: stop before it (CPU_BREAK). */
    bool (*breakpoint)(void *ctx, uint64_t addr);
    /* The instruction of cpu_watch_insns() at addr is next, registers are those before it. One that has to be
     * begun again (a page that was not there, a string instruction's next round) is told again. */
    void (*insn)(void *ctx, uint64_t addr);
    /* After cpu_watch_blocks(): a block of straight code [addr, addr + size) is next; it need not come to its
     * end. */
    void (*block)(void *ctx, uint64_t addr, unsigned size);
};

enum cpu_event {
    CPU_STOPPED, /* the syscall callback wanted it, or the budget is used up */
    CPU_FAULT,   /* a memory access that translate() refused; RIP is at the instruction */
    CPU_TRAP,    /* an exception: cpu_stop.vector; RIP as the processor leaves it (after int3, at a fault) */
    CPU_ILLEGAL, /* an instruction the processor does not know; RIP is at it */
    CPU_BREAK,   /* the breakpoint callback wanted it; RIP is at the instruction */
    CPU_BROKEN,  /* the engine failed: cpu_stop.why */
};

/* Why cpu_run() came back. */
struct cpu_stop {
    enum cpu_event event;
    unsigned vector;       /* CPU_TRAP: 0 #DE, 1 #DB, 3 #BP, 13 #GP ... or the number of an `int n` */
    unsigned access;       /* CPU_FAULT: MM_READ, MM_WRITE or MM_EXEC */
    struct mm_fault fault; /* CPU_FAULT: with the exact address in .addr when it concerns one */
    const char *why;       /* CPU_BROKEN */
};

/* The engine over `phys`, at CPL 3, or NULL with one line in *why. */
struct cpu *cpu_create(struct physmem *phys, const struct cpu_ops *ops, void *ctx, const char **why);
void cpu_destroy(struct cpu *cpu);
/* Unicorn's version, "2.1.1". */
const char *cpu_engine_version(char buf[16]);

/* Run user code from the registers loaded until something happens. */
void cpu_run(struct cpu *cpu, struct cpu_stop *stop);
/* From within a callback: leave user code after it. */
void cpu_kick(struct cpu *cpu);
/* Every translation is out of date (another address space, or mm_tlb_flush_needed()). */
void cpu_flush_tlb(struct cpu *cpu);
/* From within syscall(): only the translations of these pages are (mm_tlb_stale_pages(); more than MM_TLB_FEW: all). */
void cpu_forget_pages(struct cpu *cpu, const uint64_t *page, unsigned n);
/* As cpu_flush_tlb(), from within translate(): before the access is tried again. */
void cpu_want_flush(struct cpu *cpu);
/* Bytes [paddr, paddr+len) changed behind the engine's back: their translated code must go. Any time. */
void cpu_code_changed(struct cpu *cpu, uint64_t paddr, uint64_t len);
/*
 * Count executed blocks and stop after `blocks` more of them; 0: run without counting, which is faster. cpu_blocks() is how
 * many were counted so far. Not from within a callback.
 */
void cpu_set_budget(struct cpu *cpu, uint64_t blocks);
uint64_t cpu_blocks(const struct cpu *cpu);

/* Ask ops->breakpoint before the instruction at addr, from now on and for ever (cpu_break.c). Not from within a
 * callback. 0 or -ENOMEM. */
int cpu_break_at(struct cpu *cpu, uint64_t addr);

/* Call ops->insn before each instruction that begins in [lo, hi], from now on and for ever (cpu_code.c); lo >
 * hi: before each. Not from within a callback. 0 or -ENOMEM. */
int cpu_watch_insns(struct cpu *cpu, uint64_t lo, uint64_t hi);
/* The same for ops->block and every block. */
int cpu_watch_blocks(struct cpu *cpu);

/* ---- registers (regs.c) ---- */
/* All registers of the engine into *r (orig_rax and pkru are left alone) and back. */
void cpu_save(struct cpu *cpu, struct cpu_regs *r);
void cpu_load(struct cpu *cpu, const struct cpu_regs *r);
uint64_t cpu_fs_base(struct cpu *cpu);
uint64_t cpu_gs_base(struct cpu *cpu);
void cpu_set_fs_base(struct cpu *cpu, uint64_t v);
void cpu_set_gs_base(struct cpu *cpu, uint64_t v);
uint64_t cpu_rip(struct cpu *cpu);
uint64_t cpu_rsp(struct cpu *cpu);
uint64_t cpu_rax(struct cpu *cpu);
void cpu_set_rax(struct cpu *cpu, uint64_t v);
/* The state a new program starts with: everything zero, x87 and SSE as after FNINIT and reset. */
void cpu_regs_reset(struct cpu_regs *r);

/* Flags user code may have set as it likes (Linux: FIX_EFLAGS). */
#define RFLAGS_USER  UINT64_C(0x50dd5) /* AC RF OF DF TF SF ZF AF PF CF */
#define RFLAGS_FIXED UINT64_C(0x202)   /* bit 1, IF */
#define RFLAGS_TF    UINT64_C(0x100)
#define RFLAGS_RF    UINT64_C(0x10000)
#define RFLAGS_DF    UINT64_C(0x400)

/* ---- cpuid.c ---- */
struct cpuid_regs {
    uint32_t eax, ebx, ecx, edx;
};
/* What the guest's processor answers: the same on every host. */
struct cpuid_regs cpuid_lookup(uint32_t leaf, uint32_t subleaf);

#endif
