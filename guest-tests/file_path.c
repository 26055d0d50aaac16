/* file_path.c - files by name: open's flags, path walks, symbolic links, directories, rename, removal. */
#include "probe.h"
#include <dirent.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/sysmacros.h>

static char dir[] = "/tmp/file_path.XXXXXX";

static int make(const char *name, const char *text)
{
    int fd = must(open(name, O_CREAT | O_RDWR | O_TRUNC, 0644));
    must(write(fd, text, strlen(text)));
    return fd;
}
static long open2(int dfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
    struct open_how how = {flags, mode, resolve};
    return syscall(SYS_openat2, dfd, path, &how, sizeof how);
}
static const char *target(const char *path)
{
    static char buf[PATH_MAX];
    ssize_t n = readlink(path, buf, sizeof buf - 1);
    buf[n < 0 ? 0 : n] = 0;
    return buf;
}
static bool same_file(const char *a, const char *b)
{
    struct stat s, t;
    return !stat(a, &s) && !stat(b, &t) && s.st_ino == t.st_ino && s.st_dev == t.st_dev;
}
static long nlink_of(const char *path)
{
    struct stat st;
    return lstat(path, &st) ? -1 : (long)st.st_nlink;
}

static void opening(void)
{
    char buf[8];
    int fd, fd2;
    close(make("file", "hello"));
    must(mkdir("sub", 0755));

    is_err(open("", O_RDONLY), "ENOENT", "open of an empty path");
    is_err(open((char *)8, O_RDONLY), "EFAULT", "open of a path at a bad address");
    is_err(open("nothing", O_RDONLY), "ENOENT", "open of what is not there");
    is_err(open("file/x", O_RDONLY), "ENOTDIR", "open below a file");
    is_err(open("file/", O_RDONLY), "ENOTDIR", "open of a file with a trailing slash");
    is_err(open("sub/", O_RDONLY), "ok", "open of a directory with a trailing slash");
    is_err(open("sub", O_RDWR), "EISDIR", "open of a directory for writing");
    is_err(open("file", O_RDONLY | O_DIRECTORY), "ENOTDIR", "O_DIRECTORY on a file");
    is_err(open("file", O_CREAT | O_EXCL, 0600), "EEXIST", "O_EXCL on what exists");
    is_err(open("sub", O_CREAT, 0600), "EISDIR", "O_CREAT on a directory");
    is_err(open("new/", O_CREAT, 0600), "EISDIR", "O_CREAT with a trailing slash");
    is_err(open("new", O_CREAT | O_DIRECTORY, 0600), "EINVAL", "O_CREAT | O_DIRECTORY");
    is_err(open("nodir/new", O_CREAT, 0600), "ENOENT", "O_CREAT in a directory that is not there");
    is_err(open(".", O_TMPFILE | O_RDONLY, 0600), "EINVAL", "O_TMPFILE needs writing");
    fd = must(open(".", O_TMPFILE | O_RDWR, 0600));
    struct stat st;
    must(fstat(fd, &st));
    is_num((long)st.st_nlink, 0, "an O_TMPFILE file has no name");
    char proc[64];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    is_ok(linkat(AT_FDCWD, proc, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), "and gets one through /proc/self/fd");
    is_true(same_file("named", proc), "which is the same file");
    is_ok(linkat(AT_FDCWD, proc, AT_FDCWD, "named2", AT_SYMLINK_FOLLOW), "and another");
    must(unlink("named"));
    must(unlink("named2"));
    is_err(linkat(AT_FDCWD, proc, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), "ENOENT", "but none after the last");
    close(fd);
    fd = must(open(".", O_TMPFILE | O_WRONLY | O_EXCL, 0640));
    must(fstat(fd, &st));
    is_num(st.st_mode, S_IFREG | 0640, "its mode");
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    is_err(linkat(AT_FDCWD, proc, AT_FDCWD, "named", AT_SYMLINK_FOLLOW), "ENOENT", "O_EXCL: never a name");
    close(fd);
    is_err(open("file", O_TMPFILE | O_RDWR, 0600), "ENOTDIR", "O_TMPFILE in a file");
    is_err(open("/proc", O_TMPFILE | O_RDWR, 0600), "EOPNOTSUPP", "O_TMPFILE in /proc");

    fd = must(open("file", O_RDONLY));
    is_num(fcntl(fd, F_GETFL), O_RDONLY | 0100000, "F_GETFL shows O_LARGEFILE");
    is_err(write(fd, "x", 1), "EBADF", "write to what is open for reading");
    fd2 = dup(fd);
    must(lseek(fd, 2, SEEK_SET));
    is_num(lseek(fd2, 0, SEEK_CUR), 2, "dup shares the position");
    is_num(fcntl(fd2, F_GETFD), 0, "and not FD_CLOEXEC");
    close(fd2);
    is_num(dup2(fd, 100), 100, "dup2 to a number");
    is_err(dup3(fd, fd, 0), "EINVAL", "dup3 to itself");
    is_num(dup2(fd, fd), fd, "dup2 to itself");
    is_err(dup2(fd, -1), "EBADF", "dup2 to -1");
    is_err(dup2(999, 5), "EBADF", "dup2 of what is closed");
    is_num(fcntl(fd, F_DUPFD, 50), 50, "F_DUPFD takes the lowest from there on");
    is_err(fcntl(fd, F_DUPFD, -1), "EINVAL", "F_DUPFD from -1");
    is_ok(syscall(SYS_close_range, 50, 100, 0), "close_range");
    is_err(fcntl(100, F_GETFD), "EBADF", "closes them");
    is_err(syscall(SYS_close_range, 5, 4, 0), "EINVAL", "close_range backwards");
    close(fd);

    fd = must(open("file", O_PATH));
    is_err(read(fd, buf, 1), "EBADF", "read of an O_PATH descriptor");
    is_ok(fstat(fd, &st), "fstat of an O_PATH descriptor");
    is_num(fcntl(fd, F_GETFL), O_PATH, "F_GETFL of an O_PATH descriptor");
    is_err(fcntl(fd, F_SETFL, 0), "EBADF", "F_SETFL of an O_PATH descriptor");
    close(fd);
    fd = must(open("appended", O_CREAT | O_WRONLY | O_APPEND, 0600));
    must(write(fd, "ab", 2));
    must(lseek(fd, 0, SEEK_SET));
    must(write(fd, "cd", 2));
    must(pwrite(fd, "ef", 2, 0));
    is_num(lseek(fd, 0, SEEK_END), 6, "O_APPEND appends, even with pwrite");
    close(fd);

    is_err(open2(AT_FDCWD, "file", O_RDONLY, 0600, 0), "EINVAL", "openat2: a mode without O_CREAT");
    is_err(open2(AT_FDCWD, "file", 1ull << 40, 0, 0), "EINVAL", "openat2: an unknown flag");
    is_err(open2(AT_FDCWD, "../file", O_RDONLY, 0, RESOLVE_BENEATH), "EXDEV", "RESOLVE_BENEATH and ..");
    is_err(open2(AT_FDCWD, "/", O_RDONLY, 0, RESOLVE_BENEATH), "EXDEV",
           "RESOLVE_BENEATH and an absolute path");
    is_err(open2(AT_FDCWD, "/file", O_RDONLY, 0, RESOLVE_IN_ROOT), "ok",
           "RESOLVE_IN_ROOT makes the start the root");
    is_err(open2(AT_FDCWD, "../../file", O_RDONLY, 0, RESOLVE_IN_ROOT), "ok", "and .. stays there");
    is_err(open2(AT_FDCWD, "sub/../file", O_RDONLY, 0, RESOLVE_BENEATH), "ok",
           "RESOLVE_BENEATH and .. within");
    is_err(syscall(SYS_openat2, AT_FDCWD, "file", NULL, 24), "EFAULT", "openat2 without a how");
    is_err(syscall(SYS_openat2, AT_FDCWD, "file", buf, 8), "EINVAL", "openat2 with a small how");
}

