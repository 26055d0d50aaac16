/*
 * handle.c - name_to_handle_at and open_by_handle_at (fs/fhandle.c): no file system here gives its files handles, so
 * there is none that could be opened.
 */
#include "../handlers.h"
#include "fs_calls.h"

#include <linux/capability.h>

#define AT_HANDLE_MNT_ID_UNIQUE_ 0x001
#define AT_HANDLE_CONNECTABLE_   0x002
#define AT_HANDLE_FID_           0x200
#define MAX_HANDLE_SZ_           128
#define TYPE_FLAGS               0xffff0000u /* FILEID_USER_FLAGS_MASK */
#define TYPE_FLAGS_KNOWN         0x30000u    /* connectable, directory */

int64_t sys_name_to_handle_at(struct task *t, const uint64_t a[6])
{
    unsigned flags = arg_uint(a[4]), both = AT_HANDLE_CONNECTABLE_ | AT_HANDLE_FID_;
    struct dentry *d;
    int err;

    if (flags & ~(unsigned)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH | AT_HANDLE_MNT_ID_UNIQUE_ | both))
        return -EINVAL;
    if ((flags & both) == both || (flags & AT_HANDLE_CONNECTABLE_ && flags & AT_EMPTY_PATH))
        return -EINVAL;
    err = user_path_lookup(
        t, arg_int(a[0]), a[1],
        (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) | (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &d);
    if (err)
        return err;
    dentry_put(d);
    return -EOPNOTSUPP;
}

int64_t sys_open_by_handle_at(struct task *t, const uint64_t a[6])
{
    struct {
        uint32_t bytes;
        int32_t type;
    } handle;
    uint8_t body[MAX_HANDLE_SZ_];

    if (mm_copy_in(t->mm, &handle, a[1], sizeof(handle)))
        return -EFAULT;
    if (!handle.bytes || handle.bytes > MAX_HANDLE_SZ_ || handle.type < 0 ||
        (uint32_t)handle.type & TYPE_FLAGS & ~TYPE_FLAGS_KNOWN)
        return -EINVAL;
    if (arg_int(a[0]) != AT_FDCWD && !fd_file_raw(t, arg_int(a[0])))
        return -EBADF;
    if (!task_capable(t, CAP_DAC_READ_SEARCH))
        return -EPERM;
    return mm_copy_in(t->mm, body, a[1] + sizeof(handle), handle.bytes) ? -EFAULT : -ESTALE;
}
