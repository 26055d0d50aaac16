/*
 * kernel.h - one emulated machine: what all its tasks share, and the operations it needs from the layer above
 * (the CPU and the loader), as callbacks so that this layer includes nothing of emu/.
 */
#ifndef SYSCALLS_KERNEL_H
#define SYSCALLS_KERNEL_H

#include "task.h"

struct mseal_emu_hooks;
struct vfs;

/* What the run was asked to be like (command line). */
struct kernel_config {
    const char *root;      /* guest's / on the host, "/" by default */
    const char *const *rw; /* host directories the guest may change, NULL-terminated */
    bool writable;         /* everything may be changed */
    uint64_t seed;
    bool chaos;             /* nasty interleavings */
    uint64_t memory, stack; /* bytes */
    const struct mseal_design *design;
    unsigned uid, gid;
    /* signals the program finds ignored, as after an execve by somebody who ignored them */
    ksigset_t ignored;
    bool network;
    bool vdso;     /* programs get a vDSO */
    bool vsyscall; /* /proc/PID/maps ends with [vsyscall] */
    /* with a seed: mappings begin at this place within a huge page, bytes; 0: at any */
    uint64_t mmap_phase;
    /* a processor without protection keys; a kernel without CONFIG_ANON_VMA_NAME */
    bool no_pkeys, no_anon_names;
    bool no_memory_failure; /* a kernel without CONFIG_MEMORY_FAILURE */
};

struct exec_request {
    const char *path; /* guest path, looked up already */
    struct file *file;
    char **argv, **envp; /* host copies, NULL-terminated */
    int argc, envc;
};

struct machine_ops {
    /* Registers of a task, wherever they are now (on the CPU or saved). */
    void (*get_regs)(struct task *t, struct cpu_regs *r);
    void (*set_regs)(struct task *t, const struct cpu_regs *r);
    /* fs/gs base and PKRU alone (arch_prctl, pkey_alloc). */
    void (*set_fs_base)(struct task *t, uint64_t v);
    uint64_t (*get_fs_base)(struct task *t);
    void (*set_gs_base)(struct task *t, uint64_t v);
    uint64_t (*get_gs_base)(struct task *t);
    void (*set_pkru)(struct task *t, uint32_t v);
    /* Replace the image of t: check the file and build the new address space, then exec_commit(), then give t its new
     * registers. 0, or negative errno with the old image intact. */
    int (*exec)(struct task *t, struct exec_request *req);
    /* rt_sigreturn(2): registers and mask out of the frame at rsp. Returns the restored rax. */
    int64_t (*sigreturn)(struct task *t);
    /* A new task exists whose registers are a copy of parent's with rax 0 (and rsp, tls when non-zero): make it runnable. */
    int (*clone_cpu)(struct task *parent, struct task *child, uint64_t rsp, uint64_t tls, bool set_tls);
    void (*free_cpu)(struct task *t);
    /* A task became runnable / the machine should look at signals before user code continues. */
    void (*wake)(struct task *t);
    /* t's process is about to die of this signal (registers still there): the crash report. May be NULL. */
    void (*fatal_signal)(struct task *t, const struct ksiginfo *info);
    /*
     * A debugger's say in signals; may be NULL. With info->signo 0: a signal t shall get now (*info filled), 0: none. With a
     * signal of t's queue: what it shall get instead, 0: nothing. -1: t is held, and a signal kept for it.
     */
    int (*filter_signal)(struct task *t, struct ksiginfo *info);
    /* Return addresses of t's call, innermost first (the instruction itself at 0): how many, at most max. May
     * be NULL. */
    unsigned (*backtrace)(struct task *t, uint64_t *pc, unsigned max);
    /* "main+0x2f (demo.c:12)" of a code address of t, by its symbols; the length, 0: unknown. May be NULL. */
    size_t (*symbol)(struct task *t, uint64_t pc, char *buf, size_t size);
    /* t, the last thread of its process, is about to give its address space up. May be NULL. */
    void (*exit_mm)(struct task *t);
};

