/* ptrace.h - what a traced task remembers, and where its life meets its tracer (ptrace.c, ptrace_state.c). */
#ifndef SYSCALLS_PROC_PTRACE_H
#define SYSCALLS_PROC_PTRACE_H

#include "../process.h"

/*
 * Points of a task's life. Those of the first group stop a traced task (its state is then TASK_STOPPED): the caller goes no
 * further with it until it runs again.
 */
/* info is about to be delivered. True: stopped. */
bool ptrace_signal(struct task *t, const struct ksiginfo *info);
/* After such a stop: the signal to deliver instead, *info filled; 0: none, or t did not stop. */
int ptrace_signal_resumed(struct task *t, struct ksiginfo *info);
/* An event (fork, exec) noted earlier is due. True: stopped. */
bool ptrace_event_due(struct task *t);
/* Before and after a system call under PTRACE_SYSCALL. True: stopped. */
bool ptrace_syscall_entry(struct task *t);
bool ptrace_syscall_exit(struct task *t);
/* A seccomp filter wants the tracer asked about t's call; data is its message (PTRACE_O_TRACESECCOMP). True: stopped. */
bool ptrace_seccomp_stop(struct task *t, unsigned data);
/* t is about to end with this status. True: stopped, and when it goes on, it is to end all the same. */
bool ptrace_exit_stop(struct task *t, int status);

void ptrace_cloned(struct task *t, struct task *child, uint64_t clone_flags, int exit_signal);
void ptrace_exec(struct task *t);
/* The vfork child of this number let t go. */
void ptrace_vfork_done(struct task *t, int tid);
/* A thread that is not the leader is over. True: its tracer is told and will take its status; it stays so long. */
bool ptrace_keeps(struct task *t);
/* p is a zombie: a tracer that is not its parent hears of it, too. */
void ptrace_over(struct process *p);
/* t ends: whom it traced is let go. */
void ptrace_tracer_exit(struct task *t);

/* Registers of t as PTRACE_GETREGS and core files have them. */
struct user_regs_struct;
void ptrace_user_regs(struct task *t, struct user_regs_struct *u);
/* A request of t that only looks at or changes c, which is stopped: the call's result. */
int64_t ptrace_state(struct task *t, struct task *c, int64_t request, uint64_t addr, uint64_t data);

/* For wait4: something of tracee c to tell, as a status word; 0: nothing. take: it counts as told. */
int ptrace_wait_status(struct task *c, bool take);

#endif
