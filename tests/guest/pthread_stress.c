/*
 * pthread_stress.c - 64 threads on every kind of lock of the C library; what it prints depends on none of the interleaving.
 *
 * Each part keeps an invariant that a lost wake-up, a broken futex or a switch at the wrong point would break: a count under a
 * mutex, items through a bounded queue, phases between barriers, readers that see whole writes, tokens of a semaphore,
 * values that belong to one thread. usage: pthread_stress [THREADS [ROUNDS]]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 256
#define QUEUE       8

static int threads = 64, rounds = 50;

static void run(void *(*f)(void *), void *args[])
{
    pthread_t th[MAX_THREADS];
    int err;

    for (int i = 0; i < threads; i++)
        if ((err = pthread_create(&th[i], NULL, f, args ? args[i] : (void *)(long)i))) {
            printf("pthread_create: %s\n", strerror(err));
            exit(1);
        }
    for (int i = 0; i < threads; i++)
        pthread_join(th[i], NULL);
}

static void verdict(const char *part, long got, long want)
{
    printf("%s: %ld %s\n", part, got, got == want ? "as it should be" : "WRONG");
}

/* ---- mutexes of each kind ---- */
static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER, recursive, checking, inherit, robust;
static long counts[5];

static void add(pthread_mutex_t *m, long *count, bool yield)
{
    long seen;

    pthread_mutex_lock(m);
    seen = *(volatile long *)count;
    if (yield)
        sched_yield();
    *(volatile long *)count = seen + 1;
    pthread_mutex_unlock(m);
}

static void *mutex_thread(void *arg)
{
    for (int i = 0; i < rounds; i++) {
        bool yield = i % 7 == (long)arg % 7;

        add(&plain, &counts[0], yield);
        pthread_mutex_lock(&recursive);
        add(&recursive, &counts[1], yield);
        pthread_mutex_unlock(&recursive);
        add(&checking, &counts[2], yield);
        add(&inherit, &counts[3], yield);
        add(&robust, &counts[4], yield);
    }
    return NULL;
}

static void mutexes(void)
{
    pthread_mutexattr_t a;
    long sum = 0;

    pthread_mutexattr_init(&a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&recursive, &a);
    pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&checking, &a);
    pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&inherit, &a);
    pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_NONE);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &a);
    run(mutex_thread, NULL);
    for (int i = 0; i < 5; i++)
        sum += counts[i];
    verdict("mutexes", sum, 5L * threads * rounds);
    verdict("error-checking mutex of another", pthread_mutex_unlock(&checking), EPERM);
}

static void *die_with_it(void *arg)
{
    pthread_mutex_lock(&robust);
    return NULL;
}

static void dead_owner(void)
{
    pthread_t th;
    int err;

    pthread_create(&th, NULL, die_with_it, NULL);
    pthread_join(th, NULL);
    err = pthread_mutex_lock(&robust);
    verdict("robust mutex whose owner died", err, EOWNERDEAD);
    pthread_mutex_consistent(&robust);
    pthread_mutex_unlock(&robust);
}

/* ---- condition variables: a bounded queue ---- */
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;
static int queue[QUEUE], head, length;
static long taken;

static void *queue_thread(void *arg)
{
    bool producer = (long)arg % 2;

    for (int i = 1; i <= rounds; i++) {
        pthread_mutex_lock(&queue_lock);
        if (producer) {
            while (length == QUEUE)
                pthread_cond_wait(&not_full, &queue_lock);
            queue[(head + length++) % QUEUE] = i;
            pthread_cond_signal(&not_empty);
        } else {
            while (!length)
                pthread_cond_wait(&not_empty, &queue_lock);
            taken += queue[head];
            head = (head + 1) % QUEUE;
            length--;
            pthread_cond_broadcast(&not_full);
        }
        pthread_mutex_unlock(&queue_lock);
    }
    return NULL;
}

/* ---- barriers: nobody is a phase ahead ---- */
static pthread_barrier_t barrier;
static atomic_long phase_sum, serial;
static atomic_int wrong_phase;

