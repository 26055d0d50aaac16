/*
 * futex.c - futex(2) and its younger forms: wait, wake, requeue, wake_op, waitv
 * (kernel/futex/{syscalls,waitwake, requeue}.c). Priority-inheriting locks are in pi.c and requeue_pi.c, robust
 * lists in robust.c.
 */
#include "futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <time.h>

#include "../handlers.h"

#define WAITV_MAX 128
/* futex2 flags (include/uapi/linux/futex.h, 6.7) */
#define F2_SIZE_MASK 3u
#define F2_SIZE_U32  2u
#define F2_PRIVATE   128u

/* ---- waiting ---- */

/* After a signal a wait without time limit is done again; one with a limit goes on until the same moment. */
static int64_t wait_again(struct task *t);

static int64_t wait_rest(struct task *t, uint64_t deadline)
{
    int64_t ret = futex_sleep(t, deadline, "a futex");

    if (ret == SYS_BLOCK)
        return ret;
    futex_wait_free(t);
    if (ret == -ERESTARTSYS && deadline) {
        t->restart = wait_again;
        return -ERESTART_RESTARTBLOCK;
    }
    return ret;
}

/* restart_arg: address, value, private | bitset << 32, deadline. */
static int64_t wait_start(struct task *t)
{
    uint64_t uaddr = t->restart_arg[0], deadline = t->restart_arg[3];
    struct futex_wait *fw;
    struct mm_key key;
    int err = futex_key(t, uaddr, t->restart_arg[2] & 1, &key);

    if (!err)
        err = futex_expect(t, uaddr, (uint32_t)t->restart_arg[1]);
    if (err)
        return err;
    fw = futex_wait_alloc(t, 1);
    if (!fw)
        return -ENOMEM;
    fw->w[0].key = key;
    fw->w[0].bitset = (uint32_t)(t->restart_arg[2] >> 32);
    fw->w[0].uaddr = uaddr;
    futex_enqueue(t, &fw->w[0]);
    return wait_rest(t, deadline);
}

static int64_t wait_again(struct task *t)
{
    return t->retrying ? wait_rest(t, t->restart_arg[3]) : wait_start(t);
}

static int64_t do_wait(struct task *t, uint64_t uaddr, uint32_t val, bool private_, uint32_t bitset,
                       uint64_t deadline)
{
    if (!bitset)
        return -EINVAL;
    t->restart_arg[0] = uaddr;
    t->restart_arg[1] = val;
    t->restart_arg[2] = private_ | (uint64_t)bitset << 32;
    t->restart_arg[3] = deadline;
    return wait_start(t);
}

/* ---- waking ---- */

static int wake_key(struct kernel *k, const struct mm_key *key, int n, uint32_t bitset)
{
    int woken = 0;

    list_for_each_safe (pos, tmp, futex_bucket(k, key)) {
        struct futex_waiter *w = container_of(pos, struct futex_waiter, node);

        if (!futex_key_equal(&w->key, key))
            continue;
        if (w->owner || w->requeue_pi)
            return -EINVAL; /* a PI waiter is only woken by the unlock */
        if (!(w->bitset & bitset))
            continue;
        futex_wake_waiter(k, w);
        if (++woken >= n)
            break;
    }
    return woken;
}

static int64_t do_wake(struct task *t, uint64_t uaddr, bool private_, int n, uint32_t bitset)
{
    struct mm_key key;
    int err;

    if (!bitset)
        return -EINVAL;
    err = futex_key(t, uaddr, private_, &key);
    return err ? err : wake_key(t->k, &key, n, bitset);
}

int futex_wake_addr(struct task *t, uint64_t addr, int n)
{
    struct mm_key key;
    int woken = 0;

    /* The waiter may have used either form. */
    if (!futex_key(t, addr, true, &key))
        woken = wake_key(t->k, &key, n, UINT32_MAX);
    if (woken < n && !futex_key(t, addr, false, &key))
        woken += wake_key(t->k, &key, n - woken, UINT32_MAX);
    return woken;
}

