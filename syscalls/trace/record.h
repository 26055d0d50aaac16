/* record.h - the tags of a recording; record.c describes the form. */
#ifndef SYSCALLS_TRACE_RECORD_H
#define SYSCALLS_TRACE_RECORD_H

#define RECORD_MAGIC "MSEALREC2\n"
enum {
    RECORD_STRING = 1,
    RECORD_CALL,
    RECORD_AREAS,
    RECORD_WHO,
    RECORD_WHY,
    RECORD_NOTE,
    RECORD_CODE,
    RECORD_STATE,
    RECORD_END
};

/* CALL: arguments and result. */
enum { RECORD_RESULT = 6, RECORD_VALUES };

/* STATE: registers in this order, and how much code is kept around RIP (CODE). */
#define RECORD_REGS 20 /* rax rbx rcx rdx rsi rdi rbp rsp r8-r15 rip rflags fs_base gs_base */
enum { RECORD_RIP = 16, RECORD_CODE_BEFORE = 64, RECORD_CODE_SIZE = 64 + 96 };

#endif
