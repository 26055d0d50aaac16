/* file_handle.c - name_to_handle_at and open_by_handle_at: of /proc, whose files have no handles, and of handles that are none. */
#include "probe.h"

#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID AT_REMOVEDIR
#endif
#define MNT_ID_UNIQUE 0x001
#define CONNECTABLE   0x002

static struct {
    unsigned bytes;
    int type;
    unsigned char body[256];
} handle;
static int mount_id;

static long name(int dir, const char *path, void *h, int flags)
{
    return syscall(SYS_name_to_handle_at, dir, path, h, &mount_id, flags);
}

static long open_handle(int dir, unsigned bytes, int type)
{
    handle.bytes = bytes;
    handle.type = type;
    return syscall(SYS_open_by_handle_at, dir, &handle, O_RDONLY);
}

static int as_user(char *unused)
{
    int fd = must(open("/proc", O_RDONLY));

    must(syscall(SYS_setresuid, 1000, 1000, 1000));
    if (open_handle(-1, 8, 1) != -1 || errno != EBADF)
        return 1;
    if (open_handle(fd, 0, 1) != -1 || errno != EINVAL)
        return 2;
    return open_handle(fd, 8, 1) == -1 && errno == EPERM ? 42 : 3;
}

int main(void)
{
    int fd = must(open("/proc", O_RDONLY));

    handle.bytes = 128;
    is_err(name(AT_FDCWD, "/proc", &handle, 0), "EOPNOTSUPP", "/proc has no handles");
    is_num(handle.bytes, 128, "nor a size of them");
    is_err(name(AT_FDCWD, "/proc", (void *)1, 0), "EOPNOTSUPP", "before the handle is looked at");
    is_err(name(AT_FDCWD, "/proc", &handle, 4), "EINVAL", "a flag that nobody knows");
    is_err(name(AT_FDCWD, "/proc/none", &handle, 0), "ENOENT", "of no file");
    is_err(name(AT_FDCWD, "", &handle, 0), "ENOENT", "of no name");
    is_err(name(fd, "", &handle, AT_EMPTY_PATH), "EOPNOTSUPP", "of a descriptor");
    is_err(name(-1, "x", &handle, 0), "EBADF", "in none");
    if (since(6, 13)) {
        is_err(name(AT_FDCWD, "/proc", &handle, MNT_ID_UNIQUE), "EOPNOTSUPP",
               "with the mount's unique number");
        is_err(name(AT_FDCWD, "/proc", &handle, CONNECTABLE), "EOPNOTSUPP", "that tells the parent");
        is_err(name(AT_FDCWD, "/proc", &handle, CONNECTABLE | AT_HANDLE_FID), "EINVAL",
               "and only identifies");
        is_err(name(fd, "", &handle, CONNECTABLE | AT_EMPTY_PATH), "EINVAL", "of what has no name");
    } else {
        told_skip("handles that tell the parent", "they came with Linux 6.13");
    }
    is_err(syscall(SYS_open_by_handle_at, fd, 1, O_RDONLY), "EFAULT", "opening: no handle");
    is_err(open_handle(fd, 0, 1), "EINVAL", "an empty one");
    is_err(open_handle(fd, 129, 1), "EINVAL", "one that is too long");
    is_err(open_handle(-1, 129, 1), "EINVAL", "also of no file system");
    is_err(open_handle(fd, 8, -1), "EINVAL", "of a type below 0");
    if (since(6, 13))
        is_err(open_handle(fd, 8, 0x7f000001), "EINVAL", "with flags that nobody knows");
    is_err(open_handle(-1, 8, 1), "EBADF", "of no file system");
    if (geteuid() || open_handle(fd, 8, 1) != -1 || errno != ESTALE) {
        told_skip("a handle of nothing", "needs CAP_DAC_READ_SEARCH");
        return done();
    }
    is_err(open_handle(fd, 8, 1), "ESTALE", "of nothing in it");
    is_num(in_child(as_user, NULL), 42, "for whom that is not permitted");
    return done();
}
