/*
 * kernel.c - the life of one emulated machine: its shared state, its random numbers, its first task.
 */
#include <errno.h>
#include <string.h>

#include "file.h"
#include "process.h"
#include "trace/lockstep.h"
#include "trace/trace.h"

/* SplitMix64 spreads the one seed over the generator's state (Steele, Lea, Flood 2014). */
static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t rotl(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

/* xoshiro256** (Blackman, Vigna 2018): deterministic, not secret, and that is the point. */
uint64_t kernel_random(struct kernel *k)
{
    uint64_t *s = k->rng, result = rotl(s[1] * 5, 7) * 9, x = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= x;
    s[3] = rotl(s[3], 45);
    return result;
}

void kernel_random_bytes(struct kernel *k, void *buf, size_t len)
{
    uint8_t *p = buf;

    while (len) {
        uint64_t r = kernel_random(k);
        size_t n = len < sizeof(r) ? len : sizeof(r);

        memcpy(p, &r, n);
        p += n;
        len -= n;
    }
}

static uint64_t clock_of_mm(const struct mm_system *sys)
{
    return (KERNEL_EPOCH_NS + container_of(sys, const struct kernel, sys)->now_ns) / 1000000000;
}

int kernel_init(struct kernel *k, const struct kernel_config *cfg, const struct machine_ops *ops,
                void *machine)
{
    uint64_t seed = cfg->seed;
    int err;

    memset(k, 0, sizeof(*k));
    k->cfg = *cfg;
    k->ops = ops;
    k->machine = machine;
    list_init(&k->tasks);
    list_init(&k->dead);
    list_init(&k->processes);
    list_init(&k->uffds);
    list_init(&k->aio);
    list_init(&k->keys);
    k->aio_max_nr = 65536;
    list_init(&k->urings);
    list_init(&k->waiting_work);
    list_init(&k->ready_work);
    waitq_init(&k->signal_wait);
    k->next_pid = KERNEL_FIRST_PID;
    k->now_ns = KERNEL_UPTIME_NS;
    for (int i = 0; i < 4; i++)
        k->rng[i] = splitmix(&seed);

    err = mm_system_init(&k->sys, cfg->memory);
    if (err)
        return err;
    k->sys.clock = clock_of_mm;
    k->sys.no_pkeys = cfg->no_pkeys;
    k->sys.no_memory_failure = cfg->no_memory_failure;
    k->futexes = futex_table_create();
    if (!k->futexes) {
        err = -ENOMEM;
        goto fail_mm;
    }
    k->ipc = ipc_create();
    if (!k->ipc) {
        err = -ENOMEM;
        goto fail_futex;
    }
    err = vfs_init(k);
    if (err)
        goto fail_ipc;
    return 0;

fail_ipc:
    ipc_destroy(k);
    keys_destroy(k);
fail_futex:
    futex_table_destroy(k->futexes);
fail_mm:
    mm_system_destroy(&k->sys);
    return err;
}

void kernel_destroy(struct kernel *k)
{
    kernel_destroy_tasks(k);
    aio_exit(k, NULL);
    ipc_destroy(k);
    keys_destroy(k);
    vfs_destroy(k);
    futex_table_destroy(k->futexes);
    mm_system_destroy(&k->sys);
    trace_destroy(k->trace);
    lockstep_destroy(k->lockstep);
    k->trace = NULL;
}
