/* run.h - what the run loop (sched.c), the border of user code (user.c) and the machine around them (machine.c) share. */
#ifndef EMU_RUN_H
#define EMU_RUN_H

#include "machine.h"

/* --- sched.c --- */
/* machine_ops.wake: t can go on, or has signals to look at. */
void sched_wake(struct task *t);
/* Blocks executed since the last look become time, and CPU time of the task that ran them. */
void sched_settle_clock(struct machine *m);

/* --- user.c --- */
/* cpu_ops.syscall: called by the processor at each `syscall`. False: come back to the loop. */
bool user_syscall(void *ctx, uint64_t nr, const uint64_t a[6], uint64_t *result);
/* Signals before user code. False: t does not go on now. */
bool user_return(struct task *t);
/* The rest of a system call that did not happen within the engine. False: it waits. */
bool user_call_end(struct machine *m, struct task *t, int64_t r);
/* gdb looks on: the call is made while the engine stands, with registers that can be looked at and changed. */
void user_call_debugged(struct machine *m, struct task *t);
/* The tracer has seen the call about to be made, and perhaps changed it: make it. False: t goes no further now. */
bool user_call_traced(struct machine *m, struct task *t);

#endif
