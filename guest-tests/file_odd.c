/* file_odd.c - odd arguments of calls about files: commands of fcntl and ioctl, flags of preadv2, splice and openat2. */
#include "probe.h"
#include <linux/openat2.h>
#include <linux/random.h>
#include <linux/stat.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <time.h>

#define NO_SIGNAL 0x100 /* RWF_NOSIGNAL */

static volatile sig_atomic_t pipes_broken;

static void on_pipe(int sig)
{
    pipes_broken++;
}

static long open2(const char *path, unsigned long flags, unsigned long resolve)
{
    struct open_how how = {.flags = flags, .resolve = resolve};
    return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* Where a read ends that has nothing to give and nowhere to put it. */
static void reads_to_nowhere(void)
{
    static const char *const files[] = {"/proc/self/maps", "/proc/self/stat", "/proc/self/cmdline",
                                        "/proc/self/comm", "/proc/sys/kernel/ostype"};
    static char all[1 << 16];
    void *nowhere = (void *)16;
    int f = temp_file(0);

    is_num(read(f, nowhere, 10), 0, "a read at the end of a file to nowhere");
    is_num(pread(f, nowhere, 10, 5), 0, "and behind it");
    is_err(read(f, (void *)(1ul << 63), 10), "EFAULT", "but not to where the kernel is");
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        f = must(open(files[i], O_RDONLY));
        is_err(read(f, nowhere, 10), "EFAULT", "a file of the kernel's, to nowhere");
        is_true(read(f, all, 1) == 1, "it is all there still");
        while (read(f, all, sizeof(all)) > 0)
            ;
        is_num(read(f, nowhere, 10), 0, "until its end");
        close(f);
    }
    is_num(read(must(open("/dev/null", O_RDONLY)), nowhere, 10), 0, "/dev/null has nothing to put anywhere");
    is_err(read(must(open("/dev/zero", O_RDONLY)), nowhere, 10), "EFAULT", "/dev/zero has");
    is_err(pread(must(open("/proc/self/mem", O_RDONLY)), nowhere, 10, 0), "EIO", "memory that is not there");
}

/* Requests of /dev/random: what a terminal or a device without any is asked. */
static void random_devices(void)
{
    struct {
        int bits, size;
        char bytes[8];
    } more = {0, 8, "entropy"};
    int fd = must(open("/dev/urandom", O_RDWR)), null = must(open("/dev/null", O_RDWR)), n = 0;

    is_err(ioctl(fd, TCGETS, &n), "EINVAL", "/dev/urandom is no terminal");
    is_err(ioctl(null, TCGETS, &n), "ENOTTY", "nor is /dev/null");
    is_ok(ioctl(fd, RNDGETENTCNT, &n), "RNDGETENTCNT");
    is_num(n, 256, "the pool is full");
    is_err(ioctl(fd, RNDGETENTCNT, 16), "EFAULT", "to nowhere");
    if (!ioctl(fd, RNDADDENTROPY, &more) || errno != EPERM)
        is_ok(ioctl(fd, RNDADDENTROPY, &more), "RNDADDENTROPY");
    else
        return;
    more.bits = -1;
    is_err(ioctl(fd, RNDADDENTROPY, &more), "EINVAL", "less than none");
    is_err(ioctl(fd, RNDADDENTROPY, 16), "EFAULT", "from nowhere");
    is_err(ioctl(fd, RNDADDTOENTCNT, &more.bits), "EINVAL", "RNDADDTOENTCNT of less than none");
    if (!fork())
        _exit(setuid(65534) || ioctl(fd, RNDADDENTROPY, 16) != -1 || errno != EPERM);
    wait(&n);
    is_num(n, 0, "only root may");
}

