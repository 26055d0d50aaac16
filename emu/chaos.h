/* chaos.h - --chaos: see chaos.c. Only called when the option is given. */
#ifndef EMU_CHAOS_H
#define EMU_CHAOS_H

#include <stdbool.h>
#include <stdint.h>

struct machine;
struct task;

void chaos_init(struct machine *m);
/* Choosing who runs next, asked for each task that can: rather t than `best` (NULL for the first one asked)? */
bool chaos_prefers(struct machine *m, struct task *t, const struct task *best);
/* For how long, virtual ns. */
uint64_t chaos_share(struct machine *m);
/* t's share is used up. */
void chaos_share_over(struct machine *m, struct task *t);
/* Does the share end at this system call? */
bool chaos_at_syscall(struct machine *m);

#endif