static int64_t do_requeue(struct task *t, uint64_t from, bool from_private, uint64_t to, bool to_private,
                          int nr_wake, int nr_requeue, const uint32_t *cmp)
{
    struct mm_key k1, k2;
    int count = 0, err;

    if (nr_wake < 0 || nr_requeue < 0)
        return -EINVAL;
    err = futex_key(t, from, from_private, &k1);
    if (!err)
        err = futex_key(t, to, to_private, &k2);
    if (!err && cmp)
        err = futex_expect(t, from, *cmp);
    if (err)
        return err;
    list_for_each_safe (pos, tmp, futex_bucket(t->k, &k1)) {
        struct futex_waiter *w = container_of(pos, struct futex_waiter, node);

        if (count - nr_wake >= nr_requeue)
            break;
        if (!futex_key_equal(&w->key, &k1))
            continue;
        if (w->owner || w->requeue_pi)
            return -EINVAL;
        if (++count <= nr_wake) {
            futex_wake_waiter(t->k, w);
        } else if (!futex_key_equal(&k1, &k2)) { /* to itself: it keeps its place */
            list_del(&w->node);
            w->key = k2;
            w->uaddr = to;
            list_add_tail(futex_bucket(t->k, &k2), &w->node);
        }
    }
    return count;
}

/* FUTEX_WAKE_OP: op(4) cmp(4) oparg(12) cmparg(12), both arguments signed. */
static int wake_op_apply(struct task *t, uint64_t uaddr, uint32_t code, bool *wake)
{
    int op = code >> 28 & 7, cmp = code >> 24 & 15;
    int oparg = (int)(code << 8) >> 20, cmparg = (int)(code << 20) >> 20;
    int32_t old, new;

    if (code & (uint32_t)FUTEX_OP_OPARG_SHIFT << 28)
        oparg = (int)(1u << (oparg & 31));
    if (mm_copy_in(t->mm, &old, uaddr, sizeof(old)))
        return -EFAULT;
    switch (op) {
    case FUTEX_OP_SET:
        new = oparg;
        break;
    case FUTEX_OP_ADD:
        new = (int32_t)((uint32_t)old + (uint32_t)oparg);
        break;
    case FUTEX_OP_OR:
        new = old | oparg;
        break;
    case FUTEX_OP_ANDN:
        new = old & ~oparg;
        break;
    case FUTEX_OP_XOR:
        new = old ^ oparg;
        break;
    default:
        return -ENOSYS;
    }
    if (mm_copy_out(t->mm, uaddr, &new, sizeof(new)))
        return -EFAULT;
    switch (cmp) {
    case FUTEX_OP_CMP_EQ:
        *wake = old == cmparg;
        break;
    case FUTEX_OP_CMP_NE:
        *wake = old != cmparg;
        break;
    case FUTEX_OP_CMP_LT:
        *wake = old < cmparg;
        break;
    case FUTEX_OP_CMP_GE:
        *wake = old >= cmparg;
        break;
    case FUTEX_OP_CMP_LE:
        *wake = old <= cmparg;
        break;
    case FUTEX_OP_CMP_GT:
        *wake = old > cmparg;
        break;
    default:
        return -ENOSYS;
    }
    return 0;
}

static int64_t do_wake_op(struct task *t, uint64_t u1, uint64_t u2, bool private_, int n1, int n2,
                          uint32_t code)
{
    struct mm_key k1, k2;
    bool second;
    int err = futex_key(t, u1, private_, &k1), ret;

    if (!err)
        err = futex_key(t, u2, private_, &k2);
    if (!err)
        err = wake_op_apply(t, u2, code, &second);
    if (err)
        return err;
    ret = wake_key(t->k, &k1, n1, UINT32_MAX);
    if (ret >= 0 && second) {
        int more = wake_key(t->k, &k2, n2, UINT32_MAX);

        ret = more < 0 ? more : ret + more;
    }
    return ret;
}

/* ---- the calls ---- */

static bool cmd_has_timeout(int cmd)
{
    return cmd == FUTEX_WAIT || cmd == FUTEX_LOCK_PI || cmd == FUTEX_LOCK_PI2 || cmd == FUTEX_WAIT_BITSET ||
           cmd == FUTEX_WAIT_REQUEUE_PI;
}