static void links(void)
{
    char longname[300], name[16];
    memset(longname, 'n', sizeof longname - 1);
    longname[sizeof longname - 1] = 0;
    is_err(open(longname, O_RDONLY), "ENAMETOOLONG", "a name of 299 bytes");
    must(symlink("file", "to_file"));
    must(symlink("sub", "to_sub"));
    must(symlink("loop", "loop"));
    must(symlink("missing", "dangling"));
    is_str(target("to_file"), "file", "readlink");
    is_err(readlink("file", name, sizeof name), "EINVAL", "readlink of a file");
    is_err(readlink("to_file", name, 0), "EINVAL", "readlink into nothing");
    is_num(readlink("to_file", name, 2), 2, "readlink cuts");
    is_err(open("loop", O_RDONLY), "ELOOP", "a link to itself");
    is_err(open("to_file", O_RDONLY | O_NOFOLLOW), "ELOOP", "O_NOFOLLOW on a link");
    is_err(open("to_file", O_PATH | O_NOFOLLOW), "ok", "O_NOFOLLOW | O_PATH on a link");
    is_err(open("to_sub", O_RDONLY | O_NOFOLLOW | O_DIRECTORY), "ENOTDIR",
           "O_NOFOLLOW | O_DIRECTORY on a link");
    is_err(open("to_sub/", O_RDONLY | O_NOFOLLOW), "ok", "O_NOFOLLOW and a trailing slash");
    is_err(open("dangling", O_RDONLY), "ENOENT", "a link to nothing");
    is_err(open("dangling", O_CREAT | O_EXCL | O_RDWR, 0600), "EEXIST", "O_EXCL on a link to nothing");
    is_err(open("dangling", O_CREAT | O_RDWR, 0600), "ok", "O_CREAT through a link to nothing");
    is_ok(access("missing", F_OK), "makes what it points to");
    is_err(mkdir("to_sub", 0700), "EEXIST", "mkdir over a link");
    is_err(unlink("to_sub/"), "ENOTDIR", "unlink of a link with a trailing slash");
    is_err(symlink("x", "file"), "EEXIST", "symlink over a file");
    is_err(symlink("", "empty"), "ENOENT", "an empty link");
    is_err(symlink("x", "to_sub/deep"), "ok", "symlink through a link");
    is_str(target("sub/deep"), "x", "lands in the directory");
    must(symlink("hop1", "hop0"));
    for (int i = 1; i < 45; i++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "hop%d", i);
        snprintf(to, sizeof to, "hop%d", i + 1);
        must(i == 44 ? link("file", "hop44") : symlink(to, from));
    }
    is_err(open("hop5", O_RDONLY), "ok", "39 links in a row");
    is_err(open("hop4", O_RDONLY), "ok", "40 links in a row");
    is_err(open("hop3", O_RDONLY), "ELOOP", "41 links in a row");
    is_err(open2(AT_FDCWD, "to_file", O_RDONLY, 0, RESOLVE_NO_SYMLINKS), "ELOOP", "RESOLVE_NO_SYMLINKS");
    is_err(open("/proc/self/exe/x", O_RDONLY), "ENOTDIR", "below /proc/self/exe");
    is_err(open2(AT_FDCWD, "/proc/self/exe", O_RDONLY, 0, RESOLVE_NO_MAGICLINKS), "ELOOP",
           "RESOLVE_NO_MAGICLINKS");
    is_err(open("/proc/self/cwd/file", O_RDONLY), "ok", "through /proc/self/cwd");
}

