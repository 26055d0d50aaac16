/*
 * task.h - processes and threads as the system calls see them: Linux' task_struct and what hangs off it.
 *
 * Nothing here knows the CPU: registers are reached through machine_ops (machine.h). There is one struct
 * kernel per emulated machine and no global state.
 */
#ifndef SYSCALLS_TASK_H
#define SYSCALLS_TASK_H

#include <mseal-emu/mm.h>
#include <signal.h>

#include "list.h"

struct kernel;
struct files;
struct fs_struct;
struct trace;
struct tty;

#define NR_SIGNALS 64
typedef uint64_t ksigset_t; /* bit n-1: signal n */
static inline ksigset_t sigbit(int sig)
{
    return UINT64_C(1) << (sig - 1);
}

/* x86-64 rt_sigaction(2) as the guest passes it. */
struct ksigaction {
    uint64_t handler, flags, restorer;
    ksigset_t mask;
};
/* A queued signal: the 128 bytes of siginfo_t as they go to the guest. */
struct ksiginfo {
    struct list_head node;
    struct kernel *k; /* while queued */
    int signo;
    union {
        uint8_t raw[128];
        struct {
            int32_t si_signo, si_errno, si_code, pad;
            union {
                struct {
                    int32_t pid;
                    uint32_t uid;
                    uint64_t value;
                } rt;
                struct {
                    int32_t pid;
                    uint32_t uid;
                    int32_t status;
                    uint32_t pad2;
                    int64_t utime, stime;
                } chld;
                struct {
                    uint64_t addr;
                    uint64_t lower;
                    uint32_t pkey;
                } fault;
                struct {
                    int32_t tid, overrun;
                    uint64_t value;
                } timer;
                struct {
                    int64_t band;
                    int32_t fd;
                } poll;
                struct {
                    uint64_t call_addr;
                    int32_t nr;
                    uint32_t arch;
                } sys;
            };
        };
    } info;
};
struct sigqueue {
    ksigset_t set;
    struct list_head list;
};
struct sighand { /* shared with CLONE_SIGHAND */
    unsigned refs;
    struct ksigaction action[NR_SIGNALS];
};

/* General registers of x86-64 as at a system call or fault; fx holds FXSAVE. */
struct cpu_regs {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp, r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rip, rflags, fs_base, gs_base;
    uint64_t orig_rax;
    uint32_t pkru;
    uint8_t fx[512] __attribute__((aligned(16)));
};

enum task_state { TASK_RUNNING, TASK_SLEEPING, TASK_STOPPED, TASK_ZOMBIE, TASK_DEAD };

/* Something tasks wait for: wake_up() makes every task on it run its system call again. */
struct waitq {
    struct list_head waiters; /* of struct wait_entry */
};
struct wait_entry {
    struct list_head node; /* in waitq.waiters */
    struct list_head all;  /* in task.waits */
    struct task *task;
    struct waitq *q;
};

/* Who a task is: Linux' struct cred. Capabilities by number, CAP_x = bit x. */
struct cred {
    unsigned uid, euid, suid, fsuid, gid, egid, sgid, fsgid;
    uint64_t cap_permitted, cap_effective, cap_inheritable, cap_bounding, cap_ambient;
    unsigned securebits;
    struct group_list *groups;       /* shared, counted */
    struct landlock_layer *landlock; /* counted; NULL: everything is permitted */
    struct key *keyring[3];          /* of keys/: thread, process, session; references, NULL: none */
    int default_keyring;             /* KEYCTL_SET_REQKEY_KEYRING */
};
struct landlock_layer;
struct key;
struct group_list {
    unsigned refs, n;
    unsigned gid[];
};

