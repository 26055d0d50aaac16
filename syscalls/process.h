/* process.h - what the files of syscalls/{proc,signal,time,futex} share and nobody else needs. */
#ifndef SYSCALLS_PROCESS_H
#define SYSCALLS_PROCESS_H

#include "kernel.h"

#define SIG_KERNEL_STOP (sigbit(SIGSTOP) | sigbit(SIGTSTP) | sigbit(SIGTTIN) | sigbit(SIGTTOU))
/* Ignored when the action is SIG_DFL. */
#define SIG_KERNEL_IGNORE (sigbit(SIGCONT) | sigbit(SIGCHLD) | sigbit(SIGWINCH) | sigbit(SIGURG))

/* The default action leaves a core, too. */
#define SIG_KERNEL_COREDUMP                                                                                  \
    (sigbit(SIGQUIT) | sigbit(SIGILL) | sigbit(SIGTRAP) | sigbit(SIGABRT) | sigbit(SIGFPE) |                 \
     sigbit(SIGSEGV) | sigbit(SIGBUS) | sigbit(SIGSYS) | sigbit(SIGXCPU) | sigbit(SIGXFSZ))

/* struct sigevent of timer_create(2) and mq_notify(2). */
struct ksigevent {
    uint64_t value;
    int32_t signo, notify;
    int32_t tid, pad[11];
};

/* ---- proc/ ---- */
struct process *process_get(struct process *p);
void process_put(struct process *p);
/* The parent took the status: the pid is free, the object goes when nobody holds it. */
void process_reap(struct process *p);
void process_set_exe(struct process *p, struct file *f); /* /proc/PID/exe; NULL: unknown */
void creds_init(struct cred *c, const struct kernel_config *cfg);
void creds_copy(struct cred *to, const struct cred *from);
struct group_list *groups_get(struct group_list *g); /* one reference more; NULL: none */
void groups_put(struct group_list *g);
void creds_release(struct cred *c);
/* Whom t will be when it runs the program in file (NULL: nobody knows which): its effective ids, or those that set-user-ID and
 * set-group-ID bits of the file give. True: they are not t's real ones, which the program has to know (AT_SECURE). */
bool creds_of_program(struct task *t, struct file *file, unsigned *euid, unsigned *egid);
void creds_exec(struct task *t, struct file *file); /* it runs it now */
void creds_to_mm(const struct task *t);             /* tell mm what capabilities its owner has */
bool capable(const struct task *t, int cap);
bool may_kill(const struct task *t, const struct process *target, int sig);
bool ptrace_may_access(const struct task *t, const struct task *target);
void rlimits_init(struct process *p);
void rlimits_to_mm(const struct process *p, struct mm *mm);

/* Making a task, step by step; task_free() undoes whatever was done. */
struct task *task_alloc(struct kernel *k);
struct process *process_alloc(struct kernel *k, int pid); /* one reference: until it is reaped */
int alloc_tid(struct kernel *k);                          /* or -EAGAIN */
int claim_tid(const struct task *t, int tid);             /* tid itself, or -EINVAL, -EPERM, -EEXIST */
void task_insert(struct kernel *k, struct task *t);
void task_join(struct task *t, struct process *p);
void task_free(struct task *t);

/* The end of a task, step by step (task_end.c, process_end.c). */
void task_stop_waiting(struct task *t); /* its system call, if it waits in one, will not go on */
void vfork_release(struct task *t);     /* and with it a parent that waits in vfork */
/* t leaves its address space (exit, exec): robust futexes, clear_child_tid. t->mm stays to be dropped by the caller. */
void task_leave_mm(struct task *t);
void task_release_parts(struct task *t); /* all but the structure itself; also of a task that is half made */
void task_bury(struct task *t);          /* not found by its number any more; freed when nobody runs on it */
void thread_reap(struct task *t);        /* a thread whose tracer took its status, or will not */
void process_over(struct process *p);    /* its last thread has ended: a zombie, or reaped at once */
void kill_other_threads(struct task *t, int status);

/* A descriptor in t's table that stands for c (a thread with thread set); -EMFILE ... */
int pidfd_create(struct task *t, struct task *c, bool thread);
/* The process number behind a pidfd, -EBADF (none) or -EINVAL (other file). */
int pidfd_pid(struct task *t, int fd);

