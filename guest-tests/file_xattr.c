/* file_xattr.c - extended attributes of a file in memory: setxattr and its family, Linux 6.13's *at() calls. */
#include "probe.h"
#include <sys/stat.h>
#include <sys/xattr.h>

#define SETXATTRAT    463
#define GETXATTRAT    464
#define LISTXATTRAT   465
#define REMOVEXATTRAT 466

struct args {
    unsigned long value;
    unsigned size, flags;
    unsigned long more;
};

static char name[300], value[70000], out[70000];

static void values(int fd)
{
    is_num(flistxattr(fd, out, sizeof(out)), 0, "none at first");
    is_err(fgetxattr(fd, "user.a", out, 10), "ENODATA", "nor is there a value");
    is_ok(fsetxattr(fd, "user.b", "value", 5, 0), "setting one");
    is_num(fgetxattr(fd, "user.b", out, sizeof(out)), 5, "its length");
    is_true(!memcmp(out, "value", 5), "its value");
    is_num(fgetxattr(fd, "user.b", NULL, 0), 5, "a size of 0 asks for the length");
    is_err(fgetxattr(fd, "user.b", out, 4), "ERANGE", "too little room");
    is_err(fgetxattr(fd, "user.b", (void *)8, 5), "EFAULT", "no room at all");
    is_err(fsetxattr(fd, "user.b", "x", 1, XATTR_CREATE), "EEXIST", "XATTR_CREATE of what is there");
    is_err(fsetxattr(fd, "user.a", "x", 1, XATTR_REPLACE), "ENODATA", "XATTR_REPLACE of what is not");
    is_ok(fsetxattr(fd, "user.b", "longer value", 12, XATTR_REPLACE), "XATTR_REPLACE");
    is_num(fgetxattr(fd, "user.b", out, sizeof(out)), 12, "the new length");
    is_ok(fsetxattr(fd, "user.a", NULL, 0, XATTR_CREATE), "an empty value");
    is_num(fgetxattr(fd, "user.a", out, sizeof(out)), 0, "is one");
    is_num(flistxattr(fd, NULL, 0), 14, "the length of the list");
    is_num(flistxattr(fd, out, sizeof(out)), 14, "the list");
    is_true(memmem(out, 14, "user.a", 7) && memmem(out, 14, "user.b", 7),
            "has both names, each with its NUL");
    is_err(flistxattr(fd, out, 13), "ERANGE", "too little room for it");
    is_ok(fremovexattr(fd, "user.a"), "taking one away");
    is_err(fremovexattr(fd, "user.a"), "ENODATA", "twice");
    is_num(flistxattr(fd, out, sizeof(out)), 7, "one less is listed");
}

static void arguments(int fd)
{
    is_err(fsetxattr(fd, "user.b", "x", 1, 4), "EINVAL", "unknown flags");
    is_err(fsetxattr(fd, "", "x", 1, 0), "ERANGE", "an empty name");
    is_err(fsetxattr(fd, "user.", "x", 1, 0), "EINVAL", "a family alone");
    is_err(fsetxattr(fd, "other.x", "x", 1, 0), "EOPNOTSUPP", "an unknown family");
    is_err(fgetxattr(fd, "other.x", out, 1), "EOPNOTSUPP", "which has no values either");
    memset(name, 'n', sizeof(name) - 1);
    memcpy(name, "user.", 5);
    is_err(fsetxattr(fd, name, "x", 1, 0), "ERANGE", "a name of more than 255 bytes");
    name[255] = 0;
    is_ok(fsetxattr(fd, name, "x", 1, 0), "one of 255");
    is_err(fsetxattr(fd, "user.c", value, 65537, 0), "E2BIG", "a value of more than 64 KiB");
    is_ok(fsetxattr(fd, "user.c", value, 65536, 0), "one of 64 KiB");
    is_num(fgetxattr(fd, "user.c", out, sizeof(out)), 65536, "is had back");
    is_err(fsetxattr(fd, "user.c", (void *)8, 1, 0), "EFAULT", "a value from nowhere");
    is_err(fsetxattr(-1, "user.c", (void *)8, 1, 0), since(6, 13) ? "EFAULT" : "EBADF",
           "or the descriptor: the first that is seen");
    is_err(fsetxattr(-1, "user.c", "x", 1, 0), "EBADF", "no descriptor");
    is_err(setxattr("/nonexistent", "user.c", "x", 1, 0), "ENOENT", "no file");
    is_err(fgetxattr(fd, "system.posix_acl_access", out, 1), "ENODATA", "no list of rights");
}

static void of_path(int fd)
{
    char path[40];
    struct stat before, after;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    must(fstat(fd, &before));
    is_ok(setxattr(path, "user.p", "1", 1, 0), "by path");
    must(fstat(fd, &after));
    is_true(after.st_mtime == before.st_mtime && (after.st_ctim.tv_sec > before.st_ctim.tv_sec ||
                                                  (after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
                                                   after.st_ctim.tv_nsec >= before.st_ctim.tv_nsec)),
            "it changes the file, not its contents");
    is_num(getxattr(path, "user.p", out, 1), 1, "read by path");
    is_err(lgetxattr("/proc/self/fd/0", "user.p", out, 1), "ENODATA", "a link has none of users");
    is_ok(removexattr(path, "user.p"), "taken away by path");
}

static void at_calls(int fd)
{
    struct args a = {(unsigned long)"at", 2, 0, 0};

    if (syscall(REMOVEXATTRAT, fd, "", 0x1000, "user.none") < 0 && errno == ENOSYS) {
        told_skip("the *at() calls", "they came with Linux 6.13");
        return;
    }
    is_ok(syscall(SETXATTRAT, fd, "", 0x1000, "user.at", &a, 16), "setxattrat");
    a.value = (unsigned long)out;
    is_num(syscall(GETXATTRAT, fd, "", 0x1000, "user.at", &a, 16), 2, "getxattrat");
    is_true(!memcmp(out, "at", 2), "its value");
    is_true(syscall(LISTXATTRAT, fd, "", 0x1000, out, sizeof(out)) > 8, "listxattrat");
    is_err(syscall(GETXATTRAT, fd, "", 0x1000, "user.at", &a, 15), "EINVAL",
           "arguments of the first version at least");
    is_num(syscall(GETXATTRAT, fd, "", 0x1000, "user.at", &a, 24), 2, "later ones may be 0");
    a.more = 1;
    is_err(syscall(GETXATTRAT, fd, "", 0x1000, "user.at", &a, 24), "E2BIG", "and nothing else");
    is_err(syscall(GETXATTRAT, fd, "", 0x1000, "user.at", &a, 5000), "E2BIG", "nor more than a page");
    a.flags = 1;
    is_err(syscall(GETXATTRAT, fd, "", 0x1000, "user.at", &a, 16), "EINVAL", "getxattrat has no flags");
    is_err(syscall(REMOVEXATTRAT, fd, "", 0x1001, "user.at"), "EINVAL", "unknown flags of the path");
    is_err(syscall(REMOVEXATTRAT, fd, "", 0, "user.at"), "ENOENT", "an empty path without AT_EMPTY_PATH");
    is_ok(syscall(REMOVEXATTRAT, fd, "", 0x1000, "user.at"), "removexattrat");
}

int main(void)
{
    int fd = must(memfd_create("x", 0));

    if (!since(6, 6)) {
        told_skip("extended attributes", "files in memory have those of users since Linux 6.6");
        return done();
    }
    values(fd);
    arguments(fd);
    of_path(fd);
    at_calls(fd);
    return done();
}
