/*
 * uffd.h - what the files of userfaultfd(2) share: userfaultfd.c (the call and its ioctls), uffd_read.c
 * (messages), uffd_wait.c (who waits for a page) and uffd_event.c (who tells of something).
 */
#ifndef SYSCALLS_FS_UFFD_H
#define SYSCALLS_FS_UFFD_H

#include "../process.h"
#include "fs_calls.h"

#include <linux/userfaultfd.h>
#include <mseal-emu/uffd.h>

/* Newer than the headers of some supported systems. */
#define FEATURE_SIGBUS    (UINT64_C(1) << 7)
#define FEATURE_THREAD_ID (UINT64_C(1) << 8)
#define FEATURE_EXACT     (UINT64_C(1) << 11)
#define FEATURE_READY     (UINT64_C(1) << 63) /* ours: UFFDIO_API was called */
#define API_IOCTLS        UINT64_C(0x8000000000000003)
#define RANGE_IOCTLS      UINT64_C(0x1fc) /* WAKE COPY ZEROPAGE MOVE WRITEPROTECT CONTINUE POISON */

struct uffd {
    struct list_head node;
    uint16_t id;   /* with MM_UFFD_* bits; one of each number in an address space */
    struct mm *mm; /* whose faults: the creator's */
    uint64_t features;
    unsigned open_flags; /* of userfaultfd(2) */

    struct list_head faults; /* struct fault_wait */
    struct list_head events; /* struct uffd_event.node: not yet read */
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

/* A task that waits until its message is read. */
struct uffd_event {
    struct list_head node; /* uffd.events */
    struct list_head mine; /* uffd_call.events */
    struct task *task;
    struct uffd *child; /* UFFD_EVENT_FORK: whose descriptor goes with it */
    struct uffd_msg msg;
};

/* What a task's system call still has to do; task.uffd_call. */
struct uffd_call {
    struct mm_uffd_copy *copies;      /* bytes that still have to go to the guest */
    struct mm_uffd_populate populate; /* pages that still have to be there */
    struct list_head events;          /* struct uffd_event.mine */
    int64_t result;                   /* once all that is done */
    bool over;                        /* the call is, but for them */
    bool again, retrying;             /* it is made again, with this task.retrying */
    uint64_t told;                    /* then: for mm_uffd_begin() */
};

/* ---- userfaultfd.c ---- */
/* One that watches mm, without a descriptor yet. NULL: no memory. */
struct uffd *uffd_create(struct kernel *k, struct mm *mm, uint16_t id, unsigned open_flags);
void uffd_destroy(struct uffd *u);                /* nothing is watched any more, nobody waits */
int uffd_install(struct task *t, struct uffd *u); /* its descriptor in t's table, or negative errno */

/* ---- uffd_read.c ---- */
extern const struct file_ops uffd_ops;
int64_t uffd_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg); /* userfaultfd.c */

/* ---- uffd_wait.c ---- */
/* The userfaultfd of t's address space with this id; NULL: it is closed. */
struct uffd *uffd_find(const struct task *t, uint16_t id);
/* Waits whose task a signal has taken away. */
void uffd_forget_strays(struct uffd *u);
/* Who waits for a page of [start, start+len) looks again. */
void uffd_wake_range(struct uffd *u, uint64_t start, uint64_t len);
struct uffd_call *uffd_call_of(struct task *t); /* made at the first need; NULL: no memory */

/* ---- uffd_event.c ---- */
/* t tells of e, if e's userfaultfd wants to hear. */
void uffd_tell(struct task *t, const struct mm_uffd_event *e);
/* The first event (there is one) as a message for t. 0 or negative errno, and it stays. */
int uffd_take_event(struct task *t, struct uffd *u, struct uffd_msg *msg);
void uffd_withdraw(struct uffd_event *ev); /* nobody will read it */

#endif
