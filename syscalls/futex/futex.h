/* futex.h - the queues of futex waiters, shared by the files of futex/. */
#ifndef SYSCALLS_FUTEX_FUTEX_H
#define SYSCALLS_FUTEX_FUTEX_H

#include "../process.h"

/* One word somebody waits for. Lives in its task's futex_wait; queue order is the order of waking. */
struct futex_waiter {
    struct list_head node;    /* in a bucket; empty: not queued, that is: woken or never queued */
    struct list_head pi_node; /* in futex_table.pi while queued as a PI waiter */
    struct mm_key key;
    uint32_t bitset;
    struct task *task;
    uint64_t uaddr; /* in the task's address space (PI hand-over writes there) */
    int owner;      /* PI: tid of who holds the lock; 0: not a PI waiter */
};
/* What a waiting task hangs on; freed when its call ends. */
struct futex_wait {
    int woken;       /* index of the waiter that was woken, -1: none yet */
    bool owner_died; /* PI: got the lock from a dead owner */
    int n;
    struct futex_waiter w[];
};

#define FUTEX_BUCKETS 256
struct futex_table {
    struct list_head bucket[FUTEX_BUCKETS];
    struct list_head pi; /* PI waiters in the order they came, whatever bucket they are in */
};

struct list_head *futex_bucket(struct kernel *k, const struct mm_key *key);
bool futex_key_equal(const struct mm_key *a, const struct mm_key *b);
/* Key of the word at addr: -EINVAL unaligned, -EFAULT. */
int futex_key(struct task *t, uint64_t addr, bool private_, struct mm_key *key);
struct futex_wait *futex_wait_alloc(struct task *t, int n); /* becomes t->futex; NULL: no memory */
void futex_enqueue(struct task *t, struct futex_waiter *w);
void futex_dequeue(struct kernel *k, struct futex_waiter *w);
void futex_wake_waiter(struct kernel *k, struct futex_waiter *w);
/* Sleep for what t->futex queues. 0: woken. restartable: a signal gives ERESTARTSYS, else the caller's
 * business. */
int64_t futex_sleep(struct task *t, uint64_t deadline, const char *what);

/* pi.c */
int64_t futex_lock_pi(struct task *t, uint64_t uaddr, bool private_, uint64_t deadline, bool try_);
int64_t futex_unlock_pi(struct task *t, uint64_t uaddr, bool private_);
void futex_pi_owner_died(struct task *t);

#endif
