/* file_status.c - what stat and statx tell of files that only the kernel makes. */
#include "probe.h"
#include <linux/stat.h>
#include <sys/sysmacros.h>

static const struct {
    const char *path;
    mode_t mode; /* 0: it depends */
    off_t size;
    blksize_t blksize;
} files[] = {
    {"/proc/self/maps", S_IFREG | 0444, 0, 1024},
    {"/proc/self/exe", S_IFLNK | 0777, 0, 1024},
    {"/proc/self/fd/1", 0, 64, 1024},
    {"/proc/self", S_IFLNK | 0777, 0, 1024},
    {"/proc/mounts", S_IFLNK | 0777, 11, 1024},
    {"/proc/net", S_IFLNK | 0777, 8, 1024},
    {"/proc/filesystems", S_IFREG | 0444, 0, 1024},
    {"/proc/sys/kernel", S_IFDIR | 0555, 0, 1024},
    {"/proc/sys/kernel/osrelease", S_IFREG | 0444, 0, 1024},
    {"/proc/sys/kernel/pid_max", S_IFREG | 0644, 0, 1024},
    {"/sys/devices/system/cpu", S_IFDIR | 0755, 0, 4096},
    {"/sys/devices/system/cpu/online", S_IFREG | 0444, 4096, 4096},
    {"/sys/devices/system/clocksource/clocksource0/current_clocksource", S_IFREG | 0644, 4096, 4096},
    {"/dev/pts", 0, 0, 1024},
};

/* What statx knows of fd when it is asked for `mask`. */
static unsigned known(int fd, unsigned mask)
{
    struct statx stx;

    return syscall(SYS_statx, fd, "", AT_EMPTY_PATH, mask, &stx) ? 0 : stx.stx_mask;
}

int main(void)
{
    char fact[100];
    int p[2], fd;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct stat st;

        if (lstat(files[i].path, &st)) {
            told_skip(files[i].path, "not there");
            continue;
        }
        snprintf(fact, sizeof fact, "%s: its size and that of its blocks", files[i].path);
        is_true(st.st_size == files[i].size && st.st_blksize == files[i].blksize && !st.st_blocks, fact);
        if (files[i].mode)
            is_num(st.st_mode, files[i].mode, "and its mode");
    }
    must(pipe(p));
    fd = must(memfd_create("", 0));
    is_true(!(known(fd, STATX_BASIC_STATS) & STATX_BTIME), "when a file was made is told only to who asks");
    is_true(known(fd, STATX_BTIME) & STATX_BTIME, "of tmpfs it is known");
    is_num(known(fd, STATX_MTIME) & STATX_BASIC_STATS, STATX_BASIC_STATS, "the basics come always");
    if (since(6, 13))
        is_num(known(fd, 0) & STATX_BASIC_STATS, STATX_BASIC_STATS & ~(STATX_MTIME | STATX_CTIME),
               "but for the times of changes");
    is_num(known(p[0], 0) & STATX_BASIC_STATS, STATX_BASIC_STATS, "and of a pipe these, too");
    is_true(!(known(p[0], STATX_BTIME) & STATX_BTIME), "of a pipe it is not");
    fd = must(open("/proc/self/maps", O_RDONLY));
    is_true(!(known(fd, STATX_BTIME) & STATX_BTIME), "nor of /proc");
    return done();
}
