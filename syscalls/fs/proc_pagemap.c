/*
 * proc_pagemap.c - /proc/PID/pagemap: 8 bytes for each page, and PAGEMAP_SCAN (fs/proc/task_mmu.c).
 */
#include "../handlers.h"
#include "fs_calls.h"
#include "procfs.h"

#include <linux/capability.h>
#include <mseal-emu/pagemap.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* Newer than the headers of some supported systems: <linux/fs.h> of 6.7. */
#define SCAN_WP_MATCHING   1u
#define SCAN_CHECK_WPASYNC 2u
struct pm_scan {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
#define SCAN _IOWR('f', 16, struct pm_scan)

/* The address space the file is about; NULL: it is gone. */
static struct mm *mm_of(struct task *t, const struct file *f)
{
    struct proc_ref ref;

    return proc_ref_of(t, f->inode, &ref) ? ref.task->mm : NULL;
}

static int64_t pagemap_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct mm *mm = mm_of(t, f);
    bool frames = task_capable(t, CAP_SYS_ADMIN);
    uint64_t *entry = buf, n = 0;

    if (!mm)
        return 0;
    if (*pos % sizeof(*entry) || len % sizeof(*entry))
        return -EINVAL;
    for (uint64_t page = *pos / sizeof(*entry);
         n < len / sizeof(*entry) && page < MM_TASK_SIZE >> MM_PAGE_SHIFT; page++)
        entry[n++] = mm_pagemap_entry(mm, page << MM_PAGE_SHIFT, frames);
    *pos += n * sizeof(*entry);
    return (int64_t)(n * sizeof(*entry));
}

/* pagemap_scan_get_args() */
static int scan_args(struct task *t, uint64_t arg, struct pm_scan *a)
{
    if (mm_copy_in(t->mm, a, arg, sizeof(*a)))
        return -EFAULT;
    if (a->size != sizeof(*a) || a->flags & ~(uint64_t)(SCAN_WP_MATCHING | SCAN_CHECK_WPASYNC))
        return -EINVAL;
    if ((a->category_inverted | a->category_mask | a->category_anyof_mask | a->return_mask) &
        ~(uint64_t)MM_PAGE_CATEGORIES)
        return -EINVAL;
    if (a->start & ~MM_PAGE_MASK)
        return -EINVAL;
    if (!access_ok(a->start, a->end - a->start))
        return -EFAULT;
    if (!a->vec && a->vec_len)
        return -EINVAL;
    if (a->vec && (a->vec_len > UINT64_MAX / sizeof(struct mm_page_region) ||
                   !access_ok(a->vec, a->vec_len * sizeof(struct mm_page_region))))
        return -EFAULT;
    return 0;
}

static int64_t scan(struct task *t, struct mm *mm, uint64_t arg)
{
    struct mm_page_region *regions = NULL;
    struct pm_scan a;
    int64_t n = scan_args(t, arg, &a);

    if (n)
        return n;
    struct mm_page_scan s = {
        .start = a.start,
        .end = MM_PAGE_ALIGN(a.end),
        .protect = a.flags & SCAN_WP_MATCHING,
        .must_protect = a.flags & SCAN_CHECK_WPASYNC,
        .inverted = a.category_inverted,
        .all = a.category_mask,
        .any = a.category_anyof_mask,
        .returned = a.return_mask,
        .max_pages = a.max_pages ? a.max_pages : UINT64_MAX,
        .max_regions = a.vec_len,
    };
    n = mm_pagemap_scan(mm, &s, &regions);
    if (n > 0 && mm_copy_out(t->mm, a.vec, regions, (uint64_t)n * sizeof(*regions)))
        n = -EFAULT;
    free(regions);
    a.walk_end = s.walk_end;
    return mm_copy_out(t->mm, arg + offsetof(struct pm_scan, walk_end), &a.walk_end, sizeof(a.walk_end))
               ? -EFAULT
               : n;
}

static int64_t pagemap_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    struct mm *mm = mm_of(t, f);

    if (cmd != SCAN)
        return -EINVAL;
    return mm ? scan(t, mm, arg) : -ESRCH;
}

const struct file_ops proc_pagemap_ops = {
    .read = pagemap_read, .lseek = proc_mem_lseek, .ioctl = pagemap_ioctl};
