/*
 * diff.h - mseal-emu diff, in parts: a program on the host kernel (diff_native.c diff_become.c diff_world.c
 * diff_vdso.c diff_cpuid.c), the same one in the emulator (diff_emu.c), the steps of both (diff_compare.c
 * diff_follow.c diff_memory.c), what counts as the same (diff_names.c diff_maps.c diff_exclude.c), and what
 * is said when it isn't (diff_show.c).
 */
#ifndef EMU_CMD_DIFF_H
#define EMU_CMD_DIFF_H

#include <mseal-emu/mm.h>
#include <sys/types.h>

#include "syscalls/trace/lockstep.h"

/* One thing that happened on one side. */
struct diff_step {
    struct lockstep_record rec;
    char *text; /* rec.text_len bytes, and a NUL; owned */
};
void diff_step_clear(struct diff_step *s);

/* What is run, on both sides. */
struct diff_run {
    char **argv; /* the program and its arguments */
    const char *design;
    bool same_layout;
    bool vsyscall;                /* the host's maps have a line for it */
    bool no_memory_failure;       /* MADV_HWPOISON is EINVAL */
    bool no_pkeys, no_anon_names; /* the host has none: the emulated side goes without */
    int stdin_fd;                 /* a regular file or /dev/null, opened anew for each side */
};

/* ---- the emulated side ---- */
struct diff_emu {
    pid_t pid;
    FILE *in;
    int out, err; /* files with what the program wrote */
};
/* mmap_phase: the native side's, in bytes within a huge page. */
int emu_start(struct diff_emu *e, const struct diff_run *run, uint64_t mmap_phase);
/* Next record. 0, or -EPIPE: the emulator ended without a last one. */
int emu_next(struct diff_emu *e, struct diff_step *s);
void emu_end(struct diff_emu *e);

/* ---- the native side ---- */
struct diff_native {
    pid_t helper; /* our child that holds the namespaces together */
    pid_t pid;    /* the program, as we see it */
    int out, err;
    int exit_code; /* if it could not be started */
    bool running;  /* it exists */
    bool in_call;
    int deliver; /* signal to hand on when it is resumed */
    uint64_t
        swallowed;  /* signals that it did not get, to the emulator's next of that number: bit number - 1 */
    bool interrupt; /* the next call is one that a signal interrupts, maybe one that was swallowed too soon */
    enum { WAIT_ASKS, WAIT_FINDS, WAIT_FINDS_NONE } wait; /* what the next wait4 with WNOHANG does */
    struct lockstep_record call;
    uint64_t mmap_base; /* where its mappings begin, downwards */
    const char *world;  /* NULL, or what of its surroundings could not be made like the emulator's */
};
/* Start and stop before the first instruction; *s is a LOCKSTEP_START. 0 or negative errno after one line on
 * stderr. */
int native_start(struct diff_native *n, const struct diff_run *run, struct diff_step *s);
void native_copy_stack(struct diff_native *n, const struct lockstep_start *start);
/* Run to the next record. A signal is delivered at the next call if *deliver is left as it is; 0 swallows it.
 */
int native_next(struct diff_native *n, struct diff_step *s);
/* Between two records: the program's memory, the result of the call that is over, a signal to come next. */
void native_write(struct diff_native *n, uint64_t addr, const void *bytes, size_t len);
void native_set_result(struct diff_native *n, int64_t ret);
int native_send(struct diff_native *n, int signo);
/* The signal that it is stopped at is not for it. */
void native_swallow(struct diff_native *n, int signo);
void native_set_siginfo(struct diff_native *n, const void *info, size_t len);
void native_end(struct diff_native *n);

/* ---- becoming the program (diff_become.c) ---- */
struct diff_become {
    const struct diff_run *run;
    int out, err;
};
_Noreturn void native_become(void *arg);
/* In a child before it execs: neither side finds a signal ignored, whatever our caller or we ourselves ignore. */
void diff_default_signals(void);
/* The path that execve gets, as the emulator finds it; out: PATH_MAX bytes. */
const char *native_find_program(const char *name, char *out);

/* ---- the world around the native side (diff_world.c) ---- */
struct diff_world {
    const char *missing; /* see struct diff_native.world */
    pid_t helper;
    int sock; /* the program's process tells its pid here, and waits for a byte */
};
/* Fork a process that becomes the program, in namespaces like the emulator's world; it calls become(arg),
 * which doesn't return. */
int world_start(struct diff_world *w, const char *program, void (*become)(void *arg), void *arg);
/* Its pid as we see it; then it waits. */
pid_t world_pid(struct diff_world *w);
void world_go(struct diff_world *w);

/* ---- names for addresses (diff_names.c) ---- */
struct diff_region {
    uint64_t start, end;
    char name[24];
};
struct diff_names {
    struct diff_region *r; /* a later one hides an earlier one */
    size_t n, room;
    uint64_t heap, heap_end; /* heap 0: not known yet */
    bool plain;              /* both sides use the same addresses: no names */
    struct diff_ino {
        unsigned dev;
        uint64_t ino;
    } * ino; /* of files that live in memory, in order of appearance */
    size_t nr_ino, ino_room;
};
#define DIFF_NAME 64
void names_reset(struct diff_names *nm);
/* Give the regions of a fresh image their names. */
void names_image(struct diff_names *nm, const char *maps);
/* After io_setup: the ring (its line in maps) that has no name yet gets this one. */
void names_ring(struct diff_names *nm, const char *maps, const char *name);
void names_add(struct diff_names *nm, uint64_t start, uint64_t len, const char *name);
/* "stack", "heap+0x1000", "map12+0x0", or a plain number. */
const char *names_of(const struct diff_names *nm, uint64_t addr, char buf[DIFF_NAME]);
/* The maps text with names for addresses, one allocated line each, sorted. */
struct diff_vma {
    uint64_t start, end;
    char *line; /* as it was */
    char *norm; /* as it is compared */
};
struct diff_maps {
    struct diff_vma *v;
    size_t n;
    char *text;
};
int maps_parse(struct diff_maps *m, struct diff_names *nm, const char *text);
void maps_free(struct diff_maps *m);

/* ---- exclusions (diff_exclude.c) ---- */
/* The name of the reason why a difference of results in this call doesn't count; NULL: it does. */
const char *diff_excluded(const struct lockstep_record *emu, const struct lockstep_record *native);

/* ---- telling (diff_show.c) ---- */
struct diff_pair {
    struct diff_step step[2]; /* DIFF_EMU, DIFF_NATIVE */
};
enum { DIFF_EMU, DIFF_NATIVE };
#define DIFF_HISTORY 6
struct diff {
    struct diff_run run;
    struct diff_emu emu;
    struct diff_native native;
    struct diff_names names[2];
    struct lockstep_record history[DIFF_HISTORY][2];
    bool held; /* the native step is already the next one */
    uint64_t calls, memory_calls, faults;
};
void show_call_difference(struct diff *d, const struct diff_pair *p, const char *what, bool maps);
void show_signal_difference(struct diff *d, const struct diff_pair *p, const char *what);
void show_end_difference(struct diff *d, const struct diff_pair *p, const char *what);
/* Compare what was written to a file of each side; true: the same. */
bool show_output_difference(const char *what, int emu_fd, int native_fd);
unsigned call_nr_args(unsigned nr);

#endif