static void directories(void)
{
    struct stat st;
    char cwd[PATH_MAX];
    int fd, n = 0;
    is_err(mkdir("sub", 0700), "EEXIST", "mkdir of what exists");
    is_err(mkdir("file/x", 0700), "ENOTDIR", "mkdir below a file");
    is_err(mkdir("a/b", 0700), "ENOENT", "mkdir where the parent is missing");
    is_err(mkdir("made/", 0700), "ok", "mkdir with a trailing slash");
    must(mkdir("made/in", 0700));
    is_num(nlink_of("made") >= 3 || nlink_of("made") == 1, 1, "a directory counts its subdirectories");
    is_err(rmdir("made"), "ENOTEMPTY", "rmdir of a full directory");
    is_err(rmdir("file"), "ENOTDIR", "rmdir of a file");
    is_err(rmdir("."), "EINVAL", "rmdir of .");
    is_err(rmdir("made/in/.."), "ENOTEMPTY", "rmdir of ..");
    is_err(rmdir("/"), "EBUSY", "rmdir of the root");
    is_err(unlink("made"), "EISDIR", "unlink of a directory");
    is_err(unlinkat(AT_FDCWD, "made", 0x1000), "EINVAL", "unlinkat with an unknown flag");
    is_ok(chdir("made/in"), "chdir");
    is_str(strrchr(getcwd(cwd, sizeof cwd), '/'), "/in", "getcwd");
    is_err(syscall(SYS_getcwd, cwd, 3), "ERANGE", "getcwd into 3 bytes");
    is_ok(rmdir("../in"), "rmdir of the working directory");
    is_err(syscall(SYS_getcwd, cwd, sizeof cwd), "ENOENT", "then it has no name");
    is_err(open("x", O_CREAT, 0600), "ENOENT", "and nothing can be made there");
    is_ok(chdir(".."), "but .. is known");
    must(chdir(dir));
    is_err(chdir("file"), "ENOTDIR", "chdir to a file");
    is_err(mknod("fifo", S_IFIFO | 0600, 0), "ok", "mknod of a FIFO");
    is_err(mknod("d", S_IFDIR | 0600, 0), "EPERM", "mknod of a directory");
    is_err(mknod("d", 0170000, 0), "EINVAL", "mknod of a strange type");
    is_err(open("fifo", O_WRONLY | O_NONBLOCK), "ENXIO", "a FIFO without a reader");

    DIR *d = must(opendir("."));
    struct dirent *e;
    while ((e = readdir(d)))
        n += !strcmp(e->d_name, "file") && e->d_type == DT_REG;
    is_num(n, 1, "getdents has each name once, with its type");
    closedir(d);
    fd = must(open("made", O_RDONLY));
    is_err(read(fd, cwd, 1), "EISDIR", "read of a directory");
    is_err(syscall(SYS_getdents64, fd, cwd, 8), "EINVAL", "getdents64 into 8 bytes");
    is_ok(rmdir("made"), "rmdir while it is open");
    is_err(syscall(SYS_getdents64, fd, cwd, sizeof cwd), "ENOENT", "getdents64 of a removed directory");
    close(fd);
    fd = must(open("file", O_RDONLY));
    is_err(syscall(SYS_getdents64, fd, cwd, sizeof cwd), "ENOTDIR", "getdents64 of a file");
    is_err(openat(fd, "x", O_RDONLY), "ENOTDIR", "openat relative to a file");
    is_err(openat(999, "x", O_RDONLY), "EBADF", "openat relative to what is closed");
    is_err(openat(999, dir, O_RDONLY), "ok", "openat of an absolute path asks no descriptor");
    is_err(fstatat(fd, "", &st, 0), "ENOENT", "fstatat of an empty path");
    is_ok(fstatat(fd, "", &st, AT_EMPTY_PATH), "fstatat with AT_EMPTY_PATH");
    is_num(st.st_size, 5, "is the descriptor's file");
    is_err(fstatat(fd, "", &st, 0x40000000), "EINVAL", "fstatat with an unknown flag");
    is_err(stat("file", (struct stat *)8), "EFAULT", "stat to a bad address");
    close(fd);
}

