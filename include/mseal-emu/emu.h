/*
 * emu.h - run programs from C: the whole emulator as a library (libmseal-emu).
 *
 * A machine is made from the words of a command line, so that every option of mseal-emu(1) is there and means the
 * same. While it runs, its owner may look at each system call, answer it in the kernel's place, and ask the
 * caller's address space whatever <mseal-emu/mm.h> can tell. docs/embed.md shows it at work.
 *
 * A process may have several machines, but run them on one thread only. What execve(2) would leave open, descriptors 0, 1
 * and 2 at least, is the guest's, too; it closes the others of these when it is done with them. SIGPIPE is ignored from the first machine on; else the process's signals are left alone, and it is never ended.
 */
#ifndef MSEAL_EMU_EMU_H
#define MSEAL_EMU_EMU_H

#include <mseal-emu/design.h>

#define MSEAL_EMU_VERSION "0.1.0"

struct mseal_emu; /* one machine, with one program to run on it */

/* A system call of the guest. Valid while the function that got it runs. */
struct mseal_emu_call {
    uint64_t event; /* its number in the run, as traces and recordings have it */
    int pid, tid;
    uint64_t nr;          /* as the guest gave it: anything */
    const char *name;     /* NULL: there is no call of this number, or it is one of the design's */
    const uint64_t *args; /* six, of which those mean something that the call has */
    struct mm *mm;        /* of the caller, as it is now */
};

/* What the owner wants to be told; each may be NULL. They may look at mm (mm_find_vma(), mm_copy_in() ...), not change it. */
struct mseal_emu_hooks {
    /* A call begins. True: it does not happen, and *ret (a value, or negative errno) is its result. */
    bool (*enter)(void *ctx, const struct mseal_emu_call *call, int64_t *ret);
    /* It is over. ret: as above, or -512, -513, -514, -516 if a signal interrupted it (the kernel's ERESTART*). Never
     * comes for calls that do not return. */
    void (*leave)(void *ctx, const struct mseal_emu_call *call, int64_t ret);
    /* The last thread of a process ends; its memory is still there. status: as wait4(2) tells it. */
    void (*exit)(void *ctx, int pid, int status, struct mm *mm);
    void *ctx;
};

/*
 * A machine that is ready to run PROGRAM. argv: [0] is ignored, then [OPTION...] [--] PROGRAM [ARG...]; it and
 * envp, the guest's environment, end with NULL and must outlive the machine, as must *hooks (may be NULL).
 * 0, or, after one line on stderr, mseal-emu's exit status: 2 wrong options, 125 no machine, 126 and 127 no program.
 * --help and --version print what they print and make nothing: 0 and *emu NULL.
 */
int mseal_emu_create(struct mseal_emu **emu, char **argv, char **envp, const struct mseal_emu_hooks *hooks);

/* Run until the program is over. Once. Its status as wait4(2) tells it, or -1 if the machine failed (one line on stderr says why). */
int mseal_emu_run(struct mseal_emu *emu);

void mseal_emu_destroy(struct mseal_emu *emu); /* NULL: nothing */

#endif
