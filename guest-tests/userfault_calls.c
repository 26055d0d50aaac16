/*
 * userfault_calls.c - userfaultfd: what the kernel does when a system call meets a page that is watched: it waits for it,
 * as the program itself does.
 */
#include "userfault.h"
#include <linux/futex.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/uio.h>

static void reads(void)
{
    int p[2], file = temp_file(3 * PG), s[2];
    char *q = watched(4);
    struct iovec v[2] = {{q + PG - 2, 2}, {q + 2 * PG, 3}};

    must(pipe(p));
    must(write(p[1], "abcdef", 6));
    is_num(read(p[0], q + PG - 3, 6), 6, "a read into two missing pages");
    is_true(!memcmp(q + PG - 3, "abcdef", 6), "brings its bytes");
    is_true(q[0] == 'P' && q[PG + 4] == 'P', "into what the other thread brought");
    is_true(faults == 2 && where[0] == (uintptr_t)q && where[1] == (uintptr_t)q + PG,
            "which was asked in order");
    is_true(flags[0] == UFFD_PAGEFAULT_FLAG_WRITE, "for a write");
    is_num(read(p[0], q, 0), 0, "nothing to read asks for nothing");

    q = watched(4);
    must(write(p[1], "abcde", 5));
    v[0].iov_base = q + PG - 2;
    v[1].iov_base = q + 2 * PG;
    is_num(readv(p[0], v, 2), 5, "readv");
    is_true(!memcmp(q + PG - 2, "ab", 2) && !memcmp(q + 2 * PG, "cde", 3) && faults == 2, "two pieces");

    q = watched(4);
    is_num(read(file, q + 100, 3 * PG), 3 * PG, "a file");
    is_true(q[100] == 'a' && q[PG + 100] == 'b' && q[3 * PG] == 'c' && q[0] == 'P' && q[3 * PG + 200] == 'P',
            "all of it, between what was there");
    is_true(faults == 4, "in four pages");
    is_num(lseek(file, 0, SEEK_CUR), 3 * PG, "its position moved once");
    q = watched(4);
    is_num(pread(file, q, 4 * PG, 2 * PG), PG, "a read past the end");
    is_num(faults, 1, "touches only what it fills");

    q = watched(1);
    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    must(send(s[0], "datagram", 8, 0));
    is_num(recv(s[1], q, 100, 0), 8, "a datagram");
    is_true(!memcmp(q, "datagram", 8) && faults == 1, "comes");
}

static void writes(void)
{
    int p[2], file = temp_file(PG), flags_of = O_RDWR | O_APPEND;
    char *q = watched(3), got[64], path[64];

    must(pipe(p));
    is_num(write(p[1], q + PG - 3, 6), 6, "a write from two missing pages");
    is_true(read(p[0], got, 64) == 6 && !memcmp(got, "PPPPPP", 6), "writes what was brought, once");
    is_true(faults == 2 && !flags[0], "for a read");
    q = watched(3);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    int app = must(open(path, flags_of));
    is_num(write(app, q + 10, 2 * PG), 2 * PG, "appending to a file");
    is_num(lseek(app, 0, SEEK_END), 3 * PG, "makes it longer once");
    is_num(pwrite(file, watched(1), 5, 0), 5, "pwrite");
    is_true(pread(file, got, 6, 0) == 6 && !memcmp(got, "PPPPPa", 6), "in its place");
}

static void structures(void)
{
    char *q = watched(2);
    struct stat *st = (struct stat *)(q + PG - 20);
    struct timespec *ts;
    volatile uint32_t *word;

    is_ok(stat("/", st), "a structure over the end of a page");
    is_true(S_ISDIR(st->st_mode) && faults == 2, "is written whole");
    q = watched(1);
    memcpy(page, "/", 2);
    is_ok(access(q, F_OK), "a path is waited for");
    memset(page, 0, PG);
    ts = (struct timespec *)watched(1);
    is_ok(nanosleep(ts, NULL), "and a time");
    is_num(faults, 1, "once");
    word = (uint32_t *)watched(1);
    is_err(syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 5, NULL), "EAGAIN", "a futex word");
    is_true(faults == 1 && *word == 0, "which is 0");
    q = watched(1);
    is_num(getcwd(q, 64) == q, 1, "getcwd");
    is_true(q[0] == '/', "and what it says");
    memset(page, 'P', PG);
}

static void *later(void *arg)
{
    int *p = arg;

    usleep(20000);
    is_num(faults, 0, "a read that waits for data has not touched its buffer");
    must(write(p[1], "late", 4));
    return NULL;
}

static void waiting(void)
{
    char *q = watched(1);
    pthread_t th;
    int p[2];

    must(pipe(p));
    pthread_create(&th, NULL, later, p);
    is_num(read(p[0], q, 10), 4, "then it has");
    pthread_join(th, NULL);
    is_true(faults == 1 && !memcmp(q, "lateP", 5), "once");
}

static void protected(bool supported)
{
    char *q = pages(1, RW);
    struct uffdio_register r = {.range = {(uintptr_t)q, PG}, .mode = UFFDIO_REGISTER_MODE_WP};
    struct uffdio_writeprotect wp = {.range = {(uintptr_t)q, PG}, .mode = UFFDIO_WRITEPROTECT_MODE_WP};
    int p[2];

    if (!supported) {
        told_skip("a protected page", "this kernel write-protects no page for userfaultfd");
        return;
    }
    q[0] = 'o';
    must(pipe(p));
    must(write(p[1], "x", 1));
    must(ioctl(fd, UFFDIO_REGISTER, &r));
    must(ioctl(fd, UFFDIO_WRITEPROTECT, &wp));
    faults = 0;
    is_num(write(p[1], q, 1), 1, "a protected page can be written from");
    is_num(faults, 0, "without anybody being asked");
    is_num(read(p[0], q, 1), 1, "a read into it");
    is_true(faults == 1 && flags[0] == (UFFD_PAGEFAULT_FLAG_WP | UFFD_PAGEFAULT_FLAG_WRITE) && q[0] == 'x',
            "waits until the protection goes");
}

static void signals(void)
{
    struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_SIGBUS};
    int own = must(syscall(SYS_userfaultfd, O_CLOEXEC)), p[2];
    char *q = pages(2, RW);
    struct uffdio_register r = {.range = {(uintptr_t)q + PG, PG}, .mode = UFFDIO_REGISTER_MODE_MISSING};

    must(ioctl(own, UFFDIO_API, &api));
    must(ioctl(own, UFFDIO_REGISTER, &r));
    must(pipe(p));
    must(write(p[1], "abc", 3));
    is_err(read(p[0], q + PG, 1), "EFAULT", "UFFD_FEATURE_SIGBUS: a call does not wait");
}

int main(void)
{
    uint64_t features;

    if (!start_bringing(&features)) {
        told_skip("calls wait for pages", "userfaultfd needs CAP_SYS_PTRACE");
        return done();
    }
    reads();
    writes();
    structures();
    waiting();
    protected(features & UFFD_FEATURE_PAGEFAULT_FLAG_WP);
    signals();
    stop_bringing();
    return done();
}