struct kernel {
    struct kernel_config cfg;
    struct mm_system sys;
    const struct machine_ops *ops;
    void *machine; /* emu/'s struct machine */
    struct vfs *vfs;
    struct list_head tasks;     /* struct task.node, by tid; every task that is not yet reaped */
    struct list_head dead;      /* struct task.node: over, freed by kernel_bury_dead() */
    struct list_head processes; /* struct process.node, by pid */
    struct process *init;       /* the program that was run; NULL once it is over and its status taken */
    bool init_done;             /* it is over: */
    int init_status;            /* its status, as wait4 has it: what mseal-emu exits with */
    int next_pid;
    unsigned nr_tasks;
    unsigned nr_siginfo; /* queued signals of all tasks: RLIMIT_SIGPENDING */
    struct task *current;
    struct list_head waiting_work;       /* struct task.node: of those with .work that sleep */
    struct list_head ready_work;         /* struct task.run_node: that are to go on, see kernel_run_work() */
    uint64_t now_ns;                     /* virtual monotonic clock; realtime = KERNEL_EPOCH_NS + now_ns */
    uint64_t rng[4];                     /* seeded generator: getrandom, AT_RANDOM, /dev/urandom */
    uint64_t event;                      /* number of the event in progress */
    struct trace *trace;                 /* NULL: off */
    bool trace_entries;                  /* it wants to hear of calls as they begin, too */
    struct lockstep *lockstep;           /* NULL: nobody runs the program beside us (trace/lockstep.h) */
    const struct mseal_emu_hooks *hooks; /* of the machine's owner (<mseal-emu/emu.h>), NULL: none */
    uint8_t unimplemented[128];          /* bit per syscall number: named on stderr already */
    struct waitq signal_wait;            /* signalfd: a signal was queued somewhere */
    struct futex_table *futexes;
    struct list_head uffds;    /* struct uffd.node: fs/userfaultfd.c */
    struct list_head aio;      /* struct aio_context.node, of all address spaces: fs/aio.c */
    uint64_t aio_max_nr;       /* /proc/sys/fs/aio-max-nr */
    struct list_head urings;   /* struct uring.node: uring/ */
    struct list_head keys;     /* struct key.node: keys/ */
    struct ipc_namespace *ipc; /* System V semaphores and message queues */
};
#define KERNEL_SYSCALL_NS 200 /* virtual cost of a system call, charged as it begins */
#define KERNEL_FIRST_PID  1000
#define KERNEL_SHELL_SID  1 /* session of the shell that seems to have started the program */
#define KERNEL_UPTIME_NS  UINT64_C(100000000000) /* now_ns at the start: the machine seems up for 100 s */
/*
 * When every machine was switched on: 2030-01-01T00:00:00Z. Later than the files a host has today, so that `make` finds
 * none from the future; time-stamps of files the guest writes below --rw are the host's.
 */
#define KERNEL_EPOCH_NS UINT64_C(1893456000000000000)

int kernel_init(struct kernel *k, const struct kernel_config *cfg, const struct machine_ops *ops,
                void *machine);
void kernel_destroy(struct kernel *k);
uint64_t kernel_random(struct kernel *k);
void kernel_random_bytes(struct kernel *k, void *buf, size_t len);
/* The first task, without an image; the loader gives it one. NULL: out of memory. */
struct task *kernel_create_init(struct kernel *k);
/*
 * The point of no return of execve, called by machine_ops.exec once nothing can go wrong any more (also for the first
 * program): the other threads end, t becomes the leader of its process (its tid may change), handlers go back to
 * SIG_DFL, close-on-exec descriptors close, a vfork parent goes on, comm and exe are set, and new_mm (the caller's
 * reference is taken over) replaces t->mm. `file` is the program itself (exe), `path` what execve was given (comm).
 */
void exec_commit(struct task *t, struct mm *new_mm, const char *path, struct file *file);
/* Work the kernel does by itself and that is due, in the order it became so. To be called before user code runs. */
void kernel_run_work(struct kernel *k);
/* Free tasks that are over. `current` may be among them and is kept (it is still on somebody's stack). */
void kernel_bury_dead(struct kernel *k, const struct task *current);
void kernel_destroy_tasks(struct kernel *k);

/*
 * t's own access met MM_FAULT_USERFAULT: t sleeps until the page is there and makes the access again (true), or gets f's
 * signal (false).
 */
bool userfault_wait(struct task *t, const struct mm_fault *f);
/* Run call(t, nr) where userfaultfd is in use: it may take longer, since what it touches has to be waited for. */
int64_t userfault_call(struct task *t, uint64_t nr, int64_t (*call)(struct task *t, uint64_t nr));

/* ---- time: the run loop owns the clock ---- */
/* The next moment at which something happens by itself (a sleep or timer ends), ns; 0: never. */
uint64_t kernel_next_deadline(const struct kernel *k);
/* Set the clock forward to now_ns (never back): fires timers, wakes sleepers whose deadline has come. Cheap when
 * now_ns < kernel_next_deadline(); call it with the same time again if unsure. */
void kernel_advance(struct kernel *k, uint64_t now_ns);
/* CPU time: t used ns more of it, in user code or in system calls. */
static inline void charge_user(struct task *t, uint64_t ns)
{
    t->utime_ns += ns;
    t->proc->utime_ns += ns;
}
static inline void charge_system(struct task *t, uint64_t ns)
{
    t->stime_ns += ns;
    t->proc->stime_ns += ns;
}
/* After charging: timers on CPU time and RLIMIT_CPU of t's process that are due. Cheap. */
void timers_charge(struct task *t);
/* How much more CPU time t may use until that has to be asked again, ns; UINT64_MAX: nothing waits for it. */
uint64_t timers_cpu_left(const struct task *t);

#endif
