/*
 * limits.c - what an address space may have: RLIMIT_*, overcommit, MDWE, and the counters they are compared
 * with.
 *
 * Source: may_expand_vm, vm_stat_account (mm/mmap.c, mm/vma.c), __vm_enough_memory (mm/util.c),
 * mlock_future_ok (mm/mmap.c), map_deny_write_exec (include/linux/mman.h), Linux 6.18.
 */
#include "mm.h"
#include "uapi.h"

#include <sys/prctl.h>

/* Which of the counters a mapping belongs to: is_exec_mapping, is_stack_mapping, is_data_mapping. */
static bool flags_are_exec(uint64_t flags)
{
    return (flags & (VM_EXEC | VM_WRITE | VM_GROWSDOWN)) == VM_EXEC;
}

static bool flags_are_stack(uint64_t flags)
{
    return flags & VM_GROWSDOWN;
}

static bool flags_are_data(uint64_t flags)
{
    return (flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

bool mm_may_expand(struct mm *mm, uint64_t vm_flags, uint64_t pages)
{
    uint64_t data_limit = mm->rlim[MM_RLIMIT_DATA];

    if (mm->stats.total_vm + pages > mm->rlim[MM_RLIMIT_AS] >> MM_PAGE_SHIFT) {
        mm_fail_at(mm, -ENOMEM, MM_ABOUT_AS, pages << MM_PAGE_SHIFT,
                   "RLIMIT_AS bounds the size of the address space");
        return false;
    }
    if (!flags_are_data(vm_flags) || mm->stats.data_vm + pages <= data_limit >> MM_PAGE_SHIFT)
        return true;
    /* valgrind sets the soft limit to 0 to stop brk and nothing else */
    if (!data_limit && mm->stats.data_vm + pages <= mm->rlim_data_max >> MM_PAGE_SHIFT)
        return true;
    mm_fail_at(mm, -ENOMEM, MM_ABOUT_DATA, pages << MM_PAGE_SHIFT,
               "RLIMIT_DATA bounds private writable memory");
    return false;
}

void mm_account(struct mm *mm, uint64_t vm_flags, bool file, int64_t pages)
{
    struct mm_stats *st = &mm->stats;

    st->total_vm += pages;
    if (st->total_vm > st->hiwater_vm)
        st->hiwater_vm = st->total_vm;
    if (flags_are_exec(vm_flags))
        st->exec_vm += pages;
    else if (flags_are_stack(vm_flags))
        st->stack_vm += pages;
    else if (flags_are_data(vm_flags))
        st->data_vm += pages;
}

void vma_account(struct mm *mm, const struct vma *v, int64_t pages)
{
    mm_account(mm, v->flags, v->file, pages);
    if (vma_is_shared_maywrite(v) && vma_object(v))
        vma_object(v)->writable_maps += pages;
}

static bool may_commit(const struct mm *mm, uint64_t pages)
{
    const struct mm_system *sys = mm->sys;
    uint64_t ram = sys->phys.nframes, limit, reserve;

    switch (sys->overcommit) {
    case 0:
        return pages <= ram;
    case 1:
        return true;
    default: /* half of RAM, less what keeps a shell usable: user_reserve_kbytes is 128 MiB at most */
        limit = ram / 2;
        reserve = mm->stats.total_vm / 32;
        if (reserve > (128 << 20) >> MM_PAGE_SHIFT)
            reserve = (128 << 20) >> MM_PAGE_SHIFT;
        return sys->committed + pages + reserve < limit;
    }
}

bool mm_may_commit(struct mm *mm, uint64_t pages)
{
    if (may_commit(mm, pages))
        return true;
    mm_fail_at(mm, -ENOMEM, MM_ABOUT_COMMIT, pages << MM_PAGE_SHIFT,
               "more memory is asked for than the machine may promise (overcommit)");
    return false;
}

int mm_charge(struct mm *mm, uint64_t pages)
{
    if (!mm_may_commit(mm, pages))
        return -ENOMEM;
    mm->sys->committed += pages;
    return 0;
}

void mm_uncharge(struct mm *mm, uint64_t pages)
{
    mm->sys->committed -= pages;
}

bool mm_mlock_future_ok(struct mm *mm, bool locked, uint64_t bytes)
{
    if (!locked || mm->cap_ipc_lock)
        return true;
    if (mm->stats.locked_vm + (bytes >> MM_PAGE_SHIFT) <= mm->rlim[MM_RLIMIT_MEMLOCK] >> MM_PAGE_SHIFT)
        return true;
    mm_fail_at(mm, -EAGAIN, MM_ABOUT_MEMLOCK, bytes, "RLIMIT_MEMLOCK bounds locked memory");
    return false;
}

bool mm_deny_write_exec(struct mm *mm, uint64_t old_flags, uint64_t new_flags)
{
    if (!mm->mdwe || !(new_flags & VM_EXEC))
        return false;
    return (new_flags & VM_WRITE) || !(old_flags & VM_EXEC);
}

void mm_set_rlimit(struct mm *mm, enum mm_rlimit which, uint64_t bytes)
{
    mm->rlim[which] = bytes;
}

uint64_t mm_get_rlimit(const struct mm *mm, enum mm_rlimit which)
{
    return mm->rlim[which];
}

void mm_set_rlimit_data_max(struct mm *mm, uint64_t bytes)
{
    mm->rlim_data_max = bytes;
}
