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
    /* FUTEX_WAIT_REQUEUE_PI: the lock it is to be moved to. */
    bool requeue_pi;
    struct mm_key lock_key;
    uint64_t lock_uaddr;
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
int futex_expect(struct task *t, uint64_t addr,
                 uint32_t value);                           /* is it there? 0, -EAGAIN (another) or -EFAULT */
struct futex_wait *futex_wait_alloc(struct task *t, int n); /* becomes t->futex; NULL: no memory */
/* The one who came first for this word; NULL: nobody waits. */
struct futex_waiter *futex_first_waiter(struct kernel *k, const struct mm_key *key);
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
/* The lock at uaddr (in t's memory) for `who`: 1: it has it; 0: *owner has it, and the word now says that somebody waits; or -errno.
 * waiters: others will wait, so the word says so from the beginning. */
int futex_pi_take(struct task *t, uint64_t uaddr, const struct mm_key *key, const struct task *who,
                  bool waiters, int *owner);

/* requeue_pi.c */
/* Time limits on either clock are already absolute. 0: `lock` is the caller's; -EAGAIN also for a signal after it was moved. */
int64_t futex_wait_requeue_pi(struct task *t, uint64_t uaddr, uint64_t lock, bool private_, uint32_t val,
                              uint64_t deadline);
/* How many were moved or got the lock, or -errno. */
int64_t futex_cmp_requeue_pi(struct task *t, uint64_t from, uint64_t lock, bool private_, int nr_wake,
                             int nr_requeue, uint32_t cmp);

#endif
