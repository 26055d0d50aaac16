/*
 * requeue_pi.c - FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI (kernel/futex/requeue.c): who waits for a
 * word is moved on to a lock of pi.c without waking up in between, as a condition variable with a PI mutex
 * needs.
 *
 *     waiter at `from`, says which   --CMP_REQUEUE_PI-->  has the lock (the first waiter, if it is free)
 *     lock it will want                              `->  is in the lock's queue, served by FUTEX_UNLOCK_PI
 */
#include <errno.h>
#include <linux/futex.h>

#include "futex.h"

static bool moved(const struct futex_waiter *w)
{
    return w->owner != 0;
}

static int64_t wait_rest(struct task *t)
{
    bool in_lock_queue = moved(&t->futex->w[0]);
    int64_t ret =
        futex_sleep(t, t->deadline, in_lock_queue ? "a PI futex (requeued)" : "a futex (to be requeued)");

    if (ret == SYS_BLOCK)
        return ret;
    futex_wait_free(t);
    if (ret == -ERESTARTSYS) /* once moved it cannot begin again: the word will have changed */
        return in_lock_queue ? -EAGAIN : -ERESTARTNOINTR;
    return ret;
}

int64_t futex_wait_requeue_pi(struct task *t, uint64_t uaddr, uint64_t lock, bool private_, uint32_t val,
                              uint64_t deadline)
{
    struct mm_key key, lock_key;
    struct futex_waiter *w;
    int err;

    if (t->retrying)
        return wait_rest(t);
    if (uaddr == lock)
        return -EINVAL;
    err = futex_key(t, lock, private_, &lock_key);
    if (!err)
        err = futex_key(t, uaddr, private_, &key);
    if (!err)
        err = futex_expect(t, uaddr, val);
    if (err)
        return err;
    if (futex_key_equal(&key, &lock_key))
        return -EINVAL;
    if (!futex_wait_alloc(t, 1))
        return -ENOMEM;
    w = &t->futex->w[0];
    w->key = key;
    w->uaddr = uaddr;
    w->requeue_pi = true;
    w->lock_key = lock_key;
    w->lock_uaddr = lock;
    futex_enqueue(t, w);
    t->deadline = deadline;
    return wait_rest(t);
}

/* It joins those who wait for the lock that owner holds. */
static int move(struct task *t, struct futex_waiter *w, int owner)
{
    if (w->task->tid == owner)
        return -EDEADLK;
    futex_dequeue(t->k, w);
    w->key = w->lock_key;
    w->uaddr = w->lock_uaddr;
    w->owner = owner;
    futex_enqueue(w->task, w);
    return 0;
}

int64_t futex_cmp_requeue_pi(struct task *t, uint64_t from, uint64_t lock, bool private_, int nr_wake,
                             int nr_requeue, uint32_t cmp)
{
    struct futex_waiter *top;
    struct mm_key k1, k2;
    int count = 0, owner = 0, err;
    uint32_t now;

    if (nr_wake < 0 || nr_requeue < 0 || from == lock || nr_wake != 1)
        return -EINVAL;
    err = futex_key(t, from, private_, &k1);
    if (!err)
        err = futex_key(t, lock, private_, &k2);
    if (!err && futex_key_equal(&k1, &k2))
        err = -EINVAL;
    if (!err)
        err = futex_expect(t, from, cmp);
    if (err)
        return err;
    if (mm_copy_in(t->mm, &now, lock, sizeof(now)))
        return -EFAULT;
    top = futex_first_waiter(t->k, &k1);
    if (!top)
        return 0;
    if (!top->requeue_pi || !futex_key_equal(&top->lock_key, &k2))
        return -EINVAL;
    err = futex_pi_take(t, lock, &k2, top->task, nr_requeue > 0, &owner);
    if (err < 0)
        return err;
    if (err) {
        futex_wake_waiter(t->k, top);
        owner = top->task->tid;
        count = 1;
    }
    list_for_each_safe (pos, tmp, futex_bucket(t->k, &k1)) {
        struct futex_waiter *w = container_of(pos, struct futex_waiter, node);

        if (count - nr_wake >= nr_requeue)
            break;
        if (!futex_key_equal(&w->key, &k1))
            continue;
        if (!w->requeue_pi || !futex_key_equal(&w->lock_key, &k2))
            return -EINVAL;
        err = move(t, w, owner);
        if (err)
            return err;
        count++;
    }
    return count;
}
