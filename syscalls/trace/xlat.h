/*
 * xlat.h - names of constants, for traces and later for generators of arguments. Each table is written once,
 * in the xlat_*.c of its family, in the order strace shows the flags.
 */
#ifndef SYSCALLS_TRACE_XLAT_H
#define SYSCALLS_TRACE_XLAT_H

#include <stdbool.h>
#include <stdint.h>

struct xlat {
    const char *str;
    uint64_t val;
    uint64_t mask; /* of flags: matches when (value & mask) == val; 0: the mask is val itself */
};
#define X(name)                                                                                              \
    {                                                                                                        \
#name, (uint64_t)(name), 0                                                                           \
    }
/* One of several values in a field of bits. */
#define XM(name, bits)                                                                                       \
    {                                                                                                        \
#name, (uint64_t)(name), (bits)                                                                      \
    }
#define XEND                                                                                                 \
    {                                                                                                        \
        0, 0, 0                                                                                              \
    }

struct xlat_table {
    const char *name;     /* as syscalls.def has it */
    const struct xlat *x; /* ends with str NULL */
    const char *unknown;  /* "MAP_???": said of others; NULL: plain number, "": in hex */
    bool mode;            /* flags: the lowest nine bits are permissions, IPC_CREAT|0600 */
    uint64_t type; /* flags: bits told first and whatever they are, rows that have them as mask; 0: none */
    const char
        *shift; /* flags: what the size of huge pages in bits 26 to 31 is called; NULL: no such thing */
};
/* The families, each ending with name NULL. */
extern const struct xlat_table xlat_mm[], xlat_fs[], xlat_proc[], xlat_signal[], xlat_time[], xlat_ipc[],
    xlat_socket[], xlat_sockopt[], xlat_uring[], xlat_prctl[], xlat_seccomp[], xlat_bpf[], xlat_admin[],
    xlat_landlock[], xlat_mount[], xlat_quota[], xlat_lsm[], xlat_perf[], xlat_ebpf[], xlat_ioctl[],
    xlat_tty[], xlat_netlink[], xlat_keys[];

const struct xlat_table *xlat_find(const char *name);      /* NULL: no such table */
const char *xlat_name(const struct xlat *x, uint64_t val); /* exact value, NULL: unknown */

#endif
