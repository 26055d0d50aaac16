/* owner.c - whose address space it is: identity and the capabilities that memory calls look at. */
#include "mm.h"

void mm_set_owner(struct mm *mm, const struct mm_owner *owner)
{
    mm->owner_pid = owner->pid;
    mm->owner_uid = owner->uid;
    mm->owner_gid = owner->gid;
    mm->cap_ipc_lock = owner->cap_ipc_lock;
    mm->cap_sys_admin = owner->cap_sys_admin;
    mm->cap_sys_nice = owner->cap_sys_nice;
}