/* ---- signal/ ---- */
void sigqueue_init(struct sigqueue *q);
void sigqueue_flush(struct sigqueue *q, ksigset_t which);
struct sighand *sighand_create(void);
void sighand_put(struct sighand *s);
void sighand_ignore(struct sighand *s, ksigset_t which); /* set their handlers to SIG_IGN */
void sighand_flush_on_exec(struct sighand *s);           /* handlers become SIG_DFL, ignored stays */
/* Fill a siginfo as kill(2) does: from t. */
void siginfo_user(struct ksiginfo *info, const struct task *from, int signo, int code);
void siginfo_kernel(struct ksiginfo *info, int signo); /* SI_KERNEL */
void notify_parent(struct process *p, int code);       /* SIGCHLD with CLD_*; wakes wait4 */
void process_continue(struct process *p);
/* Wake t if a signal it must see is pending. */
void signal_wake_up(struct task *t);
bool pgrp_orphaned(struct kernel *k, int pgid);
bool sig_handler_ignores(const struct sighand *s, int signo);
/* As force_sig_fault() with a whole siginfo. */
void force_sig_info(struct task *t, const struct ksiginfo *info);
/* Permission (kill(2)), then the signal; info->signo 0 only asks. To the process of `target`, or (thread) to it alone. */
int64_t kill_one(struct task *from, struct task *target, const struct ksiginfo *info, bool thread);
int copy_siginfo_in(struct task *t, uint64_t addr, int signo, struct ksiginfo *info);

/* ---- time/ ---- */
uint64_t timers_next_deadline(const struct kernel *k);
void timers_expire(struct kernel *k);
void timers_exit(struct process *p);
void timers_exec(struct process *p);                  /* what timer_create made goes */
void timers_show(const struct process *p, FILE *out); /* /proc/PID/timers */
void timers_signal_taken(struct process *p,
                         struct ksiginfo *info); /* overrun count, and what repeats is armed again */
struct ktimespec {
    int64_t tv_sec, tv_nsec;
};
/* A clock that counts CPU time, of a thread or (tid 0) of a whole process. */
struct cpu_clock {
    int pid, tid;
    bool user_only;
};
int cpu_clock_of(const struct task *t, int id, struct cpu_clock *c); /* 0 or -EINVAL: no such clock */
uint64_t cpu_clock_now(const struct kernel *k,
                       const struct cpu_clock *c); /* ns; 0 when nobody is there any more */
int copy_timespec_in(struct task *t, uint64_t addr,
                     uint64_t *ns); /* 0, -EFAULT, -EINVAL; saturates at INT64_MAX */
int copy_timespec_out(struct task *t, uint64_t addr, uint64_t ns);
/* Deadline (virtual monotonic ns) of a time on clock_id; negative errno for an unknown clock. */
int clock_deadline(struct task *t, int clock_id, uint64_t ns, bool absolute, uint64_t *deadline);

/* ---- tty/jobctl.c ---- */
/* A session's leader gives its terminal up (TIOCNOTTY by `by`) or ends (NULL). Nothing for other processes. */
void tty_disassociate(struct process *p, const struct task *by);

/* ---- fs/uffd_wait.c ---- */
void userfault_call_free(struct task *t); /* t's system call will not go on */
/* t's system call is about to look at memory of another address space. True: it sleeps until a page there is brought. */
bool userfault_waits_for(struct task *t, struct mm *mm, uint64_t addr, uint64_t len, unsigned access);
/* ---- fs/uffd_event.c ---- */
/* t made c with a copy of its address space: who watches the one may watch the other. */
void userfault_forked(struct task *t, struct task *c);

/* ---- fs/aio.c ---- */
/* Contexts of asynchronous I/O of an address space that ends (NULL: all) go. */
void aio_exit(struct kernel *k, const struct mm *mm);

/* /proc/sys/fs/aio-nr: requests that all contexts of the machine were made for. */
uint64_t aio_in_use(const struct kernel *k);

/* ---- uring/ ---- */
/* t ends or leaves its program: its requests to io_uring go, without a completion. */
void uring_task_exit(struct task *t);

/* ---- keys/ ---- */
void keys_get(struct cred *c); /* one reference more on each keyring */
void keys_put(struct cred *c); /* they are given up */
/* Of a task that is made, or that executes another program. */
void keys_of_child(struct cred *c, bool thread);
void keys_destroy(struct kernel *k); /* after the tasks */

/* ---- futex/ ---- */
struct futex_table *futex_table_create(void);
void futex_table_destroy(struct futex_table *ft);
/* t leaves its address space (exit, exec): robust list, clear_child_tid. */
void futex_task_exit(struct task *t);
/* t waits for no futex any more. */
void futex_wait_free(struct task *t);
/* Wake up to n waiters of the word at addr. */
int futex_wake_addr(struct task *t, uint64_t addr, int n);

/* ---- ipc/ ---- */
struct ipc_namespace *ipc_create(void); /* NULL: out of memory */
void ipc_destroy(struct kernel *k);     /* after the tasks */
/* CLONE_SYSVSEM: c takes back at its end what t does, and the reverse. 0 or -1: out of memory. */
int sem_undo_share(struct task *t, struct task *c);
/* t waits for no POSIX message queue any more. */
void mq_wait_free(struct task *t);
/* t waits for no System V semaphore any more. */
void sem_wait_free(struct task *t);
/* The same for a task that ends; what it did with SEM_UNDO is taken back. */
void sem_task_exit(struct task *t);

#endif
