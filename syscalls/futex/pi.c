/*
 * pi.c - locks whose word holds the owner's tid (kernel/futex/pi.c). Nobody here has a priority to lend, so
 * what is left of priority inheritance is the protocol: the kernel hands the lock over, and notices dead
 * owners.
 */
#include <errno.h>
#include <linux/futex.h>

#include "futex.h"

static struct futex_waiter *first_waiter(struct kernel *k, const struct mm_key *key)
{
    list_for_each (pos, futex_bucket(k, key)) {
        struct futex_waiter *w = container_of(pos, struct futex_waiter, node);

        if (futex_key_equal(&w->key, key))
            return w;
    }
    return NULL;
}

/* Give the lock to w: its tid goes into the word, the others now wait for it. */
static int hand_over(struct kernel *k, struct futex_waiter *w, uint32_t extra)
{
    struct mm_key key = w->key;
    struct task *t = w->task;
    struct futex_waiter *next;
    uint32_t word = (uint32_t)t->tid | extra;

    futex_dequeue(k, w);
    next = first_waiter(k, &key);
    if (next)
        word |= FUTEX_WAITERS;
    if (mm_copy_out(t->mm, w->uaddr, &word, sizeof(word))) {
        futex_enqueue(t, w);
        return -EFAULT;
    }
    list_for_each (pos, futex_bucket(k, &key)) {
        struct futex_waiter *o = container_of(pos, struct futex_waiter, node);

        if (futex_key_equal(&o->key, &key))
            o->owner = t->tid;
    }
    w->owner = 0;
    t->futex->woken = 0;
    task_wake(t);
    return 0;
}

static int64_t lock_rest(struct task *t, uint64_t deadline)
{
    int64_t ret = futex_sleep(t, deadline, "a PI futex");

    if (ret == SYS_BLOCK)
        return ret;
    futex_wait_free(t);
    return ret == -ERESTARTSYS ? -ERESTARTNOINTR : ret;
}

int64_t futex_lock_pi(struct task *t, uint64_t uaddr, bool private_, uint64_t deadline, bool try_)
{
    struct futex_wait *fw;
    struct mm_key key;
    struct futex_waiter *top;
    uint32_t word, owner;
    int err;

    if (t->retrying)
        return lock_rest(t, deadline);
    err = futex_key(t, uaddr, private_, &key);
    if (err)
        return err;
    if (mm_copy_in(t->mm, &word, uaddr, sizeof(word)))
        return -EFAULT;
    owner = word & FUTEX_TID_MASK;
    if (owner == (uint32_t)t->tid)
        return -EDEADLK;
    top = first_waiter(t->k, &key);
    if (top && !top->owner)
        return -EINVAL;
    if (!owner && !top) {
        word = (word & FUTEX_OWNER_DIED) | (uint32_t)t->tid;
        return mm_copy_out(t->mm, uaddr, &word, sizeof(word)) ? -EFAULT : 0;
    }
    if (try_)
        return -EAGAIN;
    if (!find_task(t->k, (int)owner))
        return -ESRCH;
    word |= FUTEX_WAITERS;
    if (mm_copy_out(t->mm, uaddr, &word, sizeof(word)))
        return -EFAULT;
    fw = futex_wait_alloc(t, 1);
    if (!fw)
        return -ENOMEM;
    fw->w[0].key = key;
    fw->w[0].uaddr = uaddr;
    fw->w[0].owner = (int)owner;
    futex_enqueue(t, &fw->w[0]);
    return lock_rest(t, deadline);
}

int64_t futex_unlock_pi(struct task *t, uint64_t uaddr, bool private_)
{
    struct futex_waiter *top;
    struct mm_key key;
    uint32_t word;
    int err;

    if (uaddr % 4 == 0 && mm_copy_in(t->mm, &word, uaddr, sizeof(word)))
        return -EFAULT;
    err = futex_key(t, uaddr, private_, &key);
    if (err)
        return err;
    if ((word & FUTEX_TID_MASK) != (uint32_t)t->tid)
        return -EPERM;
    top = first_waiter(t->k, &key);
    if (top)
        return top->owner ? hand_over(t->k, top, 0) : -EINVAL;
    word = 0;
    return mm_copy_out(t->mm, uaddr, &word, sizeof(word)) ? -EFAULT : 0;
}

void futex_pi_owner_died(struct task *t)
{
    struct futex_table *ft = t->k->futexes;

    list_for_each_safe(pos, tmp, &ft->pi)
    {
        struct futex_waiter *w = container_of(pos, struct futex_waiter, pi_node);

        /* Handing over makes the others of that word wait for the new owner: they are passed by. */
        if (w->owner == t->tid && hand_over(t->k, w, FUTEX_OWNER_DIED))
            w->owner = -1; /* unreachable word: waits for its time limit or a signal */
    }
}
