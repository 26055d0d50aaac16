/*
 * layout.c - where a new mapping goes: get_unmapped_area() of Linux 6.18 on x86-64.
 *
 * The search is top-down from mmap_base, and bottom-up from a third of the address space where that fails or
 * MAP_32BIT asks for low addresses. Around it sits what large mappings get: a place where 2 MiB pages would
 * fit. Source: mm/mmap.c __get_unmapped_area(), mm/vma.c unmapped_area*(), mm/huge_memory.c
 * thp_get_unmapped_area(), arch/x86/kernel/sys_x86_64.c. Shared memory is not aligned to huge pages here, as
 * on a host whose transparent_hugepage/shmem_enabled is "never" (the default).
 *
 *   0    mmap_min_addr                    mmap_legacy_base            mmap_base    stack guard   stack
 *   |--------|--------------------------------|---------------------------|-----------|xxxxxxxx|=======|
 *            .                                . bottom-up --->             <--- top-down        ^
 *            hints and MAP_FIXED: anywhere                                          vm_start_gap
 */
#include "mm.h"

#include <sys/mman.h>

#ifndef MAP_ABOVE4G
#define MAP_ABOVE4G 0x80
#endif

#define PMD_SIZE           (UINT64_C(2) << 20)
#define TASK_UNMAPPED_BASE MM_PAGE_ALIGN(MM_TASK_SIZE / 3)
#define LOW_2G_BEGIN       UINT64_C(0x40000000) /* MAP_32BIT: the second gigabyte */
#define LOW_2G_END         UINT64_C(0x80000000)

static bool is_error(uint64_t addr)
{
    return addr & ~MM_PAGE_MASK;
}

/* The free room below a VMA ends here: a stack keeps a guard gap free (vm_start_gap). */
static uint64_t start_gap(const struct mm *mm, const struct vma *v)
{
    uint64_t gap = v->flags & VM_GROWSDOWN ? mm->sys->stack_guard_gap : 0;

    return v->start > gap ? v->start - gap : 0;
}

static bool range_is_free(const struct mm *mm, uint64_t addr, uint64_t len)
{
    const struct vma *v = vma_tree_find_to_change(&mm->vmas, addr);

    return !v || addr + len <= start_gap(mm, v);
}

/* arch_get_unmapped_area() */
static uint64_t search_up(const struct mm *mm, uint64_t addr, uint64_t len, uint64_t flags)
{
    uint64_t begin, end, found;

    if (flags & MAP_FIXED)
        return addr;
    if (flags & MAP_32BIT) {
        begin = LOW_2G_BEGIN;
        end = LOW_2G_END;
    } else {
        begin = mm->layout.mmap_legacy_base ? mm->layout.mmap_legacy_base : TASK_UNMAPPED_BASE;
        end = MM_TASK_SIZE;
    }
    if (len > end)
        return -ENOMEM;
    if (addr) {
        addr = MM_PAGE_ALIGN(addr);
        if (end - len >= addr && range_is_free(mm, addr, len))
            return addr;
    }
    if (begin < mm->sys->mmap_min_addr)
        begin = mm->sys->mmap_min_addr;
    found = vma_tree_gap_up(&mm->vmas, begin, end, len, mm->sys->stack_guard_gap);
    return found == MM_NO_GAP ? (uint64_t)-ENOMEM : found;
}

/* arch_get_unmapped_area_topdown(); the hint was above zero when it came, but rounds down here and up in
 * search_up(). */
static uint64_t search_down(const struct mm *mm, uint64_t hint, uint64_t len, uint64_t flags)
{
    uint64_t addr = hint & MM_PAGE_MASK, low, found;

    if (len > MM_TASK_SIZE)
        return -ENOMEM;
    if (flags & MAP_FIXED)
        return hint;
    if (flags & MAP_32BIT)
        return search_up(mm, hint, len, flags);
    if (hint && addr <= MM_TASK_SIZE - len && range_is_free(mm, addr, len))
        return addr;
    low = flags & MAP_ABOVE4G ? UINT64_C(1) << 32 : MM_PAGE_SIZE;
    if (low < mm->sys->mmap_min_addr)
        low = mm->sys->mmap_min_addr;
    found = vma_tree_gap_down(&mm->vmas, low, mm->layout.mmap_base, len, mm->sys->stack_guard_gap);
    return found == MM_NO_GAP ? search_up(mm, hint, len, flags) : found;
}

