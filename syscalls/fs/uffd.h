/*
 * uffd.h - what the files of userfaultfd(2) share: userfaultfd.c (the call, its ioctls and messages) and
 * uffd_wait.c (who waits for a page).
 */
#ifndef SYSCALLS_FS_UFFD_H
#define SYSCALLS_FS_UFFD_H

#include "../process.h"
#include "fs_calls.h"

#define FEATURE_SIGBUS (UINT64_C(1) << 7) /* newer than the headers of some supported systems */
#define FEATURE_EXACT  (UINT64_C(1) << 11)

struct uffd {
    struct list_head node;
    uint16_t id;   /* with MM_UFFD_* bits */
    struct mm *mm; /* whose faults: the creator's */
    uint64_t features;

    struct list_head faults; /* struct fault_wait */
    struct waitq readers;
    uint64_t changes;
};

/* A task that waits for its page. */
struct fault_wait {
    struct list_head node;
    int tid;
    uint64_t addr, flags;
    bool told; /* read(2) has given it out */
    struct waitq wq;
};

/* ---- uffd_wait.c ---- */
/* Waits whose task a signal has taken away. */
void uffd_forget_strays(struct uffd *u);
/* Who waits for a page of [start, start+len) looks again. */
void uffd_wake_range(struct uffd *u, uint64_t start, uint64_t len);

#endif