struct process { /* Linux' signal_struct: what the threads of a group share */
    struct kernel *k;
    struct list_head node; /* kernel.processes, by pid */
    int pid;
    unsigned refs;          /* tasks, and until it is reaped one more; pidfds */
    struct process *parent; /* NULL: the machine's invisible pid 1 */
    /* the thread that made it (__WNOTHREAD, PR_SET_PDEATHSIG); may be NULL */
    struct task *parent_task;
    struct list_head children, sibling; /* struct process.sibling */
    struct list_head threads;           /* struct task.thread_node */
    struct task *leader;
    int pgid, sid;
    int autogroup_nice; /* of the session: /proc/PID/autogroup */
    struct tty *tty;    /* controlling terminal, NULL: none */
    int tty_old_pgrp;   /* its foreground when it hung up; 0 */
    bool exiting;       /* exit_group has begun */
    bool zombie;        /* all threads are over; waits for wait4 */
    bool reaped;
    /* job control: stopped by stop_signal; the parent has been told by wait4 */
    bool stopped, reported_stop;
    bool continued; /* SIGCONT happened and wait4(WCONTINUED) has not yet told */
    int stop_signal;
    unsigned stopping;       /* threads that still have to stop */
    unsigned nr_threads;     /* not yet over */
    unsigned nr_kept;        /* over, but not the leader, and their tracers have not taken the status yet */
    bool execing;            /* one of its threads is in execve: the others just go */
    bool did_exec;           /* since fork: setpgid of the parent gets EACCES */
    bool untold;             /* traces are done with it (-b execve) */
    int exit_status;         /* as wait4 reports it */
    int exit_signal;         /* to the parent, SIGCHLD */
    struct sigqueue pending; /* for the whole process */
    struct waitq child_wait; /* wait4 of this process */
    struct waitq exit_wait;  /* its own end: pidfds poll it */
    struct {
        uint64_t cur, max;
    } rlim[16];
    struct ptimer *timers; /* setitimer, timer_create: time/timers.c */
    int next_timer_id;
    bool restore_timer_ids;   /* PR_TIMER_CREATE_RESTORE_IDS: timer_create is told the number */
    uint64_t cpu_timer[2][2]; /* ITIMER_VIRTUAL, ITIMER_PROF: CPU time of the next, interval; ns */
    uint64_t real_deadline, real_interval; /* ITIMER_REAL, ns on the virtual clock; 0: off */
    uint64_t utime_ns, stime_ns, cutime_ns, cstime_ns, min_flt, maj_flt;
    uint64_t cmin_flt, cmaj_flt, maxrss, cmaxrss; /* faults and KiB of reaped children, high-water marks */
    uint64_t nvcsw, nivcsw;
    uint64_t start_ns;
    bool dumpable, child_subreaper;
    unsigned coredump_filter; /* CORE_* of signal/coredump.h */
    int oom_score_adj;
    char exe[4096]; /* guest path of the program, for /proc/self/exe */
    struct file *exe_file;
};

