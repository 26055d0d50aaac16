/*
 * gdb.h - the debugger stub as the run loop and the command line see it (docs/gdb.md tells users about it).
 *
 * A machine without -g has no struct gdb (machine.gdb is NULL) and calls nothing of this. With one, the run
 * loop asks at a few points; a stop is a function that comes back when gdb lets the program go on. So
 * wherever a stop can happen the task's registers, mask and memory are in order, and afterwards its state has
 * to be looked at again.
 */
#ifndef EMU_GDB_GDB_H
#define EMU_GDB_GDB_H

#include <mseal-emu/mm.h>
#include <stdbool.h>

struct cpu_stop;
struct gdb;
struct machine;
struct task;

/*
 * Listen at `where`: a TCP port of the loopback interface ("1234", 0: any free one) or "unix:PATH". wait:
 * --gdb-wait. Sets m->gdb. 0, or the exit status (EXIT_USAGE, EXIT_FAILED) after one line on stderr.
 */
int gdb_create(struct machine *m, const char *where, bool wait);
/* Closes the connection; the program was over or gdb hears that it is gone. */
void gdb_destroy(struct gdb *g);
/* Before the first instruction of the first program: with --gdb-wait, stop here until gdb came and let it go.
 */
void gdb_begin(struct gdb *g, struct task *first);

/* Is gdb connected? Then system calls are made outside of the engine (user.c), where it can look at them. */
bool gdb_looks_on(const struct gdb *g);
/* May t run, or does gdb hold it? */
bool gdb_lets_run(const struct gdb *g, const struct task *t);
/* Does gdb debug a process that is not over? The machine then goes on even if the first program is. */
bool gdb_wants_more(const struct gdb *g);
/* Somebody connects, or gdb wants a word (Ctrl-C): stops. Cheap if not. */
void gdb_poll(struct gdb *g);
/* Nothing can go on by itself: wait for gdb. False: nobody is there to wait for. */
bool gdb_idle(struct gdb *g);

/* Around each run of user code of t. gdb_after(): true if *stop was gdb's business alone. */
void gdb_before(struct gdb *g, struct task *t);
bool gdb_after(struct gdb *g, struct task *t, const struct cpu_stop *stop);
/* An instruction with a breakpoint is about to run: stop? */
bool gdb_breakpoint(const struct gdb *g, const struct task *t, uint64_t addr);
/* Accesses to the page at addr that t must not make unseen, since somebody watches it: MM_READ, MM_WRITE. */
unsigned gdb_watched(const struct gdb *g, const struct task *t, uint64_t page);

/* The run loop dealt with an exception of t. */
void gdb_trapped(struct gdb *g, struct task *t);

/* User code of t came to a system call; gdb_call_waits() from now on. */
void gdb_call_made(struct gdb *g, struct task *t);
/* A system call of t with number regs.orig_rax and t->args, not yet made. False: gdb holds t, ask again when
 * it runs. */
bool gdb_call_begins(struct gdb *g, struct task *t);
bool gdb_call_waits(const struct gdb *g, const struct task *t);
/* It is over, its result in rax; or it sleeps (SYS_BLOCK). Also for calls that began before gdb came. */
void gdb_call_ended(struct gdb *g, struct task *t, int64_t result);
/* t stands at the first instruction of a signal handler. */
void gdb_handler_entered(struct gdb *g, struct task *t);

#endif
