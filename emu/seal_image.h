/* seal_image.h - --seal-image: the machine seals programs and shared objects, so that unmodified ones run
 * sealed. */
#ifndef EMU_SEAL_IMAGE_H
#define EMU_SEAL_IMAGE_H

#include "seal_plan.h"

struct machine;
struct task;

/* Besides SEAL_TEXT, SEAL_RELRO and SEAL_DATA, in machine.seal_image: */
enum {
    SEAL_STACK = 8,
    SEAL_LATER = 16, /* objects mapped after the start, too (dlopen) */
    SEAL_NOTED = 32, /* whatever carries the note; set in every mode, so that 0 means off */
};

/* The option's value, "" for none: a set of SEAL_*, or 0 for an unknown word. */
unsigned seal_image_parse(const char *word);
/* A new image is ready to run; entry is the program's own (AT_ENTRY), not its interpreter's. Seals the vDSO. */
void seal_image_exec(struct machine *m, struct mm *mm, uint64_t entry);
/* The processor wants to do `access` at addr and *perms were granted: the program may be about to start. */
void seal_image_translate(struct machine *m, struct mm *mm, uint64_t addr, unsigned access, unsigned *perms);
/* t's system call nr, with t->args, returned ret. */
void seal_image_syscall(struct machine *m, struct task *t, uint64_t nr, int64_t ret);

#endif
