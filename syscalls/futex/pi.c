/*
 * pi.c - locks whose word holds the owner's tid (kernel/futex/pi.c). Nobody here has a priority to lend, so
 * what is left of priority inheritance is the protocol: the kernel hands the lock over, and notices dead
 * owners.
 */
#include <errno.h>
#include <linux/futex.h>

#include "futex.h"

/* Give the lock to w: its tid goes into the word, the others now wait for it. */
static int hand_over(struct kernel *k, struct futex_waiter *w, uint32_t extra)
{
    struct mm_key key = w->key;
    struct task *t = w->task;
    struct futex_waiter *next;
    uint32_t word = (uint32_t)t->tid | extra;

    futex_dequeue(k, w);
    next = futex_first_waiter(k, &key);
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

int futex_pi_take(struct task *t, uint64_t uaddr, const struct mm_key *key, const struct task *who,
                  bool waiters, int *owner)
{
    const struct task *has;
    struct futex_waiter *top;
    uint32_t word, new;

    if (mm_copy_in(t->mm, &word, uaddr, sizeof(word)))
        return -EFAULT;
    *owner = (int)(word & FUTEX_TID_MASK);
    if (*owner == who->tid)
        return -EDEADLK;
    top = futex_first_waiter(t->k, key);
    if (top)
        return top->owner && top->owner == *owner ? 0 : -EINVAL;
    if (*owner)
        new = word | FUTEX_WAITERS;
    else
        new = (word & FUTEX_OWNER_DIED) | (uint32_t)who->tid | (waiters ? FUTEX_WAITERS : 0);
    if (mm_copy_out(t->mm, uaddr, &new, sizeof(new)))
        return -EFAULT;
    if (!*owner)
        return 1;
    has = find_task(t->k, *owner);
    if (!has)
        return -ESRCH;
    return mm_key_is_private(key) && has->mm != t->mm ? -EPERM : 0;
}

int64_t futex_lock_pi(struct task *t, uint64_t uaddr, bool private_, uint64_t deadline, bool try_)
{
    struct futex_wait *fw;
    struct mm_key key;
    int owner, err;

    if (t->retrying)
        return lock_rest(t, deadline);
    err = futex_key(t, uaddr, private_, &key);
    if (err)
        return err;
    err = futex_pi_take(t, uaddr, &key, t, false, &owner);
    if (err)
        return err > 0 ? 0 : err;
    if (try_)
        return -EAGAIN;
    fw = futex_wait_alloc(t, 1);
    if (!fw)
        return -ENOMEM;
    fw->w[0].key = key;
    fw->w[0].uaddr = uaddr;
    fw->w[0].owner = owner;
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
    top = futex_first_waiter(t->k, &key);
    if (top)
        return top->owner ? hand_over(t->k, top, 0) : -EINVAL;
    word = 0;
    return mm_copy_out(t->mm, uaddr, &word, sizeof(word)) ? -EFAULT : 0;
}

void futex_pi_owner_died(struct task *t)
{
    struct futex_table *ft = t->k->futexes;

    list_for_each_safe (pos, tmp, &ft->pi) {
        struct futex_waiter *w = container_of(pos, struct futex_waiter, pi_node);

        /* Handing over makes the others of that word wait for the new owner: they are passed by. */
        if (w->owner == t->tid && hand_over(t->k, w, FUTEX_OWNER_DIED))
            w->owner = -1; /* unreachable word: waits for its time limit or a signal */
    }
}
