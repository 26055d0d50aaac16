/* owner.c - whose address space it is, and what belongs to it without being memory. */
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

unsigned *mm_thp_disable(struct mm *mm)
{
    return &mm->thp_disable;
}

unsigned *mm_futex_slots(struct mm *mm)
{
    return &mm->futex_slots;
}

void mm_exec_inherit(struct mm *mm, const struct mm *old)
{
    mm->mdwe = mm_mdwe_inherited(old);
    mm->thp_disable = old->thp_disable;
    mm->merge_any = old->merge_any;
}

unsigned *mm_membarrier_state(struct mm *mm)
{
    return &mm->membarrier;
}

uint64_t *mm_note(struct mm *mm)
{
    return &mm->note;
}
