/*
 * table.h - the system call table: syscalls.def is its one list, this is how it reads in C.
 *
 * A row gives number, name, classes, handler and the type of each argument. The dispatcher, the trace decoder, the
 * fuzzer's generator and --help all read it.
 */
#ifndef SYSCALLS_TABLE_H
#define SYSCALLS_TABLE_H

#include "kernel.h"

/* a: the six raw argument registers. Returns a value, -errno, SYS_BLOCK or -ERESTART*. */
typedef int64_t (*sys_handler)(struct task *t, const uint64_t a[6]);

enum sys_class { /* strace's -e trace=%... sets */
                 SC_FILE = 1,
                 SC_DESC = 2,
                 SC_MEMORY = 4,
                 SC_PROCESS = 8,
                 SC_SIGNAL = 16,
                 SC_NETWORK = 32,
                 SC_IPC = 64,
                 SC_STAT = 128,
                 SC_CREDS = 256,
                 SC_CLOCK = 512,
                 SC_PURE = 1024,
                 SC_NORETURN = 2048,
};

struct sys_row {
    unsigned nr;
    const char *name;
    unsigned classes;
    sys_handler call; /* NULL: known by name, not implemented (ENOSYS) */
    const char *sig;  /* argument types: see syscalls.def */
};
const struct sys_row *sys_row(unsigned nr); /* NULL: no such number in Linux */
const struct sys_row *sys_row_by_name(const char *name);
#define SYS_MAX 512

/* How many arguments call nr looks at: 0 to 6. (The row's types say so; 6 where they do not.) */
unsigned sys_nargs(unsigned nr);

/* Run one system call of t (numbers added by the design come first). Result as sys_handler. Traces, counts events, reports ENOSYS once. */
int64_t sys_dispatch(struct task *t, uint64_t nr, const uint64_t a[6]);

#endif
