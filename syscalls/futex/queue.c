/*
 * queue.c - who waits for which word: buckets of waiters in the order they came (kernel/futex/core.c).
 */
#include <errno.h>
#include <stdlib.h>

#include "futex.h"

struct futex_table *futex_table_create(void)
{
    struct futex_table *ft = calloc(1, sizeof(*ft));

    for (int i = 0; ft && i < FUTEX_BUCKETS; i++)
        list_init(&ft->bucket[i]);
    if (ft)
        list_init(&ft->pi);
    return ft;
}

void futex_table_destroy(struct futex_table *ft)
{
    free(ft);
}

/* Only which bucket depends on the host address in the key, never the order within a word's waiters. */
struct list_head *futex_bucket(struct kernel *k, const struct mm_key *key)
{
    uint64_t h = ((uint64_t)(uintptr_t)key->owner ^ key->offset) * UINT64_C(0x9e3779b97f4a7c15);

    return &k->futexes->bucket[h >> 56];
}

bool futex_key_equal(const struct mm_key *a, const struct mm_key *b)
{
    return a->owner == b->owner && a->offset == b->offset;
}

int futex_key(struct task *t, uint64_t addr, bool private_, struct mm_key *key)
{
    if (addr % 4)
        return -EINVAL;
    if (addr > MM_TASK_SIZE - 4)
        return -EFAULT;
    return mm_futex_key(t->mm, addr, private_, key);
}

int futex_expect(struct task *t, uint64_t addr, uint32_t value)
{
    uint32_t now;

    if (mm_copy_in(t->mm, &now, addr, sizeof(now)))
        return -EFAULT;
    return now == value ? 0 : -EAGAIN;
}

struct futex_waiter *futex_first_waiter(struct kernel *k, const struct mm_key *key)
{
    list_for_each (pos, futex_bucket(k, key)) {
        struct futex_waiter *w = container_of(pos, struct futex_waiter, node);

        if (futex_key_equal(&w->key, key))
            return w;
    }
    return NULL;
}

struct futex_wait *futex_wait_alloc(struct task *t, int n)
{
    struct futex_wait *fw = calloc(1, sizeof(*fw) + (size_t)n * sizeof(fw->w[0]));

    if (!fw)
        return NULL;
    fw->woken = -1;
    fw->n = n;
    for (int i = 0; i < n; i++) {
        list_init(&fw->w[i].node);
        list_init(&fw->w[i].pi_node);
        fw->w[i].task = t;
        fw->w[i].bitset = UINT32_MAX;
    }
    t->futex = fw;
    return fw;
}

void futex_wait_free(struct task *t)
{
    if (!t->futex)
        return;
    for (int i = 0; i < t->futex->n; i++)
        futex_dequeue(t->k, &t->futex->w[i]);
    free(t->futex);
    t->futex = NULL;
}

void futex_enqueue(struct task *t, struct futex_waiter *w)
{
    list_add_tail(futex_bucket(t->k, &w->key), &w->node);
    if (w->owner)
        list_add_tail(&t->k->futexes->pi, &w->pi_node);
}

void futex_dequeue(struct kernel *k, struct futex_waiter *w)
{
    if (list_empty(&w->node))
        return;
    list_del(&w->node);
    list_del(&w->pi_node);
}

void futex_wake_waiter(struct kernel *k, struct futex_waiter *w)
{
    struct futex_wait *fw = w->task->futex;

    futex_dequeue(k, w);
    if (fw->woken < 0)
        fw->woken = (int)(w - fw->w);
    task_wake(w->task);
}

int64_t futex_sleep(struct task *t, uint64_t deadline, const char *what)
{
    if (t->futex->woken >= 0)
        return 0;
    return task_block(t, NULL, deadline, what);
}