static void renaming(void)
{
    must(mkdir("d1", 0700));
    must(mkdir("d2", 0700));
    must(mkdir("d2/full", 0700));
    close(make("r1", "one"));
    close(make("r2", "two"));
    is_err(rename("nothing", "x"), "ENOENT", "rename of what is not there");
    is_err(rename("d1", "r1"), "ENOTDIR", "rename of a directory over a file");
    is_err(rename("r1", "d1"), "EISDIR", "rename of a file over a directory");
    is_err(rename("d1", "d2"), "ENOTEMPTY", "rename over a full directory");
    is_err(rename("d2", "d2/full/x"), "EINVAL", "rename into itself");
    is_err(rename("d2/full", "d2"), "ENOTEMPTY", "rename over the parent");
    is_err(rename("r1", "x/"), "ENOTDIR", "rename of a file to a name with a slash");
    is_err(rename("d1/.", "x"), "EBUSY", "rename of .");
    is_err(rename("r1", "/proc/x"), "EXDEV", "rename to another file system");
    is_ok(rename("r1", "r2"), "rename over a file");
    is_err(access("r1", F_OK), "ENOENT", "takes the old name");
    is_err(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, "file", 1), "EEXIST", "RENAME_NOREPLACE");
    is_ok(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, "d1", 2),
          "RENAME_EXCHANGE of a file and a directory");
    struct stat st;
    is_true(!stat("r2", &st) && S_ISDIR(st.st_mode) && !stat("d1", &st) && S_ISREG(st.st_mode), "swaps them");
    is_err(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, "none", 2), "ENOENT",
           "RENAME_EXCHANGE with nothing");
    is_err(syscall(SYS_renameat2, AT_FDCWD, "r2", AT_FDCWD, "x", 3), "EINVAL", "NOREPLACE | EXCHANGE");
    is_ok(rename("r2", "d3"), "rename of a directory");
    must(close(make("d3/in", "x")));
    is_ok(rename("d3", "d2/d3"), "and to another parent");
    is_ok(access("d2/d3/in", F_OK), "with what is in it");
    is_ok(link("file", "hard"), "link");
    is_num(nlink_of("file") - nlink_of("hard"), 0, "both names tell the same count");
    is_ok(rename("file", "hard"), "rename of two names of one file");
    is_ok(access("file", F_OK), "does nothing");
    is_err(link("d2", "hd"), "EPERM", "link of a directory");
    is_err(link("file", "d2"), "EEXIST", "link over a directory");
    is_err(link("file", "/dev/shm/x"), "EXDEV", "link to another file system");
    must(unlink("hard"));
    int fd = make("open", "gone");
    must(unlink("open"));
    char buf[8], proc[64], want[128];
    is_num(pread(fd, buf, 4, 0), 4, "an unlinked file lives while it is open");
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    snprintf(want, sizeof want, "%s/open (deleted)", dir);
    is_str(target(proc), want, "/proc/self/fd says so");
    is_ok(fstat(fd, &st), "and fstat");
    is_num((long)st.st_nlink, 0, "counts no names");
    close(fd);
}