struct task {
    struct kernel *k;
    struct list_head node;        /* kernel.tasks, in tid order */
    struct list_head thread_node; /* process.threads */
    struct list_head run_node;    /* scheduler */
    uint32_t rank, rank_epoch;    /* scheduler, --chaos */
    struct process *proc;
    int tid;
    enum task_state state;
    struct mm *mm;
    struct files *files;
    struct fs_struct *fs;
    struct sighand *sighand;
    struct cred cred;
    struct sigqueue pending;
    ksigset_t blocked, saved_blocked;
    ksigset_t real_blocked; /* the mask while sigtimedwait has opened `blocked`, else 0 */
    bool stop_pending;      /* its process is being stopped: it stops at its next get_signal() */
    /* sigsuspend, ppoll ...: saved_blocked comes back after the handler frame is built */
    bool restore_blocked;
    uint64_t altstack_sp, altstack_size;
    uint32_t altstack_flags;
    uint64_t clear_child_tid, robust_list, robust_list_len, rseq;
    char comm[16];
    struct cpu_regs regs; /* while not on the CPU (machine_ops.load/save) */
    void *cpu;            /* the machine's own saved state */
    uint32_t personality;
    uint64_t timer_slack;
    bool vforking;                  /* waits for a vfork child (restart_data[0]) */
    struct task *vfork_parent;      /* waits until we exec or exit; NULL: nobody */
    struct futex_wait *futex;       /* waits on futexes: futex/ */
    struct sem_queue *sem_wait;     /* waits on System V semaphores: ipc/ */
    struct mq_wait *mq_wait;        /* waits on a POSIX message queue: ipc/ */
    struct uffd_call *uffd_call;    /* its system call waits for pages of userfaultfd: fs/uffd_wait.c */
    struct sem_undo_list *sem_undo; /* what to take back at its end; may be NULL */
    int exit_code;                  /* as wait4 has it */
    uint64_t utime_ns, stime_ns;    /* its share of the process' CPU time */
    int nice, sched_policy, sched_priority;
    uint16_t ioprio; /* ioprio_set(2), 0: as nice and policy say */
    bool io_flusher; /* PR_SET_IO_FLUSHER */
    bool reset_on_fork;
    int pdeath_signal; /* PR_SET_PDEATHSIG */
    bool no_new_privs;
    struct {
        bool set, early;
    } mce_kill;  /* PR_MCE_KILL */
    bool no_tsc; /* RDTSC is a general protection fault (PR_SET_TSC) */
    /* PR_SET_SYSCALL_USER_DISPATCH: proc/user_dispatch.h */
    struct {
        bool on;
        uint64_t offset, len, selector; /* the region that is exempt; a byte that says whether, 0: none */
    } user_dispatch;
    /* seccomp(2): proc/seccomp.h */
    struct {
        unsigned mode;                 /* SECCOMP_MODE_*, 0: off */
        unsigned count;                /* of filters on its path */
        struct seccomp_filter *filter; /* the newest, NULL: none */
        /* a call that has not begun: for whom it waits */
        enum { SECCOMP_WAITS_NOT, SECCOMP_WAITS_TRACER, SECCOMP_WAITS_SUPERVISOR } waits;
        struct seccomp_notice *notice; /* what it asked its supervisor; NULL: nothing */
        /* the strictest filter's say, about the call of event said_of: which filter (1: the oldest), in which instruction */
        uint32_t verdict;
        unsigned said_by, said_at;
        uint64_t said_of;
    } seccomp;
    /* The system call in progress. */
    int64_t sysno; /* -1: none */
    uint64_t args[6];
    uint64_t event;      /* its event number */
    uint64_t call_since; /* now_ns at its beginning, for traces */
    int64_t last_sysno;  /* of the call before, -1: none; for traces */
    /* -e inject=: trace/inject.h */
    struct {
        const struct inject_rule *rule; /* what is done to the call in progress, NULL: nothing */
        const char *name;               /* of that call, and how many arguments it has */
        unsigned nargs;
        unsigned done;                                                /* INJECTED_* so far */
        enum { INJECT_WAITS_NOT, INJECT_BEFORE, INJECT_AFTER } waits; /* for its delay */
        int64_t result;                                               /* INJECT_AFTER: of the call */
        uint32_t *seen; /* how often each call was made that a rule names, nr_seen of them */
        unsigned nr_seen;
    } inject;
    bool untraced; /* it is about no path that traces are wanted of (-P) */
    /* A call that waits: see task_block(). */
    struct list_head waits; /* struct wait_entry.all */
    uint64_t deadline;      /* absolute ns, 0: none; survives retries */
    bool retrying;          /* the handler is run again after a wake-up */
    bool timed_out;
    /* poll & co: a file asks for another look at this time (timerfd), ns; 0: none */
    uint64_t wake_at;
    int wait_lock_pid;        /* F_SETLKW: whose lock it waits for, 0: none */
    const char *wait_what;    /* for the deadlock report: "read from pipe" */
    bool wait_killable;       /* only a fatal signal ends this wait (vfork) */
    bool deadline_soon;       /* no memory for a wait entry: poll instead */
    uint64_t restart_data[4]; /* free for a handler across retries; zero at the first run */
    /* restart_syscall(2) after ERESTART_RESTARTBLOCK runs this; NULL: EINTR. */
    int64_t (*restart)(struct task *t);
    const char *restart_name; /* the call it continues, for traces */
    uint64_t restart_arg[4];
    bool debug_interrupt; /* a debugger ends the wait, as a signal would */
    /* No user code belongs to it: this is called when it is woken (a request of io_uring). NULL: a task of the guest. */
    void (*work)(struct task *t);
    /* what the descriptor WORK_FD means in its calls, no reference; may be NULL */
    struct file *work_file;
    /* ptrace(2) */
    struct task *tracer;
    struct {
        unsigned options;
        bool seized, syscalls; /* PTRACE_SEIZE; stops at system calls */
        /* stopped: signal | event << 8 (| 0x80: system call), 0: not by its tracer */
        int stop;
        bool told, resumed;      /* wait4 has told of it; it goes on, with .signal */
        bool at_signal, at_call; /* it stopped before a signal, before a system call */
        bool ending;    /* it has stopped before its end (PTRACE_O_TRACEEXIT), and ends when it goes on */
        bool call_made; /* the stop after that call is still to come */
        /* which stop this is: 1 before, 2 after a system call (PTRACE_GET_SYSCALL_INFO) */
        int call_stop;
        int signal, event; /* event: noted, to stop before user code */
        uint64_t message;  /* PTRACE_GETEVENTMSG */
        struct ksiginfo info;
    } pt;
};