/* The moment to give up, on the clock this command uses; FUTEX_WAIT alone counts from now. */
static int command_deadline(struct task *t, int op, int cmd, uint64_t addr, uint64_t *deadline)
{
    bool wall = op & FUTEX_CLOCK_REALTIME || cmd == FUTEX_LOCK_PI;
    uint64_t ns;
    int err = copy_timespec_in(t, addr, &ns);

    if (err)
        return err;
    return clock_deadline(t, wall ? CLOCK_REALTIME : CLOCK_MONOTONIC, ns, cmd != FUTEX_WAIT, deadline);
}

static int64_t retry(struct task *t, int cmd, const uint64_t a[6])
{
    if (cmd == FUTEX_LOCK_PI || cmd == FUTEX_LOCK_PI2)
        return futex_lock_pi(t, a[0], arg_int(a[1]) & FUTEX_PRIVATE_FLAG, t->deadline, false);
    if (cmd == FUTEX_WAIT_REQUEUE_PI)
        return futex_wait_requeue_pi(t, a[0], a[4], arg_int(a[1]) & FUTEX_PRIVATE_FLAG, arg_uint(a[2]), 0);
    return wait_rest(t, t->restart_arg[3]);
}

int64_t sys_futex(struct task *t, const uint64_t a[6])
{
    int op = arg_int(a[1]), cmd = op & FUTEX_CMD_MASK, val2 = arg_int(a[3]);
    bool private_ = op & FUTEX_PRIVATE_FLAG;
    uint32_t val = arg_uint(a[2]), val3 = arg_uint(a[5]);
    uint64_t deadline = 0;
    int err;

    if (t->retrying)
        return retry(t, cmd, a);
    if (a[3] && cmd_has_timeout(cmd)) {
        err = command_deadline(t, op, cmd, a[3], &deadline);
        if (err)
            return err;
    }
    if (op & FUTEX_CLOCK_REALTIME && cmd != FUTEX_WAIT_BITSET && cmd != FUTEX_WAIT_REQUEUE_PI &&
        cmd != FUTEX_LOCK_PI2)
        return -ENOSYS;
    switch (cmd) {
    case FUTEX_WAIT:
        return do_wait(t, a[0], val, private_, FUTEX_BITSET_MATCH_ANY, deadline);
    case FUTEX_WAIT_BITSET:
        return do_wait(t, a[0], val, private_, val3, deadline);
    case FUTEX_WAKE:
        return do_wake(t, a[0], private_, (int)val, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET:
        return do_wake(t, a[0], private_, (int)val, val3);
    case FUTEX_REQUEUE:
        return do_requeue(t, a[0], private_, a[4], private_, (int)val, val2, NULL);
    case FUTEX_CMP_REQUEUE:
        return do_requeue(t, a[0], private_, a[4], private_, (int)val, val2, &val3);
    case FUTEX_WAKE_OP:
        return do_wake_op(t, a[0], a[4], private_, (int)val, val2, val3);
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
        return futex_lock_pi(t, a[0], private_, deadline, false);
    case FUTEX_TRYLOCK_PI:
        return futex_lock_pi(t, a[0], private_, 0, true);
    case FUTEX_UNLOCK_PI:
        return futex_unlock_pi(t, a[0], private_);
    case FUTEX_WAIT_REQUEUE_PI:
        return futex_wait_requeue_pi(t, a[0], a[4], private_, val, deadline);
    case FUTEX_CMP_REQUEUE_PI:
        return futex_cmp_requeue_pi(t, a[0], a[4], private_, (int)val, val2, val3);
    }
    return -ENOSYS;
}

/* futex2's flags: only words of 32 bits exist. */
static int check_flags2(uint64_t flags)
{
    if (flags & ~(uint64_t)(F2_SIZE_MASK | F2_PRIVATE))
        return -EINVAL;
    return (flags & F2_SIZE_MASK) == F2_SIZE_U32 ? 0 : -EINVAL;
}

static int deadline2(struct task *t, uint64_t addr, int clock, uint64_t *deadline)
{
    uint64_t ns;
    int err;

    *deadline = 0;
    if (!addr)
        return 0;
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return -EINVAL;
    err = copy_timespec_in(t, addr, &ns);
    return err ? err : clock_deadline(t, clock, ns, true, deadline);
}

int64_t sys_futex_wait(struct task *t, const uint64_t a[6])
{
    uint64_t deadline;
    int err;

    if (t->retrying)
        return wait_rest(t, t->restart_arg[3]);
    err = check_flags2(arg_uint(a[3]));
    if (err)
        return err;
    if (a[1] > UINT32_MAX || a[2] > UINT32_MAX)
        return -EINVAL;
    err = deadline2(t, a[4], arg_int(a[5]), &deadline);
    if (err)
        return err;
    return do_wait(t, a[0], (uint32_t)a[1], a[3] & F2_PRIVATE, (uint32_t)a[2], deadline);
}

int64_t sys_futex_wake(struct task *t, const uint64_t a[6])
{
    int err = check_flags2(arg_uint(a[3]));

    if (err)
        return err;
    if (a[1] > UINT32_MAX)
        return -EINVAL;
    return arg_int(a[2]) ? do_wake(t, a[0], a[3] & F2_PRIVATE, arg_int(a[2]), (uint32_t)a[1]) : 0;
}

struct kwaitv { /* struct futex_waitv */
    uint64_t val, uaddr;
    uint32_t flags, reserved;
};

static int copy_waitv(struct task *t, uint64_t addr, unsigned n, struct kwaitv *v)
{
    for (unsigned i = 0; i < n; i++) {
        if (mm_copy_in(t->mm, &v[i], addr + i * sizeof(v[i]), sizeof(v[i])))
            return -EFAULT;
        if (v[i].reserved || check_flags2(v[i].flags) || v[i].val > UINT32_MAX)
            return -EINVAL;
    }
    return 0;
}

int64_t sys_futex_requeue(struct task *t, const uint64_t a[6])
{
    struct kwaitv v[2];
    uint32_t cmp;
    int err;

    if (arg_uint(a[1]) || !a[0])
        return -EINVAL;
    err = copy_waitv(t, a[0], 2, v);
    if (err)
        return err;
    cmp = (uint32_t)v[0].val;
    return do_requeue(t, v[0].uaddr, v[0].flags & F2_PRIVATE, v[1].uaddr, v[1].flags & F2_PRIVATE,
                      arg_int(a[2]), arg_int(a[3]), &cmp);
}

static int64_t waitv_rest(struct task *t, uint64_t deadline)
{
    int64_t ret = futex_sleep(t, deadline, "a futex (waitv)");
    int woken;

    if (ret == SYS_BLOCK)
        return ret;
    woken = t->futex->woken;
    futex_wait_free(t);
    return ret ? ret : woken;
}

int64_t sys_futex_waitv(struct task *t, const uint64_t a[6])
{
    unsigned n = arg_uint(a[1]);
    struct kwaitv v[WAITV_MAX];
    struct futex_wait *fw;
    uint64_t deadline;
    int err;

    if (t->retrying)
        return waitv_rest(t, t->deadline);
    if (arg_uint(a[2]))
        return -EINVAL;
    if (!n || n > WAITV_MAX || !a[0])
        return -EINVAL;
    err = deadline2(t, a[3], arg_int(a[4]), &deadline);
    if (!err)
        err = copy_waitv(t, a[0], n, v);
    if (err)
        return err;
    fw = futex_wait_alloc(t, (int)n);
    if (!fw)
        return -ENOMEM;
    for (unsigned i = 0; i < n && !err; i++) {
        fw->w[i].uaddr = v[i].uaddr;
        err = futex_key(t, v[i].uaddr, v[i].flags & F2_PRIVATE, &fw->w[i].key);
        if (!err)
            err = futex_expect(t, v[i].uaddr, (uint32_t)v[i].val);
        if (!err)
            futex_enqueue(t, &fw->w[i]);
    }
    if (err) {
        futex_wait_free(t);
        return err;
    }
    return waitv_rest(t, deadline);
}
