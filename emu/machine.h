/*
 * machine.h - the whole emulator put together: one kernel, one processor, and the run loop between them.
 */
#ifndef EMU_MACHINE_H
#define EMU_MACHINE_H

#include "cpu.h"
#include "gdb/gdb.h"
#include "syscalls/file.h"
#include "syscalls/kernel.h"
#include "syscalls/table.h"

struct machine {
    struct kernel k;
    struct cpu *cpu;
    struct list_head runq;  /* struct task.run_node, first come first served */
    struct task *loaded;    /* whose registers the engine holds; NULL: nobody's */
    struct mm *mm;          /* whose translations it holds; NULL: flush before user code */
    bool stale;             /* loaded->regs were replaced: the engine's are old */
    bool leave;             /* the run in progress should come back to the loop */
    bool in_syscall;        /* within the callback: the engine's RIP is still at the instruction */
    bool running;           /* kernel.current is not to be queued: it runs */
    bool broken;            /* the engine failed */
    bool counting;          /* blocks are counted (see sched.c) */
    uint64_t counted;       /* cpu_blocks() when the clock was last moved */
    uint64_t slice_ends;    /* virtual time at which the running task has had its share */
    unsigned seal_image;    /* --seal-image: set of SEAL_* (seal_image.h), 0: off */
    unsigned seal_notices;  /* lines it has printed */
    FILE *crash_json;       /* --crash-json; NULL: nowhere */
    uint8_t nargs[SYS_MAX]; /* how many arguments of a call are read (sys_nargs()) */
    /* --maps: where to print the first process' address space at its end; NULL: nowhere */
    FILE *maps_out;
    struct gdb *gdb;   /* -g; NULL: no debugger */
    struct code *code; /* --trace-insn, --trace-calls, --coverage; NULL: off */
    uint64_t chaos;    /* generator of chaos.c, 0: no --chaos */
    unsigned chaos_picks, chaos_epoch;
    uint64_t deadline; /* the kernel's next one, UINT64_MAX: none; as of entering user code */
};

/* A machine with its first task, still without a program. 0 or negative errno, with one line in *why. */
int machine_init(struct machine *m, const struct kernel_config *cfg, const char **why);
void machine_destroy(struct machine *m);
/* Run until the first program is over or nothing can go on. Returns its status as wait4 has it, or MACHINE_FAILED after
 * one line (or a report) on stderr. */
#define MACHINE_FAILED (-1)
int machine_run(struct machine *m);

static inline struct machine *machine_of(const struct task *t)
{
    return t->k->machine;
}

/* ---- machine.c ---- */
extern const struct machine_ops machine_ops;

/* ---- sched.c ---- */
/* The virtual time-stamp counter: one tick a nanosecond. Reading it takes time. */
uint64_t machine_tsc(struct machine *m);

/* ---- task_regs.c ---- */
/* Registers of t, in t->regs and to be changed there: taken off the engine if it holds them. */
struct cpu_regs *machine_regs(struct task *t);
/* machine_ops' functions of these names. */
void machine_get_regs(struct task *t, struct cpu_regs *r);
void machine_set_regs(struct task *t, const struct cpu_regs *r);
uint64_t machine_fs_base(struct task *t);
uint64_t machine_gs_base(struct task *t);
void machine_set_fs_base(struct task *t, uint64_t v);
void machine_set_gs_base(struct task *t, uint64_t v);
void machine_set_pkru(struct task *t, uint32_t v);
/* One register without the others. */
uint64_t machine_rax(struct task *t);
void machine_set_rax(struct task *t, uint64_t v);
/* Make the engine run t: registers, address space, protection keys. */
void machine_load(struct machine *m, struct task *t);

/* ---- exec.c ---- */
int machine_exec(struct task *t, struct exec_request *req);

/* ---- trap.c ---- */
/* What stopped user code of t becomes a signal, or is carried out. */
void machine_trap(struct task *t, const struct cpu_stop *stop);

/* ---- sigframe.c ---- */
#define PKRU_INIT 0x55555554u
/* Enter the handler. False: no room for the frame (the task gets SIGSEGV). */
bool sigframe_push(struct task *t, int signo, const struct ksiginfo *info, const struct ksigaction *action);
/* rt_sigreturn(2): the registers of the frame at rsp. The new rax. */
int64_t sigframe_pop(struct task *t);
/* Bytes of the largest frame: AT_MINSIGSTKSZ. */
uint64_t sigframe_max_size(void);

/* ---- insn.c ---- */
/* Does the instruction at rip change the memory it reads? Page faults of such count as writes. */
bool insn_writes_memory(struct task *t, uint64_t rip);
/* Does the one at rip reach its operand through the stack segment: push, pop, call ..., a base of RSP or RBP? */
bool insn_uses_stack(struct task *t, uint64_t rip);
/* Bytes of its largest access to memory; 8 if it is not known. */
uint64_t insn_access_size(struct task *t, uint64_t rip);

/* ---- crash.c ---- */
/* machine_ops.fatal_signal. */
void crash_report(struct task *t, const struct ksiginfo *info);
/* Nobody can go on and no timer is left: what each task waits for. */
void machine_deadlock_report(struct machine *m);

#endif
