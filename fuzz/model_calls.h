/* model_calls.h - the model's side of the system calls of calls.c: a holds the six arguments; the result, or negative errno. */
#ifndef FUZZ_MODEL_CALLS_H
#define FUZZ_MODEL_CALLS_H

#include "fuzz.h"

int64_t model_mmap(struct model *m, const uint64_t a[6]);
int64_t model_munmap(struct model *m, const uint64_t a[6]);
int64_t model_mprotect(struct model *m, const uint64_t a[6]);
int64_t model_mremap(struct model *m, const uint64_t a[6]);
int64_t model_madvise(struct model *m, const uint64_t a[6]);
int64_t model_mseal(struct model *m, const uint64_t a[6]);
int64_t model_brk(struct model *m, const uint64_t a[6]);
int64_t model_mlock(struct model *m, const uint64_t a[6]);
int64_t model_mlock2(struct model *m, const uint64_t a[6]);
int64_t model_munlock(struct model *m, const uint64_t a[6]);
int64_t model_mlockall(struct model *m, const uint64_t a[6]);
int64_t model_munlockall(struct model *m, const uint64_t a[6]);
int64_t model_msync(struct model *m, const uint64_t a[6]);
int64_t model_mincore(struct model *m, const uint64_t a[6]);
int64_t model_remap(struct model *m, const uint64_t a[6]);
int64_t model_mbind(struct model *m, const uint64_t a[6]);
int64_t model_ftruncate(struct model *m, const uint64_t a[6]);
int64_t model_pread(struct model *m, const uint64_t a[6]);
int64_t model_pwrite(struct model *m, const uint64_t a[6]);
int64_t model_punch(struct model *m, const uint64_t a[6]);
int64_t model_add_seals(struct model *m, const uint64_t a[6]);
int64_t model_shmget(struct model *m, const uint64_t a[6]);
int64_t model_shmat(struct model *m, const uint64_t a[6]);
int64_t model_shmdt(struct model *m, const uint64_t a[6]);
int64_t model_shmctl(struct model *m, const uint64_t a[6]);
int64_t model_shmstat(struct model *m, const uint64_t a[6]);

#endif
