/*
 * hash.c - prctl(PR_FUTEX_HASH): how many slots an address space has for those who wait on its private futexes
 * (kernel/futex/core.c of Linux 6.18).
 *
 * Nothing here depends on it: the number is kept for who asks. A process has none of its own until it has
 * threads; 0 says that it shall never have any.
 */
#include "hash.h"

#include <errno.h>

#define SET_SLOTS       1
#define GET_SLOTS       2
#define SLOTS_OF_THREAD 16         /* of a process with threads, on a machine with few processors */
#define MAX_SLOTS       (1u << 24) /* so many fit into what the kernel allocates at once */
#define CHOSEN          (1u << 31) /* in mm_futex_slots(): the process said so */

static int64_t set_slots(struct mm *mm, unsigned slots, uint64_t flags)
{
    unsigned *now = mm_futex_slots(mm);

    if (flags || (slots && (slots == 1 || slots & (slots - 1))))
        return -EINVAL;
    if (*now == CHOSEN)
        return -EBUSY;
    if (slots > MAX_SLOTS)
        return -ENOMEM;
    *now = CHOSEN | slots;
    return 0;
}

int64_t prctl_futex_hash(struct task *t, const uint64_t a[6])
{
    if (a[1] == SET_SLOTS)
        return set_slots(t->mm, (unsigned)a[2], a[3]);
    return a[1] == GET_SLOTS ? (int64_t)(*mm_futex_slots(t->mm) & ~CHOSEN) : -EINVAL;
}

void futex_hash_for_threads(struct mm *mm)
{
    unsigned *now = mm_futex_slots(mm);

    if (!*now)
        *now = SLOTS_OF_THREAD;
}
