/* cachestat.c - cachestat(2): how much of a file the page cache has (mm/filemap.c). */
#include "../handlers.h"
#include "fs_calls.h"

struct cachestat {
    uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

/* What is cached tells of others' work: the file must be one that t may change. */
static bool may_look(struct task *t, const struct file *f)
{
    return (f->flags & O_ACCMODE) != O_RDONLY || inode_owner_or_capable(t, f->inode) ||
           !inode_permission(t, f->inode, MAY_WRITE);
}

int64_t sys_cachestat(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, arg_int(a[0]));
    struct cachestat stat = {0};
    uint64_t range[2], last; /* offset and length, bytes; length 0: to the end */
    const struct vm_object *obj;

    if (!f)
        return -EBADF;
    if (mm_copy_in(t->mm, range, a[1], sizeof(range)))
        return -EFAULT;
    obj = f->inode->obj;
    if (obj && obj->kind == OBJ_HUGETLB)
        return -EOPNOTSUPP;
    if (!may_look(t, f))
        return -EPERM;
    if (arg_uint(a[3]))
        return -EINVAL;
    last = range[1] ? (range[0] + range[1] - 1) >> MM_PAGE_SHIFT : UINT64_MAX;
    if (obj)
        vm_object_count(obj, range[0] >> MM_PAGE_SHIFT, last, &stat.cached, &stat.dirty);
    return mm_copy_out(t->mm, a[2], &stat, sizeof(stat)) ? -EFAULT : 0;
}