static void attributes(void)
{
    struct stat st;
    struct timespec ts[2] = {{100, 5}, {200, 6}};
    int fd = make("attr", "12345678");
    is_ok(chmod("attr", 04751), "chmod");
    must(stat("attr", &st));
    is_num(st.st_mode, S_IFREG | 04751, "sets all twelve bits");
    is_ok(utimensat(AT_FDCWD, "attr", ts, 0), "utimensat");
    must(stat("attr", &st));
    is_true(st.st_atim.tv_sec == 100 && st.st_atim.tv_nsec == 5 && st.st_mtim.tv_sec == 200 &&
                st.st_mtim.tv_nsec == 6,
            "sets both times to the nanosecond");
    ts[0].tv_nsec = 1000000000;
    is_err(utimensat(AT_FDCWD, "attr", ts, 0), "EINVAL", "a nanosecond too many");
    ts[0].tv_nsec = ts[1].tv_nsec = UTIME_OMIT;
    is_err(utimensat(AT_FDCWD, "nothing", ts, 0), "ok", "UTIME_OMIT twice looks at nothing");
    is_err(syscall(SYS_utimensat, AT_FDCWD, NULL, NULL, 0), "EFAULT", "utimensat of no path");
    is_err(truncate("attr", -1), "EINVAL", "truncate to -1");
    is_err(truncate("d2", 0), "EISDIR", "truncate of a directory");
    is_ok(truncate("attr", 3), "truncate");
    is_num(lseek(fd, 0, SEEK_END), 3, "shortens");
    is_ok(ftruncate(fd, 6), "ftruncate");
    char buf[8] = "xxxxxxx";
    is_num(pread(fd, buf, 8, 0), 6, "lengthens");
    is_true(!memcmp(buf, "123\0\0\0", 6), "with zeroes");
    is_err(ftruncate(0x7fff, 0), "EBADF", "ftruncate of what is closed");
    close(fd);
    fd = must(open("attr", O_RDONLY));
    is_err(ftruncate(fd, 0), "EINVAL", "ftruncate of what is open for reading");
    close(fd);
    is_err(access("attr", 8), "EINVAL", "access with an unknown mode");
    umask(077);
    must(close(must(open("masked", O_CREAT | O_RDWR, 0666))));
    must(stat("masked", &st));
    is_num(st.st_mode & 0777, 0600, "umask");
    is_num(umask(022), 077, "umask gives the old one");
    if (syscall(SYS_getxattr, "attr", "user.x", buf, 8) == -1 && errno == EOPNOTSUPP)
        told_skip("no attribute user.x", "/tmp of this kernel knows no user attributes");
    else
        is_err(syscall(SYS_getxattr, "attr", "user.x", buf, 8), "ENODATA", "no attribute user.x");
    is_err(syscall(SYS_getxattr, "attr", "", buf, 8), "ERANGE", "an attribute without a name");
}

