/*
 * sysvshm.c - shmget(2), shmat(2), shmdt(2), shmctl(2): who asks decides, so mm is told first.
 */
#include "../handlers.h"
#include "../process.h"

int64_t sys_shmget(struct task *t, const uint64_t a[6])
{
    creds_to_mm(t);
    return mm_shmget(t->mm, arg_int(a[0]), a[1], arg_int(a[2]));
}

int64_t sys_shmat(struct task *t, const uint64_t a[6])
{
    creds_to_mm(t);
    return mm_shmat(t->mm, arg_int(a[0]), a[1], arg_int(a[2]));
}

int64_t sys_shmdt(struct task *t, const uint64_t a[6])
{
    creds_to_mm(t);
    return mm_shmdt(t->mm, a[0]);
}

int64_t sys_shmctl(struct task *t, const uint64_t a[6])
{
    creds_to_mm(t);
    return mm_shmctl(t->mm, arg_int(a[0]), arg_int(a[1]), a[2]);
}
