/*
 * chaos.c - `--chaos`: interleavings that programs do not expect, to find their races. Reproducible: everything is drawn from
 * a generator of its own, seeded by --seed.
 *
 * Being fair hides races: each task gets through its critical part within its share. Here every task has a rank drawn at
 * random, the best rank that can run does run, and at random moments the running task falls behind all others (a few such
 * points are enough for most races: Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of
 * Finding Bugs", 2010). Shares are mostly tiny, and a system call may end one. So that a task that spins for another
 * one gets on, ranks are drawn anew after a while.
 */
#include "chaos.h"
#include "machine.h"

#define ANEW 64 /* picks until all ranks are drawn anew */

/* splitmix64 */
static uint64_t draw(struct machine *m)
{
    uint64_t z = m->chaos += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void chaos_init(struct machine *m)
{
    m->chaos = m->k.cfg.seed << 1 | 1;
}

bool chaos_prefers(struct machine *m, struct task *t, const struct task *best)
{
    if (!best && m->chaos_picks++ % ANEW == 0)
        m->chaos_epoch++;
    if (t->rank_epoch != m->chaos_epoch) {
        t->rank_epoch = m->chaos_epoch;
        t->rank = (uint32_t)draw(m) | 0x100;
    }
    return !best || t->rank > best->rank;
}

uint64_t chaos_share(struct machine *m)
{
    uint64_t r = draw(m);

    return r % 4 ? 10 + r / 4 % 500 : 10 + r / 4 % 100000;
}

void chaos_share_over(struct machine *m, struct task *t)
{
    if (draw(m) % 4 == 0)
        t->rank = 1 + (uint32_t)draw(m) % 0x100; /* behind everybody */
}

bool chaos_at_syscall(struct machine *m)
{
    return draw(m) % 3 == 0;
}