static void devices(void)
{
    char buf[4096];
    int fd = must(open("/dev/zero", O_RDWR));
    struct stat st;
    memset(buf, 1, sizeof buf);
    is_num(read(fd, buf, sizeof buf), sizeof buf, "/dev/zero gives what is asked");
    is_true(!buf[0] && !buf[4095], "zeroes");
    must(fstat(fd, &st));
    is_true(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 5), "is character device 1:5");
    char *p = mmap(NULL, PG, RW, MAP_PRIVATE, fd, 0);
    is_true(p != MAP_FAILED && !*p, "and can be mapped");
    close(fd);
    fd = must(open("/dev/null", O_RDWR));
    is_num(write(fd, buf, 100), 100, "/dev/null takes all");
    is_num(read(fd, buf, 100), 0, "and has nothing");
    is_num(lseek(fd, 55, SEEK_SET), 0, "its position is 0");
    is_err(mmap(NULL, PG, PROT_READ, MAP_PRIVATE, fd, 0), "ENODEV", "it cannot be mapped");
    close(fd);
    fd = must(open("/dev/full", O_RDWR));
    is_err(write(fd, buf, 1), "ENOSPC", "/dev/full is full");
    close(fd);
    if (access("/dev/stdin", F_OK) && errno == ENOENT)
        told_skip("/dev/stdin", "nobody made the links of /dev here");
    else
        is_str(target("/dev/stdin"), "/proc/self/fd/0", "/dev/stdin");
    is_err(open("/proc/self/status", O_WRONLY), "ok", "root may open a read-only file of /proc for writing");
    is_err(mkdir("/proc/x", 0700), "ENOENT", "nothing can be made in /proc");
    is_err(unlink("/proc/version"), "EPERM", "nor removed");
}

/* RENAME_WHITEOUT: what overlayfs leaves where a file of the layer below is to be hidden. */
static void whiteouts(void)
{
    struct stat st;
    long r;

    close(must(open("w1", O_CREAT | O_RDWR, 0600)));
    r = renameat2(AT_FDCWD, "w1", AT_FDCWD, "w2", RENAME_WHITEOUT);
    if (r && errno == EINVAL) {
        unlink("w1");
        told_skip("RENAME_WHITEOUT", "not on this file system");
        return;
    }
    is_ok(r, "RENAME_WHITEOUT");
    must(stat("w1", &st));
    is_true(S_ISCHR(st.st_mode) && !st.st_rdev && !(st.st_mode & 07777), "leaves device 0:0, for nobody");
    must(stat("w2", &st));
    is_true(S_ISREG(st.st_mode), "the file is at the new name");
    is_err(renameat2(AT_FDCWD, "w2", AT_FDCWD, "w1", RENAME_WHITEOUT | RENAME_EXCHANGE), "EINVAL",
           "it exchanges nothing");
    is_err(renameat2(AT_FDCWD, "w2", AT_FDCWD, "w1", RENAME_WHITEOUT | RENAME_NOREPLACE), "EEXIST",
           "the whiteout is something");
    is_ok(renameat2(AT_FDCWD, "w2", AT_FDCWD, "w1", RENAME_WHITEOUT), "that is replaced");
    is_true(!stat("w2", &st) && S_ISCHR(st.st_mode), "and leaves the next");
    is_ok(unlink("w2"), "which is removed like any");
    must(unlink("w1"));
}

int main(void)
{
    must(mkdtemp(dir));
    must(chdir(dir));
    opening();
    whiteouts();
    links();
    directories();
    renaming();
    attributes();
    devices();
    fflush(stdout);
    if (!fork()) {
        char cmd[64];
        snprintf(cmd, sizeof cmd, "%s", dir);
        execl("/bin/rm", "rm", "-rf", cmd, NULL);
        _exit(0);
    }
    wait(NULL);
    return done();
}
