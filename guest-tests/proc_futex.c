/* proc_futex.c - threads and futexes: waiting, waking, requeueing, robust lists, PI locks. */
#include "probe.h"
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

static long futex(volatile void *u, int op, unsigned v, const void *t, volatile void *u2, unsigned v3)
{
    return syscall(SYS_futex, u, op, v, t, u2, v3);
}
static volatile int word, word2, woken;
static const struct timespec soon = {0, 10000000}, zero, bad = {0, 1000000000};

static volatile int asleep[8], nr_asleep; /* threads that are about to wait */

static void wait_now(void)
{
    asleep[__atomic_fetch_add(&nr_asleep, 1, __ATOMIC_SEQ_CST)] = (int)syscall(SYS_gettid);
}
static void *waiter(void *arg)
{
    wait_now();
    futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0);
    __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
    return NULL;
}
static void *bit_waiter(void *arg)
{
    wait_now();
    futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, (unsigned)(long)arg);
    __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
    return NULL;
}
static void *vector_waiter(void *arg)
{
    struct {
        uint64_t val, uaddr;
        uint32_t flags, pad;
    } v[2] = {{0, (uint64_t)&word, 2 | 128, 0}, {(uint64_t)word2, (uint64_t)&word2, 2 | 128, 0}};

    wait_now();
    return (void *)syscall(449, v, 2, 0, NULL, 0);
}
static char state_of(int tid)
{
    char path[64], text[256] = "";
    int fd;

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
    fd = open(path, O_RDONLY);
    if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && strrchr(text, ')'))
        text[0] = strrchr(text, ')')[2];
    close(fd);
    return text[0];
}
/* n threads that run f, which waits: until all of them do, however busy the machine is. */
static void start_waiting(pthread_t *t, int n, void *(*f)(void *), long arg)
{
    nr_asleep = 0;
    for (int i = 0; i < n; i++)
        pthread_create(&t[i], NULL, f, (void *)arg);
    while (nr_asleep < n || !asleep[n - 1])
        usleep(1000);
    for (int i = 0; i < n; i++, asleep[i - 1] = 0)
        while (state_of(asleep[i]) != 'S')
            usleep(1000);
}
static void start(pthread_t *t, int n, void *(*f)(void *), long arg)
{
    for (int i = 0; i < n; i++)
        pthread_create(&t[i], NULL, f, (void *)arg);
    usleep(50000);
}
static void join(pthread_t *t, int n)
{
    for (int i = 0; i < n; i++)
        pthread_join(t[i], NULL);
}
static pthread_mutex_t mutex;
static void *die_holding(void *arg)
{
    pthread_mutex_lock(&mutex);
    return NULL;
}
static void *lock_pi(void *arg)
{
    pthread_mutex_lock(&mutex);
    woken++;
    pthread_mutex_unlock(&mutex);
    return NULL;
}
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int turn, rounds;
static void *ping(void *arg)
{
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&mutex);
        while (turn != (int)(long)arg)
            pthread_cond_wait(&cond, &mutex);
        turn = !turn;
        rounds++;
        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}
