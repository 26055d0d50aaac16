/*
 * lockstep.h - what the first process does, told over a descriptor to whoever runs the same program somewhere
 * else (mseal-emu diff): one record for each system call that is over and each signal that is delivered.
 *
 * The other end is the same program, so records are plain structures.
 */
#ifndef SYSCALLS_TRACE_LOCKSTEP_H
#define SYSCALLS_TRACE_LOCKSTEP_H

#include "../table.h"

enum lockstep_kind {
    LOCKSTEP_START, /* the program is loaded; text: struct lockstep_start, then maps */
    LOCKSTEP_CALL,  /* a call is over; text: as at the start if it is an execve, maps if lockstep_is_memory(),
                       else the bytes of lockstep_outputs() */
    LOCKSTEP_SIGNAL, /* is about to be delivered; text: its siginfo_t */
    LOCKSTEP_EXIT,   /* ret: status as wait4 has it. The last record. */
};
struct lockstep_record {
    uint32_t kind, text_len; /* bytes that follow */
    uint32_t nr;             /* call: its number */
    uint32_t is_world;   /* read: text is random numbers, or of a file of /proc or /sys about the machine */
    int32_t signo, code; /* signal: number and si_code */
    uint64_t addr;       /* signal: si_addr */
    uint64_t args[6];
    int64_t ret; /* call: value or -errno, -ERESTART* included */
};
#define LOCKSTEP_STACK 32768
struct lockstep_start {            /* what the other side needs to start alike */
    uint64_t rsp, stack_len;       /* at the first instruction */
    uint8_t stack[LOCKSTEP_STACK]; /* from there to the arguments' strings: argc, argv, envp, auxv, 16 random
                                      bytes */
};

/* NULL: out of memory, or fd cannot be written. fd is moved out of the guest's reach. */
struct lockstep *lockstep_create(struct kernel *k, int fd);
void lockstep_destroy(struct lockstep *ls);

void lockstep_started(struct task *t);
void lockstep_call(struct task *t, int64_t ret);
void lockstep_signal(struct task *t, const struct ksiginfo *info);
void lockstep_exited(struct task *t, int status);

/* Is this call about memory: do its result and the address space after it count? */
bool lockstep_is_memory(unsigned nr);

/*
 * What a call brings in from the world outside of the program (the time, random numbers, which child ended
 * first, what the file systems hold): pieces of memory it wrote. A second run that is given the same goes the
 * same way. Returns how many; *replace_ret: its result is such a thing too.
 */
struct lockstep_output {
    uint64_t addr, len;
};
#define LOCKSTEP_OUTPUTS 3
unsigned lockstep_outputs(unsigned nr, const uint64_t args[6], int64_t ret,
                          struct lockstep_output out[LOCKSTEP_OUTPUTS], bool *replace_ret);

#endif
