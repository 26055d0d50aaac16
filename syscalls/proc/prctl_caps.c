/*
 * prctl_caps.c - what prctl(2) changes about the caller's capabilities: the bounding and ambient sets, securebits
 * (security/commoncap.c).
 */
#include "prctl_caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>

#include "../process.h"

int64_t prctl_get_keepcaps(struct task *t, const uint64_t a[6])
{
    return !!(t->cred.securebits & SECBIT_KEEP_CAPS);
}

int64_t prctl_set_keepcaps(struct task *t, const uint64_t a[6])
{
    if (a[1] > 1)
        return -EINVAL;
    if (t->cred.securebits & SECBIT_KEEP_CAPS_LOCKED)
        return -EPERM;
    t->cred.securebits &= ~(unsigned)SECBIT_KEEP_CAPS;
    if (a[1])
        t->cred.securebits |= SECBIT_KEEP_CAPS;
    return 0;
}

int64_t prctl_capbset_read(struct task *t, const uint64_t a[6])
{
    return a[1] > CAP_LAST_CAP ? -EINVAL : (int64_t)(t->cred.cap_bounding >> a[1] & 1);
}

int64_t prctl_capbset_drop(struct task *t, const uint64_t a[6])
{
    if (!capable(t, CAP_SETPCAP))
        return -EPERM;
    if (a[1] > CAP_LAST_CAP)
        return -EINVAL;
    t->cred.cap_bounding &= ~(UINT64_C(1) << a[1]);
    return 0;
}

int64_t prctl_cap_ambient(struct task *t, const uint64_t a[6])
{
    struct cred *c = &t->cred;
    uint64_t bit;

    if (a[1] == PR_CAP_AMBIENT_CLEAR_ALL) {
        if (a[2] | a[3] | a[4])
            return -EINVAL;
        c->cap_ambient = 0;
        return 0;
    }
    if (a[2] > CAP_LAST_CAP || a[3] | a[4])
        return -EINVAL;
    bit = UINT64_C(1) << a[2];
    switch (a[1]) {
    case PR_CAP_AMBIENT_IS_SET:
        return !!(c->cap_ambient & bit);
    case PR_CAP_AMBIENT_RAISE:
        if (!(c->cap_permitted & c->cap_inheritable & bit))
            return -EPERM;
        c->cap_ambient |= bit;
        return 0;
    case PR_CAP_AMBIENT_LOWER:
        c->cap_ambient &= ~bit;
        return 0;
    }
    return -EINVAL;
}

int64_t prctl_get_securebits(struct task *t, const uint64_t a[6])
{
    return t->cred.securebits;
}

int64_t prctl_set_securebits(struct task *t, const uint64_t a[6])
{
    if (!capable(t, CAP_SETPCAP))
        return -EPERM;
    if (a[1] & ~UINT64_C(0xff))
        return -EPERM;
    t->cred.securebits = (unsigned)a[1];
    return 0;
}