static __thread int tls = 5;
static void *add_tls(void *arg)
{
    tls += (int)(long)arg;
    return (void *)(long)tls;
}
static pthread_barrier_t barrier;
static void *at_barrier(void *arg)
{
    return (void *)(long)(pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
}
static void *exit_thread(void *arg)
{
    syscall(SYS_exit_group, 42);
    return NULL;
}
static void *exec_thread(void *arg)
{
    execl("/proc/self/exe", "again", "exec", NULL);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[16];
    void *r;
    int s;
    pthread_mutexattr_t ma;

    if (argc > 1) /* exec'ed from a thread: what is left? */
        return getpid() == syscall(SYS_gettid) ? 33 : 34;
    is_err(futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0), "EAGAIN", "another value: no wait");
    is_err(futex(&word, FUTEX_WAIT, 0, &soon, NULL, 0), "ETIMEDOUT", "a wait gives up");
    is_err(futex(&word, FUTEX_WAIT, 0, &bad, NULL, 0), "EINVAL", "a time that is none");
    is_err(futex((char *)&word + 1, FUTEX_WAIT, 0, NULL, NULL, 0), "EINVAL", "an unaligned word");
    is_err(futex((void *)16, FUTEX_WAIT, 0, &soon, NULL, 0), "EFAULT", "a word that is not there");
    is_err(futex(&word, FUTEX_WAIT, 0, (void *)1, NULL, 0), "EFAULT", "a wild time");
    is_err(futex(&word, 99, 0, NULL, NULL, 0), "ENOSYS", "no such operation");
    is_err(futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0), "ENOSYS",
           "a clock where none is used");
    is_err(futex(&word, FUTEX_WAIT_BITSET, 0, &soon, NULL, 0), "EINVAL", "an empty bitset");
    is_err(futex(&word, FUTEX_WAIT_BITSET, 0, &zero, NULL, 1), "ETIMEDOUT", "WAIT_BITSET's time is absolute");
    is_num(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0, "nobody to wake");
    struct {
        uint64_t val, uaddr;
        uint32_t flags, pad;
    } v[2] = {{0, (uint64_t)&word, 2, 0}, {15, (uint64_t)&word2, 2, 0}};
    word2 = 15;
    struct timespec abs;
    clock_gettime(CLOCK_MONOTONIC, &abs);
    abs.tv_nsec = 0;
    is_err(syscall(449, v, 2, 0, &abs, CLOCK_MONOTONIC), "ETIMEDOUT", "futex_waitv gives up");
    is_err(syscall(449, v, 0, 0, NULL, 0), "EINVAL", "futex_waitv for nothing");
    is_err(syscall(449, v, 129, 0, NULL, 0), "EINVAL", "futex_waitv for too many");
    v[1].val = 3;
    is_err(syscall(449, v, 2, 0, NULL, 0), "EAGAIN", "futex_waitv: one has another value");
    word = 0;
    is_err(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "EPERM", "unlocking what is not one's own");
    is_ok(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "LOCK_PI of a free word");
    is_num(word, syscall(SYS_gettid), "puts the tid in");
    is_err(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "EDEADLK", "a second time");
    is_ok(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "UNLOCK_PI");
    is_num(word, 0, "clears it");
    word = 999999;
    is_err(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "ESRCH", "an owner that does not exist");
    if (!fork()) {
        word = getppid();
        futex(&word, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, &(struct timespec){0, 1}, NULL, 0);
        _exit(errno);
    }
    wait(&s);
    if (since(6, 16))
        is_num(WEXITSTATUS(s), EPERM, "an owner that does not see the word");
    word = word2 = 0;
    is_err(syscall(SYS_set_robust_list, &s, 8), "EINVAL", "a robust list of another size");

    /* From here on with threads, which mseal-emu diff cannot follow. */
    start_waiting(t, 3, waiter, 0);
    is_num(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 1, "one is woken");
    is_num(futex(&word, FUTEX_WAKE, 100, NULL, NULL, 0), 2, "then the rest");
    join(t, 3);
    is_num(woken, 3, "all went on");
    start_waiting(t, 1, bit_waiter, 1);
    start_waiting(t + 1, 1, bit_waiter, 2);
    is_num(futex(&word, FUTEX_WAKE_BITSET, 10, NULL, NULL, 4), 0, "a bitset nobody has");
    is_num(futex(&word, FUTEX_WAKE_BITSET, 10, NULL, NULL, 2), 1, "a bitset one has");
    is_num(futex(&word, FUTEX_WAKE, 10, NULL, NULL, 0), 1, "a plain wake matches all");
    join(t, 2);
    start_waiting(t, 4, waiter, 0);
    is_err(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)10, &word2, 7), "EAGAIN",
           "CMP_REQUEUE with another value");
    is_num(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)2, &word2, 0), 3, "CMP_REQUEUE: one woken, two moved");
    is_num(futex(&word2, FUTEX_WAKE, 10, NULL, NULL, 0), 2, "the moved wait at the other word");
    is_num(futex(&word, FUTEX_WAKE, 10, NULL, NULL, 0), 1, "one stayed");
    join(t, 4);
    word2 = 10;
    start_waiting(t, 1, waiter, 0);
    is_num(futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &word2, FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 10)),
           1, "WAKE_OP wakes");
    is_num(word2, 15, "and adds");
    join(t, 1);

    start_waiting(t, 1, vector_waiter, 0);
    is_num(futex(&word2, FUTEX_WAKE, 1, NULL, NULL, 0), 0,
           "a shared wake does not meet a private futex_waitv");
    is_num(futex(&word2, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0), 1, "a private one does");
    pthread_join(t[0], &r);
    is_num((long)r, 1, "and futex_waitv tells which");
    clock_gettime(CLOCK_REALTIME, &abs);
    abs.tv_sec--;
    is_err(futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &abs, NULL, 1), "ETIMEDOUT",
           "WAIT_BITSET on the wall clock");

    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex, &ma);
    start(t, 1, die_holding, 0);
    join(t, 1);
    is_num(pthread_mutex_lock(&mutex), EOWNERDEAD, "a robust lock tells that its owner died");
    is_num(pthread_mutex_consistent(&mutex), 0, "and can be mended");
    pthread_mutex_unlock(&mutex);
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setprotocol(&ma, PTHREAD_PRIO_INHERIT);
    is_num(pthread_mutex_init(&mutex, &ma), 0, "PI locks exist");
    woken = 0;
    pthread_mutex_lock(&mutex);
    start(t, 3, lock_pi, 0);
    is_num(woken, 0, "they exclude");
    is_num(pthread_mutex_trylock(&mutex), EBUSY, "the owner cannot have it twice");
    pthread_mutex_unlock(&mutex);
    join(t, 3);
    is_num(woken, 3, "and are handed over");
    pthread_mutex_init(&mutex, NULL);
    start(t, 1, ping, 0);
    start(t + 1, 1, ping, 1);
    join(t, 2);
    is_num(rounds, 200, "condition variables pass the turn");
    pthread_create(t, NULL, add_tls, (void *)2);
    pthread_join(t[0], &r);
    is_true((long)r == 7 && tls == 5, "thread-local storage is local");
    pthread_barrier_init(&barrier, NULL, 8);
    int serial = 0;
    for (int i = 0; i < 8; i++)
        pthread_create(&t[i], NULL, at_barrier, NULL);
    for (int i = 0; i < 8; i++) {
        pthread_join(t[i], &r);
        serial += (int)(long)r;
    }
    is_num(serial, 1, "a barrier elects one");
    int *shm = must(mmap(NULL, PG, RW, SHARED, -1, 0));
    fflush(stdout);
    if (!fork()) {
        futex(shm, FUTEX_WAIT, 0, &(struct timespec){2, 0}, NULL, 0);
        _exit(shm[1]);
    }
    shm[1] = 12;
    int woken = 0;
    for (int i = 0; i < 200 && !woken; i++) { /* until it waits */
        usleep(10000);
        woken = (int)futex(shm, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
    is_num(woken, 1, "a futex between processes");
    wait(&s);
    is_num(WEXITSTATUS(s), 12, "wakes the other");
    if (!fork()) {
        start(t, 1, exit_thread, 0);
        pause();
    }
    wait(&s);
    is_num(WEXITSTATUS(s), 42, "exit_group of a thread ends all");
    if (!fork()) {
        start(t, 1, exec_thread, 0);
        pause();
    }
    wait(&s);
    is_num(WEXITSTATUS(s), 33, "exec of a thread: it becomes the process");
    return done();
}
