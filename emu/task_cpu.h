/* task_cpu.h - what the machine remembers of a task besides its registers (struct task.cpu). */
#ifndef EMU_TASK_CPU_H
#define EMU_TASK_CPU_H

#include <stdlib.h>

#include "syscalls/task.h"

#include <mseal-emu/mm.h>

/* The last exception, as signal frames and crash reports show it. */
struct task_cpu {
    uint64_t trapno, error_code, cr2;
    struct {
        enum mm_fault_reason reason; /* MM_FAULT_NONE: it was no access to memory */
        uint64_t addr;
        unsigned access; /* MM_READ, MM_WRITE or MM_EXEC */
    } fault;
};

/* Made at the first exception; NULL: out of memory, the frame then shows zeroes. */
static inline struct task_cpu *task_cpu(struct task *t)
{
    if (!t->cpu)
        t->cpu = calloc(1, sizeof(struct task_cpu));
    return t->cpu;
}

#endif
