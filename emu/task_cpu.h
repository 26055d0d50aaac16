/* task_cpu.h - what the machine remembers of a task besides its registers (struct task.cpu). */
#ifndef EMU_TASK_CPU_H
#define EMU_TASK_CPU_H

#include <stdlib.h>

#include "syscalls/task.h"

#include <mseal-emu/mm.h>

/* The last exception, as signal frames and crash reports show it. */
struct task_cpu {
    uint64_t trapno, error_code, cr2;
    enum mm_fault_reason fault; /* of a page fault */
};

/* Made at the first exception; NULL: out of memory, the frame then shows zeroes. */
static inline struct task_cpu *task_cpu(struct task *t)
{
    if (!t->cpu)
        t->cpu = calloc(1, sizeof(struct task_cpu));
    return t->cpu;
}

#endif
