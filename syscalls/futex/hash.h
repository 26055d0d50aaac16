/* hash.h - prctl(PR_FUTEX_HASH), see hash.c. */
#ifndef SYSCALLS_FUTEX_HASH_H
#define SYSCALLS_FUTEX_HASH_H

#include "../task.h"

int64_t prctl_futex_hash(struct task *t,
                         const uint64_t a[6]); /* a: the registers of prctl, the option first */
void futex_hash_for_threads(struct mm *mm);    /* it is about to have another thread */

#endif