/* ---- creds are one set for the machine's user ---- */

/* A blocking handler calls this when it can't proceed:  return task_block(t, &q, deadline, "what");
 * Results to return from the handler: SYS_BLOCK (the scheduler runs it again after wake_up(q), the deadline or a signal),
 * or -ERESTARTSYS when a signal is pending, or -ETIMEDOUT when deadline (absolute virtual ns, 0: none) has passed.
 * q may be NULL (sleep only); more queues: task_wait_add() before. */
#define SYS_BLOCK INT64_C(-4096)
/* In-kernel errnos: never seen by the guest; signal delivery turns them into EINTR or a restart (signal(7)). */
#define ERESTARTSYS           512 /* restart if SA_RESTART */
#define ERESTARTNOINTR        513 /* always restart */
#define ERESTARTNOHAND        514 /* restart if no handler ran */
#define ERESTART_RESTARTBLOCK 516 /* restart through restart_syscall */
int64_t task_block(struct task *t, struct waitq *q, uint64_t deadline, const char *what);
/* As task_block(), but only a fatal signal interrupts (TASK_KILLABLE). */
int64_t task_block_killable(struct task *t, struct waitq *q, const char *what);
#define WORK_FD INT32_MIN
/* Make one sleeping task run its call again. */
void task_wake(struct task *t);
/* Take t off all its wait queues (the dispatcher does it when a call is over). */
void task_wait_end(struct task *t);
void task_wait_add(struct task *t, struct waitq *q);
void waitq_init(struct waitq *q);
void wake_up(struct waitq *q);
bool signal_pending(const struct task *t); /* an unblocked signal waits that will not be ignored */

bool fatal_signal_pending(const struct task *t);
bool sigkill_pending(const struct task *t); /* t goes no further */

/* ---- signals (syscalls/signal/) ---- */
/* Queue a signal with its siginfo to one thread / to a process (any thread takes it). */
/* 0 (also when it is ignored or already pending), or -EAGAIN: RLIMIT_SIGPENDING. */
int send_signal_task(struct task *t, const struct ksiginfo *info);
int send_signal_process(struct process *p, const struct ksiginfo *info);
/* A fault of t's own instruction: cannot be blocked or ignored (force_sig_fault). */
void force_sig_fault(struct task *t, int signo, int code, uint64_t addr, uint32_t pkey);
/* Next signal to deliver to t, taken off the queue; 0: none. */
int dequeue_signal(struct task *t, ksigset_t mask, struct ksiginfo *info);
/*
 * What the CPU side calls each time before t goes (back) to user code, after a system call or a fault, and when woken
 * by machine_ops.wake. Default actions happen inside.
 *   > 0   build a frame for this signal: *info, *action (a copy; SA_RESETHAND is already applied to the table). When
 *         the frame is built, call signal_delivered().
 *   0     nothing to deliver: go on in user code. Put back the mask of sigsuspend & co: done inside.
 *   -1    t does not go on now: it is stopped (asked again after wake) or over. Keep what you remember of the system call's
 *         result (restart) and pick another task.
 */
int get_signal(struct task *t, struct ksiginfo *info, struct ksigaction *action);
/* The frame for `signo` stands: block what the action says. The mask to save IN the frame is signal_frame_mask(). */
void signal_delivered(struct task *t, int signo, const struct ksigaction *action);
ksigset_t signal_frame_mask(const struct task *t);
/* Set t->blocked, never SIGKILL or SIGSTOP (rt_sigreturn). */
void set_blocked(struct task *t, ksigset_t mask);

/* ---- life (proc/process.c) ---- */
struct task *find_task(struct kernel *k, int tid);
struct process *find_process(struct kernel *k, int pid);
void task_exit(struct task *t, int status);       /* this thread; status as wait4 has it */
void process_exit(struct process *p, int status); /* exit_group: all threads */

#endif
