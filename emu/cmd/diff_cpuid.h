/* diff_cpuid.h - a traced program is told that its processor is the emulator's. */
#ifndef EMU_CMD_DIFF_CPUID_H
#define EMU_CMD_DIFF_CPUID_H

#include <stdbool.h>
#include <sys/types.h>

/* Put a breakpoint on each CPUID instruction of the image that execve has just made. */
void cpuid_plant(pid_t pid);
/* The program stopped with SIGTRAP: was it one of those? Then it has its answer and goes on behind the
 * instruction. */
bool cpuid_answer(pid_t pid);

#endif
