/* proc_requeue_pi.c - FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI: waiters of a word are moved on to a PI
 * lock. */
#include "probe.h"
#include <linux/futex.h>
#include <pthread.h>
#include <time.h>

static volatile unsigned word, lock, other;
static volatile int nr_waiting, nr_through, order[8], tids[8];
static volatile int early_errno;

static long futex(volatile void *u, int op, unsigned v, const void *t, volatile void *u2, unsigned v3)
{
    return syscall(SYS_futex, u, op, v, t, u2, v3);
}
static long requeue(int wake, long move, volatile void *to, unsigned val)
{
    return futex(&word, FUTEX_CMP_REQUEUE_PI, wake, (void *)move, to, val);
}
static long unlock(void)
{
    unsigned me = (unsigned)syscall(SYS_gettid);

    return __atomic_compare_exchange_n(&lock, &me, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
               ? 0
               : futex(&lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
}
/* Comes back with the lock; notes the order. */
static void *wait_and_lock(void *arg)
{
    tids[(long)arg] = (int)syscall(SYS_gettid);
    nr_waiting++;
    if (futex(&word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &lock, 0))
        return (void *)1;
    order[nr_through++] = (int)(long)arg;
    usleep(20000); /* the others come to wait for it */
    return (void *)unlock();
}
static void *wait_plain(void *arg)
{
    nr_waiting++;
    return (void *)futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0);
}
static void *wait_interrupted(void *arg)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 300000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    tids[(long)arg] = (int)syscall(SYS_gettid);
    nr_waiting++;
    if (futex(&word, FUTEX_WAIT_REQUEUE_PI, 0, &until, &lock, 0))
        early_errno = errno;
    return NULL;
}
static void start(pthread_t *t, int n, void *(*f)(void *))
{
    nr_waiting = nr_through = 0;
    for (int i = 0; i < n; i++) {
        pthread_create(&t[i], NULL, f, (void *)(long)i);
        while (nr_waiting <= i)
            usleep(1000);
        usleep(30000);
    }
}
static bool all_ok(pthread_t *t, int n)
{
    bool ok = true;
    void *r;

    for (int i = 0; i < n; i++) {
        pthread_join(t[i], &r);
        ok = ok && !r;
    }
    return ok;
}
static void nothing(int sig)
{
}

int main(void)
{
    const struct timespec zero = {0, 0};
    unsigned me = (unsigned)getpid();
    pthread_t t[4];

    is_err(futex(&word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &word, 0), "EINVAL",
           "waiting to be moved to the same word");
    is_err(futex(&word, FUTEX_WAIT_REQUEUE_PI, 1, NULL, &lock, 0), "EAGAIN", "another value: no wait");
    is_err(futex(&word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, (char *)&lock + 1, 0), "EINVAL", "an unaligned lock");
    is_err(futex((void *)16, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &lock, 0), "EFAULT", "a word that is not there");
    is_err(futex(&word, FUTEX_WAIT_REQUEUE_PI, 0, &zero, &lock, 0), "ETIMEDOUT", "its time is absolute");
    is_err(futex(&word, FUTEX_WAIT_REQUEUE_PI | FUTEX_CLOCK_REALTIME, 0, &zero, &lock, 0), "ETIMEDOUT",
           "on either clock");
    is_err(requeue(1, 1, &word, 0), "EINVAL", "moving to the same word");
    is_err(requeue(2, 1, &lock, 0), "EINVAL", "waking two");
    is_err(requeue(0, 1, &lock, 0), "EINVAL", "waking none");
    is_err(requeue(1, -1, &lock, 0), "EINVAL", "moving less than none");
    is_err(requeue(1, 1, &lock, 5), "EAGAIN", "another value: nobody is moved");
    is_err(requeue(1, 1, (void *)16, 0), "EFAULT", "a lock that is not there");
    is_num(requeue(1, 1, &lock, 0), 0, "nobody waits");
    is_num(lock, 0, "and the lock stays free");

    start(t, 3, wait_and_lock);
    is_err(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), "EINVAL",
           "who waits for a lock is not woken by FUTEX_WAKE");
    is_err(futex(&word, FUTEX_CMP_REQUEUE, 0, (void *)1, &other, 0), "EINVAL",
           "nor moved by FUTEX_CMP_REQUEUE");
    is_err(requeue(1, 1, &other, 0), "EINVAL", "nor moved to another lock");
    is_num(requeue(1, 10, &lock, 0), 3, "three are moved to a free lock");
    is_num(lock, tids[0] | FUTEX_WAITERS, "the first has it, and others wait");
    is_true(all_ok(t, 3), "each gets the lock and gives it back");
    is_true(nr_through == 3 && order[0] == 0 && order[1] == 1 && order[2] == 2, "in the order they came");
    is_num(lock, 0, "at the end nobody has it");

    start(t, 2, wait_and_lock);
    is_num(requeue(1, 0, &lock, 0), 1, "moving nobody, one gets the lock");
    is_num(lock, tids[0], "and nobody waits for it");
    usleep(100000);
    is_num(nr_through, 1, "the other waits as before");
    is_num(requeue(1, 0, &lock, 0), 1, "until its turn comes");
    is_true(all_ok(t, 2), "then it has the lock, too");

    lock = me;
    start(t, 3, wait_and_lock);
    is_num(requeue(1, 1, &lock, 0), 2, "the lock is held: one and one are moved");
    is_num(lock, me | FUTEX_WAITERS, "the word says that they wait");
    is_num(nr_through, 0, "none has it");
    is_err(futex(&lock, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), "EDEADLK", "the owner cannot have it twice");
    is_num(requeue(1, 1, &lock, 0), 1, "the third is moved after them");
    is_ok(unlock(), "the owner lets go");
    is_true(all_ok(t, 3), "they get it one after the other");
    is_true(order[0] == 0 && order[1] == 1 && order[2] == 2, "in their order");

    start(t, 1, wait_plain);
    is_err(requeue(1, 1, &lock, 0), "EINVAL", "who waits for no lock is not moved to one");
    is_num(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 1, "but woken");
    is_true(all_ok(t, 1), "all right");

    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = nothing}, NULL);
    lock = me;
    early_errno = 0;
    start(t, 1, wait_interrupted);
    syscall(SYS_tgkill, me, tids[0], SIGUSR1);
    usleep(50000);
    is_num(early_errno, 0, "a signal before it is moved: it waits on");
    is_num(requeue(1, 1, &lock, 0), 1, "it is moved");
    usleep(20000);
    syscall(SYS_tgkill, me, tids[0], SIGUSR1);
    all_ok(t, 1);
    is_str(strerrorname_np(early_errno), "EAGAIN", "a signal after it is moved ends the wait");
    start(t, 1, wait_interrupted);
    is_num(requeue(1, 1, &lock, 0), 1, "another is moved");
    all_ok(t, 1);
    is_str(strerrorname_np(early_errno), "ETIMEDOUT", "and gives up when its time is over");
    is_ok(unlock(), "the owner still has the lock");
    lock = 999999;
    is_err(futex(&lock, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), "ESRCH",
           "TRYLOCK_PI: an owner that does not exist");
    is_num(lock, 999999 | FUTEX_WAITERS, "and yet the word says that somebody waits");
    return done();
}