static uint64_t search(const struct mm *mm, uint64_t addr, uint64_t len, uint64_t flags)
{
    return (mm->layout.bottom_up ? search_up : search_down)(mm, addr, len, flags);
}

/*
 * Search for 2 MiB more and place the mapping in there so that address and file offset agree modulo 2 MiB. 0:
 * it is too short for one huge page, or there is no such room.
 *
 *      ret                               ret + len + 2 MiB
 *       |------------ found ------------------|
 *           |==== mapping, aligned ====|                 top-down and already aligned: the upper end is taken
 */
static uint64_t search_huge(const struct mm *mm, uint64_t addr, uint64_t len, uint64_t off, uint64_t flags)
{
    uint64_t off_align = (off + PMD_SIZE - 1) & -PMD_SIZE, padded = len + PMD_SIZE, ret, sub;
    int64_t whole = (int64_t)(off + len - off_align);

    if ((int64_t)(off + len) <= (int64_t)off_align || whole < (int64_t)PMD_SIZE)
        return 0;
    if (padded < len || (int64_t)(off + padded) < (int64_t)off)
        return 0;
    ret = search(mm, addr, padded, flags);
    if (is_error(ret))
        return 0;
    if (ret == addr) /* the hint was good */
        return addr;
    sub = (off - ret) & (PMD_SIZE - 1);
    if (!mm->layout.bottom_up && !sub)
        return ret + PMD_SIZE;
    return ret + sub;
}

/* Linux asks the file (f_op->get_unmapped_area); file systems and private /dev/zero align, shmem does not. */
static bool wants_huge(const struct mm_file *file, uint64_t addr, uint64_t len, uint64_t flags)
{
    if (!file)
        return !(flags & MAP_SHARED) && !addr && len % PMD_SIZE == 0;
    if (!file->obj)
        return false;
    return file->obj->kind == OBJ_FILE || (file->obj->kind == OBJ_ZERO && !(flags & MAP_SHARED));
}

/*
 * Huge pages lie on multiples of their size: room for one less a page more is looked for, and in there is one such place.
 */
static uint64_t search_hugetlb(const struct mm *mm, uint64_t addr, uint64_t len, uint64_t size,
                               uint64_t flags)
{
    uint64_t mask = size - 1, found;

    if (flags & MAP_FIXED)
        return addr & mask ? (uint64_t)-EINVAL : addr;
    addr = (addr + mask) & ~mask;
    if (addr && addr <= MM_TASK_SIZE - len && range_is_free(mm, addr, len))
        return addr;
    found = search(mm, 0, len + size - MM_PAGE_SIZE, flags);
    return is_error(found) ? found : (found + mask) & ~mask;
}

int64_t mm_get_unmapped_area(struct mm *mm, struct mm_file *file, uint64_t addr, uint64_t len, uint64_t pgoff,
                             uint64_t flags)
{
    uint64_t found = 0;

    if (len > MM_TASK_SIZE)
        return mm_fail(mm, -ENOMEM, "the length exceeds the address space");
    if (mm_file_huge_size(file))
        found = search_hugetlb(mm, addr, len, mm_file_huge_size(file), flags);
    else if (wants_huge(file, addr, len, flags))
        found = search_huge(mm, addr, len, file ? pgoff << MM_PAGE_SHIFT : 0, flags);
    if (!found)
        found = search(mm, addr, len, flags);
    if (found >= (uint64_t)-4095) /* IS_ERR_VALUE() */
        return mm_fail(mm, (int)found,
                       found == (uint64_t)-EINVAL ? "the fixed address is not aligned to a huge page"
                                                  : "no gap of that length is free");
    if (found > MM_TASK_SIZE - len)
        return mm_fail(mm, -ENOMEM, "the range would reach past the end of the address space");
    if (found & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the fixed address is not a multiple of the page size");
    if (found < mm->sys->mmap_min_addr && !mm->cap_sys_rawio)
        return mm_fail(mm, -EPERM, "addresses below vm.mmap_min_addr need CAP_SYS_RAWIO");
    return (int64_t)found;
}
