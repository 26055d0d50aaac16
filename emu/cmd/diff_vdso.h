/* diff_vdso.h - a traced program loses what the emulator doesn't have. */
#ifndef EMU_CMD_DIFF_VDSO_H
#define EMU_CMD_DIFF_VDSO_H

#include <sys/types.h>

/*
 * At the end of execve: unmap [vdso] and its data, so that later mappings get the same places, and take it
 * out of the auxiliary vector, so that the time is a system call; what the vector says of the processor
 * becomes what the emulator says.
 */
void vdso_remove(pid_t pid);

#endif
