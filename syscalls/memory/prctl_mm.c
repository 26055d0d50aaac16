/*
 * prctl_mm.c - the memory options of prctl(2) (kernel/sys.c of Linux 6.18).
 */
#include "prctl_mm.h"

#include <linux/capability.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

#include "../fs/vfs.h"
#include "../process.h"

#define PR_THP_DISABLE_EXCEPT_ADVISED 2u

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

static bool is_mapped(const struct task *t, const struct file *f)
{
    const struct vma *v;

    for (uint64_t at = 0; (v = mm_find_vma(t->mm, at)); at = v->end)
        if (v->file && file_of(v->file)->inode == f->inode)
            return true;
    return false;
}

/* prctl_set_mm_exe_file(), replace_mm_exe_file(): the old one must not be mapped any more. */
static int64_t set_exe(struct task *t, int fd)
{
    struct process *p = t->proc;
    struct file *f = fd_file(t, fd);
    int err;

    if (!f)
        return -EBADF;
    if (!f->inode || !S_ISREG(f->inode->mode) || f->inode->sb->noexec)
        return -EACCES;
    err = inode_permission(t, f->inode, MAY_EXEC);
    if (err)
        return err;
    if (p->exe_file && is_mapped(t, p->exe_file))
        return -EBUSY;
    process_set_exe(p, f);
    return 0;
}

static int64_t copy_auxv(const struct task *t, struct mm_layout *l, uint64_t addr, uint64_t len)
{
    if (len > sizeof(l->auxv))
        return -EINVAL;
    if (mm_copy_in(t->mm, l->auxv, addr, len))
        return -EFAULT;
    memset(l->auxv[MM_AUXV_PAIRS - 1], 0, sizeof(*l->auxv));
    return 0;
}

/* PR_SET_MM_AUXV: what is behind the new one stays. */
static int64_t set_auxv(struct task *t, uint64_t addr, uint64_t len)
{
    struct mm_layout l = *mm_layout(t->mm);
    int64_t err = copy_auxv(t, &l, addr, len);

    if (!err)
        *mm_layout(t->mm) = l;
    return err;
}

int64_t prctl_get_auxv(struct task *t, const uint64_t a[6])
{
    const struct mm_layout *l = mm_layout(t->mm);

    if (mm_copy_out(t->mm, a[1], l->auxv, a[2] < sizeof(l->auxv) ? a[2] : sizeof(l->auxv)))
        return -EFAULT;
    return sizeof(l->auxv);
}

int64_t prctl_set_memory_merge(struct task *t, const uint64_t a[6])
{
    return mm_set_memory_merge(t->mm, a[1]);
}

int64_t prctl_get_memory_merge(struct task *t, const uint64_t a[6])
{
    return mm_memory_merge(t->mm);
}

/* PR_SET_MM_MAP: all numbers at once, which takes no capability; another executable does. */
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
    if (!layout_valid(t, &l))
        return -EINVAL;
    if (map.auxv_size) {
        int64_t err = -EINVAL;

        memset(l.auxv, 0, sizeof(l.auxv));
        if (map.auxv)
            err = copy_auxv(t, &l, (uintptr_t)map.auxv, map.auxv_size);
        if (err)
            return err;
    }
    if (map.exe_fd != UINT32_MAX) {
        int64_t err = -EPERM;

        if (capable(t, CAP_SYS_ADMIN) || capable(t, CAP_CHECKPOINT_RESTORE))
            err = set_exe(t, (int)map.exe_fd);
        if (err)
            return err;
    }
    *mm_layout(t->mm) = l;
    return 0;
}

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
    if (opt == PR_SET_MM_EXE_FILE)
        return set_exe(t, (int)addr);
    if (opt == PR_SET_MM_AUXV)
        return set_auxv(t, addr, a[3]);
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
