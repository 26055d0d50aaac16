/* prctl_mm.h - the options of prctl(2) that are about memory; a holds its six registers, the option first. */
#ifndef SYSCALLS_MEMORY_PRCTL_MM_H
#define SYSCALLS_MEMORY_PRCTL_MM_H

#include "../task.h"

int64_t prctl_set_vma(struct task *t, const uint64_t a[6]);          /* PR_SET_VMA */
int64_t prctl_set_mdwe(struct task *t, const uint64_t a[6]);         /* PR_SET_MDWE */
int64_t prctl_get_mdwe(struct task *t, const uint64_t a[6]);         /* PR_GET_MDWE */
int64_t prctl_set_thp_disable(struct task *t, const uint64_t a[6]);  /* PR_SET_THP_DISABLE */
int64_t prctl_get_thp_disable(struct task *t, const uint64_t a[6]);  /* PR_GET_THP_DISABLE */
int64_t prctl_set_mm(struct task *t, const uint64_t a[6]);           /* PR_SET_MM */
int64_t prctl_get_auxv(struct task *t, const uint64_t a[6]);         /* PR_GET_AUXV */
int64_t prctl_set_memory_merge(struct task *t, const uint64_t a[6]); /* PR_SET_MEMORY_MERGE */
int64_t prctl_get_memory_merge(struct task *t, const uint64_t a[6]); /* PR_GET_MEMORY_MERGE */

#endif
