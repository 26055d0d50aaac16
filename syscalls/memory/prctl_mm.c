/*
 * prctl_mm.c - the memory options of prctl(2) (kernel/sys.c of Linux 6.18).
 */
#include "prctl_mm.h"

#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "../process.h"

#define PR_THP_DISABLE_EXCEPT_ADVISED 2u
#define CAP_SYS_RESOURCE              24

int64_t prctl_set_vma(struct task *t, const uint64_t a[6])
{
    if (a[1] != PR_SET_VMA_ANON_NAME || t->k->cfg.no_anon_names)
        return -EINVAL;
    return mm_set_vma_name(t->mm, a[2], a[3], a[4]);
}

int64_t prctl_set_mdwe(struct task *t, const uint64_t a[6])
{
    if (a[2] || a[3] || a[4])
        return -EINVAL;
    return mm_set_mdwe(t->mm, a[1]);
}

int64_t prctl_get_mdwe(struct task *t, const uint64_t a[6])
{
    if (a[1] || a[2] || a[3] || a[4])
        return -EINVAL;
    return mm_get_mdwe(t->mm);
}

int64_t prctl_set_thp_disable(struct task *t, const uint64_t a[6])
{
    bool disable = a[1];

    if (a[3] || a[4])
        return -EINVAL;
    if ((!disable && a[2]) || (a[2] & ~(uint64_t)PR_THP_DISABLE_EXCEPT_ADVISED))
        return -EINVAL;
    *mm_thp_disable(t->mm) = disable ? 1 | (unsigned)a[2] : 0;
    return 0;
}

int64_t prctl_get_thp_disable(struct task *t, const uint64_t a[6])
{
    if (a[1] || a[2] || a[3] || a[4])
        return -EINVAL;
    return *mm_thp_disable(t->mm);
}

/* What each PR_SET_MM_* changes. */
static const struct {
    int opt;
    size_t offset;
    bool needs_vma; /* there must be memory at or above the address */
} fields[] = {
    {PR_SET_MM_START_CODE, offsetof(struct mm_layout, start_code), false},
    {PR_SET_MM_END_CODE, offsetof(struct mm_layout, end_code), false},
    {PR_SET_MM_START_DATA, offsetof(struct mm_layout, start_data), false},
    {PR_SET_MM_END_DATA, offsetof(struct mm_layout, end_data), false},
    {PR_SET_MM_START_STACK, offsetof(struct mm_layout, start_stack), true},
    {PR_SET_MM_START_BRK, offsetof(struct mm_layout, start_brk), false},
    {PR_SET_MM_BRK, offsetof(struct mm_layout, brk), false},
    {PR_SET_MM_ARG_START, offsetof(struct mm_layout, arg_start), true},
    {PR_SET_MM_ARG_END, offsetof(struct mm_layout, arg_end), true},
    {PR_SET_MM_ENV_START, offsetof(struct mm_layout, env_start), true},
    {PR_SET_MM_ENV_END, offsetof(struct mm_layout, env_end), true},
};
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

static uint64_t *layout_field(struct mm_layout *l, size_t i)
{
    return (uint64_t *)(void *)((char *)l + fields[i].offset);
}

/* validate_prctl_map_addr() */
static bool layout_valid(const struct task *t, struct mm_layout *l)
{
    uint64_t data = mm_get_rlimit(t->mm, MM_RLIMIT_DATA);

    for (size_t i = 0; i < NR_FIELDS; i++) {
        uint64_t v = *layout_field(l, i);

        if (v >= MM_TASK_SIZE || v < t->k->sys.mmap_min_addr)
            return false;
    }
    if (l->start_code >= l->end_code || l->start_data > l->end_data || l->start_brk > l->brk ||
        l->arg_start > l->arg_end || l->env_start > l->env_end)
        return false;
    return data == MM_RLIM_INFINITY || l->brk - l->start_brk + l->end_data - l->start_data <= data;
}

/*
 * PR_SET_MM_MAP: all numbers at once, which takes no capability. With an auxiliary vector or another executable in it: EINVAL,
 * as if the vector were too long or the file no executable.
 */
static int64_t set_map(struct task *t, uint64_t addr, uint64_t size)
{
    struct mm_layout l = *mm_layout(t->mm);
    struct prctl_mm_map map;

    if (size != sizeof(map))
        return -EINVAL;
    if (mm_copy_in(t->mm, &map, addr, sizeof(map)))
        return -EFAULT;
    l.start_code = map.start_code;
    l.end_code = map.end_code;
    l.start_data = map.start_data;
    l.end_data = map.end_data;
    l.start_brk = map.start_brk;
    l.brk = map.brk;
    l.start_stack = map.start_stack;
    l.arg_start = map.arg_start;
    l.arg_end = map.arg_end;
    l.env_start = map.env_start;
    l.env_end = map.env_end;
    if (!layout_valid(t, &l) || map.auxv_size || map.exe_fd != UINT32_MAX)
        return -EINVAL;
    *mm_layout(t->mm) = l;
    return 0;
}

/* The executable and the auxiliary vector can't be exchanged (EINVAL); the numbers of the layout can. */
int64_t prctl_set_mm(struct task *t, const uint64_t a[6])
{
    int opt = (int)a[1];
    uint64_t addr = a[2];
    struct mm_layout l = *mm_layout(t->mm);

    if (a[4] || (a[3] && opt != PR_SET_MM_AUXV && opt != PR_SET_MM_MAP && opt != PR_SET_MM_MAP_SIZE))
        return -EINVAL;
    if (opt == PR_SET_MM_MAP_SIZE) {
        uint32_t size = 13 * 8; /* struct prctl_mm_map */

        return mm_copy_out(t->mm, addr, &size, sizeof(size));
    }
    if (opt == PR_SET_MM_MAP)
        return set_map(t, addr, a[3]);
    if (!capable(t, CAP_SYS_RESOURCE))
        return -EPERM;
    if (addr >= MM_TASK_SIZE || addr < t->k->sys.mmap_min_addr)
        return -EINVAL;
    for (size_t i = 0; i < NR_FIELDS; i++) {
        if (fields[i].opt != opt)
            continue;
        *layout_field(&l, i) = addr;
        if (!layout_valid(t, &l))
            return -EINVAL;
        if (fields[i].needs_vma && !mm_find_vma(t->mm, addr))
            return -EFAULT;
        *mm_layout(t->mm) = l;
        return 0;
    }
    return -EINVAL;
}
