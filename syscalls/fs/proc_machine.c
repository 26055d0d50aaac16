/*
 * proc_machine.c - files of /proc about what a machine is made of: interrupts, memory in blocks, slabs, drivers of
 * terminals. There is one processor here, whose only interrupt is its timer, and nothing comes and goes.
 */
#include "procfs.h"

#define TIMER_NS 4000000 /* CONFIG_HZ=250 */
#define ORDERS   11      /* of blocks of pages: up to 4 MiB */

int proc_show_interrupts(const struct proc_ref *ref, FILE *out)
{
    static const char *const kinds[][2] = {
        {"NMI", "Non-maskable interrupts"},  {"LOC", "Local timer interrupts"},
        {"SPU", "Spurious interrupts"},      {"RES", "Rescheduling interrupts"},
        {"CAL", "Function call interrupts"}, {"TLB", "TLB shootdowns"},
        {"MCE", "Machine check exceptions"},
    };

    fprintf(out, "           CPU0       \n");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        fprintf(out, "%3s: %10lu   %s\n", kinds[i][0],
                i == 1 ? (unsigned long)(ref->reader->k->now_ns / TIMER_NS) : 0, kinds[i][1]);
    fprintf(out, "ERR: %10u\n", 0);
    return 0;
}

int proc_show_softirqs(const struct proc_ref *ref, FILE *out)
{
    static const char *const names[] = {"HI",       "TIMER",   "NET_TX", "NET_RX",  "BLOCK",
                                        "IRQ_POLL", "TASKLET", "SCHED",  "HRTIMER", "RCU"};

    fprintf(out, "                    CPU0       \n");
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        fprintf(out, "%12s: %10lu\n", names[i],
                i == 1 ? (unsigned long)(ref->reader->k->now_ns / TIMER_NS) : 0);
    return 0;
}

/* Free memory, in as large blocks as there can be. */
int proc_show_buddyinfo(const struct proc_ref *ref, FILE *out)
{
    struct mm_meminfo info;

    mm_get_meminfo(&ref->reader->k->sys, &info);
    fprintf(out, "Node 0, zone   Normal ");
    for (unsigned order = 0; order < ORDERS - 1; order++)
        fprintf(out, "%6lu ", (unsigned long)(info.free >> order & 1));
    fprintf(out, "%6lu \n", (unsigned long)(info.free >> (ORDERS - 1)));
    return 0;
}

const struct proc_row proc_tty_rows[] = {
    TEXT("drivers", "/dev/tty             /dev/tty        5       0 system:/dev/tty\n"
                    "/dev/ptmx            /dev/ptmx       5       2 system\n"
                    "pty_slave            /dev/pts      136 0-1048575 pty:slave\n"
                    "pty_master           /dev/ptm      128 0-1048575 pty:master"),
    TEXT("ldiscs", "n_tty       0"),
    {NULL},
};
