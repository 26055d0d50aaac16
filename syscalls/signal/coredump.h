/* coredump.h - core files: what a program that a signal killed leaves for its debugger. */
#ifndef SYSCALLS_SIGNAL_COREDUMP_H
#define SYSCALLS_SIGNAL_COREDUMP_H

#include "../process.h"

/*
 * t dies of info: write "core" below its working directory, as far as RLIMIT_CORE lets. True: a core was
 * dumped (WCOREDUMP). False: the limit is below a page, the process is not dumpable, or there can be no such
 * file of its own.
 */
bool coredump(struct task *t, const struct ksiginfo *info);

#endif
