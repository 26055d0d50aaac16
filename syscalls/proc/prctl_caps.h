/* prctl_caps.h - the options of prctl(2) that are about capabilities; a holds its six registers, the option first. */
#ifndef SYSCALLS_PROC_PRCTL_CAPS_H
#define SYSCALLS_PROC_PRCTL_CAPS_H

#include "../task.h"

int64_t prctl_get_keepcaps(struct task *t, const uint64_t a[6]);   /* PR_GET_KEEPCAPS */
int64_t prctl_set_keepcaps(struct task *t, const uint64_t a[6]);   /* PR_SET_KEEPCAPS */
int64_t prctl_capbset_read(struct task *t, const uint64_t a[6]);   /* PR_CAPBSET_READ */
int64_t prctl_capbset_drop(struct task *t, const uint64_t a[6]);   /* PR_CAPBSET_DROP */
int64_t prctl_cap_ambient(struct task *t, const uint64_t a[6]);    /* PR_CAP_AMBIENT */
int64_t prctl_get_securebits(struct task *t, const uint64_t a[6]); /* PR_GET_SECUREBITS */
int64_t prctl_set_securebits(struct task *t, const uint64_t a[6]); /* PR_SET_SECUREBITS */

#endif
