/* record.h - the tags of a recording; record.c describes the form. */
#ifndef SYSCALLS_TRACE_RECORD_H
#define SYSCALLS_TRACE_RECORD_H

#define RECORD_MAGIC "MSEALREC3\n"
enum {
    RECORD_CALL = 1,
    RECORD_TASK,
    RECORD_AREAS,
    RECORD_MM,
    RECORD_WHO,
    RECORD_WHY,
    RECORD_NOTE,
    RECORD_CODE,
    RECORD_STATE,
    RECORD_END
};

/* The first byte: the tag, and above it the events since the last record; RECORD_FAR: their number follows. */
enum { RECORD_TAG_BITS = 4, RECORD_FAR = 15 };

/* CALL: the result, the six arguments. */
enum { RECORD_RESULT, RECORD_ARGS, RECORD_VALUES = RECORD_ARGS + 6 };

/* AREAS: what is said of a piece of the range; below are VM_READ, VM_WRITE, VM_EXEC. The usual ones fit into a byte. */
enum {
    RECORD_LAST = 1 << 3,
    RECORD_HOLE = 1 << 4, /* nothing is mapped there */
    RECORD_NEW = 1 << 5,  /* mapped by this event */
    RECORD_NAMED = 1 << 6,
    RECORD_SHARED = 1 << 7,
    RECORD_SEALED = 1 << 8,
    RECORD_PKEY_SHIFT = 9
};

/* STATE: registers in this order, and how much code is kept around RIP (CODE). */
#define RECORD_REGS 20 /* rax rbx rcx rdx rsi rdi rbp rsp r8-r15 rip rflags fs_base gs_base */
enum { RECORD_RIP = 16, RECORD_CODE_BEFORE = 64, RECORD_CODE_SIZE = 64 + 96 };

#endif
