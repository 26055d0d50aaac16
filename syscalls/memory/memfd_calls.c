/*
 * memfd_calls.c - memfd_create(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "../file.h"
#include "../handlers.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#define MFD_EXEC        0x0010U
#endif
#ifndef MFD_HUGE_SHIFT
#define MFD_HUGE_SHIFT 26
#endif
#define MFD_HUGE_MASK 63u
#define MFD_ALL_FLAGS (MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB | MFD_NOEXEC_SEAL | MFD_EXEC)
#define MFD_NAME_MAX  249 /* NAME_MAX less "memfd:" */

int64_t sys_memfd_create(struct task *t, const uint64_t a[6])
{
    unsigned flags = arg_uint(a[1]);
    uint64_t page_size = MM_PAGE_SIZE;
    char name[MFD_NAME_MAX + 1];
    struct vm_object *obj;
    struct file *f;
    int64_t ret;

    if (!(flags & MFD_HUGETLB)) {
        if (flags & ~MFD_ALL_FLAGS)
            return -EINVAL;
    } else if (flags & ~(MFD_ALL_FLAGS | MFD_HUGE_MASK << MFD_HUGE_SHIFT)) {
        return -EINVAL;
    }
    if ((flags & MFD_EXEC) && (flags & MFD_NOEXEC_SEAL))
        return -EINVAL;
    ret = mm_copy_str(t->mm, name, a[0], sizeof(name));
    if (ret < 0)
        return ret == -ENAMETOOLONG ? -EINVAL : ret;
    if (flags & MFD_HUGETLB)
        page_size = mm_huge_page_size(flags >> MFD_HUGE_SHIFT & MFD_HUGE_MASK);
    if (!page_size)
        return -ENODEV;
    obj = mm_memfd_object(&t->k->sys, page_size, flags & MFD_ALLOW_SEALING, flags & MFD_NOEXEC_SEAL);
    if (!obj)
        return -ENOMEM;
    f = vfs_memfd(t, name, obj, O_RDWR);
    vm_object_put(obj);
    if (!f)
        return -ENOMEM;
    return fd_install(t, f, 0, flags & MFD_CLOEXEC);
}