static void *barrier_thread(void *arg)
{
    for (int i = 0; i < rounds / 5; i++) {
        phase_sum++;
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            serial++;
        if (phase_sum != (long)(i + 1) * threads)
            wrong_phase++;
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

/* ---- readers and writers ---- */
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static volatile long left, right;
static atomic_int torn;

static void *rw_thread(void *arg)
{
    for (int i = 0; i < rounds; i++) {
        if ((i + (long)arg) % 4) {
            pthread_rwlock_rdlock(&rwlock);
            if (left != right)
                torn++;
        } else {
            pthread_rwlock_wrlock(&rwlock);
            left++;
            if (i % 3 == 0)
                sched_yield();
            right++;
        }
        pthread_rwlock_unlock(&rwlock);
    }
    return NULL;
}

/* ---- semaphores, and waiting with a time limit ---- */
static sem_t tokens;
static atomic_int inside, crowded, passed;

static void *sem_thread(void *arg)
{
    struct timespec far;

    for (int i = 0; i < rounds / 5; i++) {
        clock_gettime(CLOCK_REALTIME, &far);
        far.tv_sec += 1000;
        if (i % 2 ? sem_wait(&tokens) : sem_timedwait(&tokens, &far))
            continue;
        if (++inside > 3)
            crowded++;
        if (i % 5 == 0)
            usleep(10);
        inside--;
        passed++;
        sem_post(&tokens);
    }
    return NULL;
}

/* ---- what belongs to one thread ---- */
static __thread long mine = 42;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_long own_sum, destroyed, made;

static void destroy(void *p)
{
    destroyed++;
    free(p);
}

static void make_key(void)
{
    pthread_key_create(&key, destroy);
    made++;
}

static void *tls_thread(void *arg)
{
    long *p = malloc(sizeof(*p));

    pthread_once(&once, make_key);
    *p = (long)arg;
    pthread_setspecific(key, p);
    for (int i = 0; i < rounds; i++) {
        mine += i;
        if (i % 8 == 0)
            sched_yield();
    }
    own_sum += mine - 42 + *(long *)pthread_getspecific(key);
    return NULL;
}

/* ---- cancelling who waits ---- */
static atomic_int cleaned;

static void clean(void *arg)
{
    cleaned++;
    pthread_mutex_unlock(arg);
}

static void *wait_for_ever(void *arg)
{
    static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

    pthread_mutex_lock(&queue_lock);
    pthread_cleanup_push(clean, &queue_lock);
    for (;;)
        pthread_cond_wait(&never, &queue_lock);
    pthread_cleanup_pop(1);
    return NULL;
}

static void cancel(void)
{
    pthread_t th[MAX_THREADS];
    long cancelled = 0;
    void *result;

    for (int i = 0; i < threads; i++)
        pthread_create(&th[i], NULL, wait_for_ever, NULL);
    usleep(1000);
    for (int i = 0; i < threads; i++)
        pthread_cancel(th[i]);
    for (int i = 0; i < threads; i++) {
        pthread_join(th[i], &result);
        cancelled += result == PTHREAD_CANCELED;
    }
    verdict("cancelled", cancelled + cleaned, 2L * threads);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        threads = atoi(argv[1]);
    if (argc > 2)
        rounds = atoi(argv[2]);
    if (threads < 2 || threads > MAX_THREADS || threads % 2 || rounds < 5)
        return 2;
    mutexes();
    dead_owner();
    run(queue_thread, NULL);
    verdict("items through the queue", taken, (long)threads / 2 * rounds * (rounds + 1) / 2);
    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    run(barrier_thread, NULL);
    verdict("phases with one serial thread", serial, rounds / 5);
    verdict("threads in another phase", wrong_phase, 0);
    run(rw_thread, NULL);
    verdict("half-written values seen", torn, 0);
    sem_init(&tokens, 0, 3);
    run(sem_thread, NULL);
    verdict("more inside than tokens", crowded, 0);
    verdict("passed the semaphore", passed, (long)threads * (rounds / 5));
    run(tls_thread, NULL);
    verdict("values of their own", own_sum,
            (long)threads * rounds * (rounds - 1) / 2 + (long)threads * (threads - 1) / 2);
    verdict("destructors and once", destroyed + made, threads + 1);
    cancel();
    return 0;
}
