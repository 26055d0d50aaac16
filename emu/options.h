/* options.h - the command line: one table of options, read into one structure. */
#ifndef EMU_OPTIONS_H
#define EMU_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct options {
    const char *design; /* name, or path of a shared object */
    const char *argv0;  /* NULL: PROGRAM as given */
    const char *root;
    const char **rw; /* NULL-terminated */
    bool writable;
    uint64_t seed, memory, stack;
    bool chaos;
    bool strace;
    bool explain, summary, summary_too, wall, full, number, ip, comm; /* --explain -c -C -w -v -n -i -Y */
    struct last {
        char letter; /* the last of -z and -Z that was given, and how many were */
        unsigned times;
    } only;
    unsigned fds, quiet, follow;              /* -y -q -f: how often */
    bool follow_long, separately, always_pid; /* --follow-forks --output-separately --always-show-pid */
    const char **trace_paths;                 /* -P, NULL-terminated */
    uint64_t column;                          /* -a; UINT64_MAX: not given */
    const char *sort, *columns;               /* -S -U, NULL: not given */
    unsigned hex, stamps;                     /* -x -t: how often */
    const char *hex_style, *stamp_style;      /* --strings-in-hex=, --timestamps=, NULL: not given */
    const char *relative, *spent, *backtrace; /* -r -T -k, NULL: not given; "": the usual way */
    uint64_t frames, limit;                   /* of backtraces; --syscall-limit; UINT64_MAX: not given */
    uint64_t strsize;                         /* -s; UINT64_MAX: not given */
    const char *detach_on;                    /* -b, NULL: not given */
    const char *xlat;                         /* -X */
    const char *color;                        /* auto, always, never */
    const char **events;                      /* -e, NULL-terminated */
    const char *json, *record, *crash_json;
    const char *output; /* -o */
    bool append;        /* -A */
    const char *gdb;    /* -g */
    bool gdb_wait;
    bool maps;
    bool vdso;
    const char *trace_insn, *trace_calls; /* NULL: off; "": all */
    const char *coverage;
    bool vsyscall;
    uint64_t mmap_phase;
    bool no_pkeys, no_anon_names, no_memory_failure;
    bool as_root;           /* the program is root's, whoever runs it */
    bool record_states;     /* with record: registers and code too */
    uint64_t lockstep;      /* descriptor for records of what happens, 0: none */
    const char *seal_image; /* NULL: off */
    bool help, version;
    char **env; /* the guest's environment, NULL-terminated */
    int first;  /* argv index of PROGRAM; argc: none */
};

#define EXIT_USAGE        2
#define EXIT_FAILED       125
#define EXIT_NOT_RUNNABLE 126
#define EXIT_NOT_FOUND    127

/* 0, or the exit status after one line on stderr. */
int options_parse(struct options *o, int argc, char **argv, char **environment);
void options_help(FILE *out);
void options_free(struct options *o);

#endif