int main(void)
{
    int f = temp_file(PG), p[2], q[2];
    loff_t below = -1;
    uint64_t hint = 2;
    uint32_t uids[2] = {7, 7};
    char c;
    struct iovec v = {&c, 1};
    struct statx stx;

    must(pipe(p));
    must(pipe(q));
    is_num(preadv2(p[0], &v, 1, -1, RWF_NOWAIT), -1, "RWF_NOWAIT of an empty pipe");
    is_true(errno == EAGAIN, "does not wait");
    must(write(p[1], "x", 1));
    is_num(preadv2(p[0], &v, 1, -1, RWF_NOWAIT), 1, "nor has to, of another");
    is_num(fcntl(p[0], F_GETFL) & O_NONBLOCK, 0, "the pipe waits as before");
    is_err(preadv2(p[0], &v, 1, -1, 1 << 20), "EOPNOTSUPP", "a flag that does not exist");
    is_err(vmsplice(p[0], &v, 1, SPLICE_F_NONBLOCK), "EAGAIN", "SPLICE_F_NONBLOCK of vmsplice");
    is_err(splice(f, &below, p[1], NULL, 1, 0), "EINVAL", "splice from below 0");
    if (since(6, 18)) {
        signal(SIGPIPE, on_pipe);
        close(q[0]);
        is_err(pwritev2(q[1], &v, 1, -1, NO_SIGNAL), "EPIPE", "RWF_NOSIGNAL: nobody reads");
        is_num(pipes_broken, 0, "and no signal says so");
        is_err(pwritev2(q[1], &v, 1, -1, 0), "EPIPE", "without it");
        is_num(pipes_broken, 1, "one does");
    } else {
        told_skip("RWF_NOSIGNAL", "since Linux 6.18");
    }

    is_ok(fcntl(f, 1036 /* F_SET_RW_HINT */, &hint), "a hint how long data will live");
    hint = 0;
    is_true(!fcntl(f, 1035 /* F_GET_RW_HINT */, &hint) && hint == 2, "is kept");
    hint = 6;
    is_err(fcntl(f, 1036, &hint), "EINVAL", "no such hint");
    is_err(fcntl(f, 1036, 16), "EFAULT", "a wild one");
    is_err(fcntl(f, F_SETLEASE, 5), "EINVAL", "a lease of no kind");
    is_err(fcntl(p[0], F_SETLEASE, F_RDLCK), "EINVAL", "a lease on a pipe");
    is_ok(fcntl(f, F_NOTIFY, 0), "to be told of nothing more can be asked of anything");
    is_err(fcntl(f, F_NOTIFY, DN_ACCESS), "ENOTDIR", "to be told of something of directories");
    is_err(fcntl(p[0], F_ADD_SEALS, F_SEAL_GROW), "EPERM", "seals want writing");
    is_err(fcntl(p[1], F_ADD_SEALS, F_SEAL_GROW), "EINVAL", "and a file in memory");
    is_true(!fcntl(p[0], 17 /* F_GETOWNER_UIDS */, uids) && !uids[0] && !uids[1],
            "nobody owns a pipe's signals");
    is_err(fcntl(p[0], 17, 16), "EFAULT", "and a wild place is one");
    is_err(open2("/proc/self/exe", O_RDONLY, RESOLVE_CACHED), "EAGAIN",
           "RESOLVE_CACHED goes through no magic link");
    is_true(!syscall(SYS_statx, AT_FDCWD, "/proc", 0, STATX_BASIC_STATS, &stx) &&
                stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT && stx.stx_attributes & STATX_ATTR_MOUNT_ROOT,
            "statx: the root of what is mounted");
    is_true(!syscall(SYS_statx, AT_FDCWD, "/proc/self", 0, STATX_BASIC_STATS, &stx) &&
                !(stx.stx_attributes & STATX_ATTR_MOUNT_ROOT),
            "what lies in it is none");
    is_err(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &(struct timespec){0, 1}, NULL),
           "EOPNOTSUPP", "nobody sleeps by a thread's own clock");
    reads_to_nowhere();
    random_devices();
    return done();
}
