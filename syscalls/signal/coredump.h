/* coredump.h - core files: what a program that a signal killed leaves for its debugger. */
#ifndef SYSCALLS_SIGNAL_COREDUMP_H
#define SYSCALLS_SIGNAL_COREDUMP_H

#include "../process.h"

/* What goes into a core file: /proc/PID/coredump_filter, which fork and execve pass on. */
enum {
    CORE_ANON_PRIVATE = 1, /* private memory that was written */
    CORE_ANON_SHARED = 2,  /* shared memory without a name */
    CORE_MAPPED_PRIVATE = 4,
    CORE_MAPPED_SHARED = 8,
    CORE_ELF_HEADERS = 16, /* the first page of ELF files */
    CORE_HUGETLB_PRIVATE = 32,
    CORE_HUGETLB_SHARED = 64,
    CORE_ALL = 0x1ff, /* with memory of DAX files, of which there is none */
    CORE_DEFAULT = CORE_ANON_PRIVATE | CORE_ANON_SHARED | CORE_ELF_HEADERS | CORE_HUGETLB_PRIVATE
};

/*
 * t dies of info: write "core" below its working directory, as far as RLIMIT_CORE lets. True: a core was
 * dumped (WCOREDUMP). False: the limit is below a page, the process is not dumpable, or there can be no such
 * file of its own.
 */
bool coredump(struct task *t, const struct ksiginfo *info);

#endif
