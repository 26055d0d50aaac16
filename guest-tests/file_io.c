/* file_io.c - bytes through descriptors: read and write in all forms, pipes, polling, locks, copies inside the kernel. */
#include "probe.h"
#include <linux/fs.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>

static char big[1 << 20], back[1 << 20];

static int temp(const char *text)
{
    char name[] = "/tmp/file_io.XXXXXX";
    int fd = must(mkstemp(name));
    unlink(name);
    must(pwrite(fd, text, strlen(text), 0));
    return fd;
}
static void ignore(int sig)
{
}

static void reading(void)
{
    int fd = temp("0123456789");
    char *edge = pages(2, RW), a[4], b[8];
    must(munmap(edge + PG, PG));
    is_num(read(fd, edge + PG - 4, 8), 4, "read stops where memory ends");
    is_num(lseek(fd, 0, SEEK_CUR), 4, "and the position with it");
    is_err(read(fd, edge + PG, 1), "EFAULT", "read to nothing mapped");
    is_err(read(fd, (void *)0x800000000000, 1), "EFAULT", "read beyond user space");
    is_err(read(fd, (void *)-8l, 16), "EFAULT", "read over the end of the address space");
    is_num(read(fd, NULL, 0), 0, "read of nothing");
    is_num(lseek(fd, 0, SEEK_END), 10, "SEEK_END");
    is_num(read(fd, edge + PG, 8), 0, "at the end of file memory is not looked at");
    is_err(lseek(fd, -1, SEEK_SET), "EINVAL", "lseek before the start");
    is_err(lseek(fd, 0, 9), "EINVAL", "an unknown whence");
    is_err(lseek(fd, 20, SEEK_DATA), "ENXIO", "SEEK_DATA past the end");
    is_num(lseek(fd, 0, SEEK_HOLE), 10, "the hole at the end");
    is_num(lseek(fd, 100, SEEK_SET), 100, "lseek past the end");
    is_num(write(fd, "x", 1), 1, "write there");
    is_num(pread(fd, b, 8, 8), 8, "leaves a hole");
    is_true(!memcmp(b, "89\0\0\0\0\0\0", 8), "of zeroes");
    is_err(pread(fd, b, 1, -1), "EINVAL", "pread at -1");
    is_err(syscall(SYS_pread64, fd, 1ul << 63, 1, 0), "EFAULT", "and to where no program has memory");
    is_err(pwrite(fd, b, 1, INT64_MAX), "EINVAL", "pwrite at the largest offset");

    struct iovec v[3] = {{a, 4}, {NULL, 0}, {b, 8}};
    lseek(fd, 0, SEEK_SET);
    is_num(readv(fd, v, 3), 12, "readv over three pieces");
    is_true(!memcmp(a, "0123", 4) && !memcmp(b, "456789", 6), "in order");
    is_err(readv(fd, v, 1025), "EINVAL", "1025 pieces");
    is_err(readv(fd, v, -1), "EINVAL", "-1 pieces");
    is_err(readv(fd, (void *)8, 1), "EFAULT", "pieces at a bad address");
    v[2].iov_len = -1;
    is_err(readv(fd, v, 3), "EINVAL", "a negative length");
    is_num(readv(fd, v, 0), 0, "no pieces");
    v[2].iov_base = edge + PG;
    v[2].iov_len = 4;
    is_num(preadv(fd, v, 3, 0), 4, "preadv stops at a bad piece");
    is_err(preadv(fd, v, 1, -1), "EINVAL", "preadv at -1");
    is_err(preadv2(fd, v, 1, 0, 0x8000), "EOPNOTSUPP", "preadv2 with an unknown flag");
    is_num(pwritev2(fd, v, 1, 0, RWF_APPEND), 4, "RWF_APPEND");
    is_num(lseek(fd, 0, SEEK_END), 105, "appends");
    is_err(write(fd, edge + PG, 4), "EFAULT", "write from nothing mapped");
    is_num(pwrite(fd, edge + PG - 2, 4, 0), 2, "write stops where memory ends");
    close(fd);

    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i * 7 + (i >> 9));
    fd = temp("");
    is_num(write(fd, big, sizeof big), sizeof big, "write of 1 MiB");
    is_num(pread(fd, back, sizeof back, 0), sizeof back, "and back");
    is_true(!memcmp(big, back, sizeof big), "the same bytes");
    char *m = must(mmap(NULL, sizeof big, RW, MAP_SHARED, fd, 0));
    m[5000] = 'M';
    must(pwrite(fd, "W", 1, 6000));
    must(pread(fd, back, sizeof back, 0));
    is_true(back[5000] == 'M' && m[6000] == 'W', "a shared mapping, read and write see the same bytes");
    must(ftruncate(fd, 5000));
    is_true(m[4999] == big[4999] && !m[5000] && !m[6000], "truncated: zeroes to the end of the page");

    struct rlimit lim, old;
    getrlimit(RLIMIT_FSIZE, &old);
    lim = old;
    lim.rlim_cur = 8192;
    setrlimit(RLIMIT_FSIZE, &lim);
    signal(SIGXFSZ, SIG_IGN);
    is_num(pwrite(fd, big, 8192, 4096), 4096, "RLIMIT_FSIZE cuts a write");
    is_err(pwrite(fd, big, 1, 8192), "EFBIG", "and refuses one");
    is_err(ftruncate(fd, 9000), "EFBIG", "and ftruncate");
    setrlimit(RLIMIT_FSIZE, &old);
    is_err(fallocate(fd, 0, 0, 0), "EINVAL", "fallocate of nothing");
    is_ok(fallocate(fd, 0, 0, 20000), "fallocate");
    is_num(lseek(fd, 0, SEEK_END), 20000, "lengthens");
    is_err(fallocate(fd, 2, 0, 4096), "EOPNOTSUPP", "PUNCH_HOLE without KEEP_SIZE");
    is_ok(fallocate(fd, 3, 0, 4096), "a hole is punched");
    is_num(pread(fd, back, 1, 100) == 1 && !back[0], 1, "zeroes");
    close(fd);
}

static void piping(void)
{
    int p[2], q[2], n;
    is_err(pipe2(p, 0x8000000), "EINVAL", "pipe2 with an unknown flag");
    is_err(pipe((int *)8), "EFAULT", "pipe to a bad address");
    must(pipe2(p, O_NONBLOCK));
    is_err(read(p[0], back, 1), "EAGAIN", "an empty pipe");
    is_err(lseek(p[0], 0, SEEK_SET), "ESPIPE", "lseek of a pipe");
    is_err(pread(p[0], back, 1, 0), "ESPIPE", "pread of a pipe");
    is_err(read(p[1], back, 1), "EBADF", "read of the writing end");
    is_num(write(p[1], big, 100000), 65536, "a pipe holds 65536 bytes");
    is_err(write(p[1], big, 1), "EAGAIN", "then it is full");
    is_num(read(p[0], back, 100), 100, "read some");
    is_err(write(p[1], big, 1), "EAGAIN", "still no free page");
    is_num(read(p[0], back, 4000), 4000, "read the rest of a page");
    is_num(write(p[1], big, 5000), 4096, "one page is free");
    is_num(fcntl(p[0], F_GETPIPE_SZ), 65536, "F_GETPIPE_SZ");
    is_err(fcntl(p[0], F_SETPIPE_SZ, 4096), "EBUSY", "too full to shrink");
    while (read(p[0], back, sizeof back) > 0)
        ;
    is_num(fcntl(p[0], F_SETPIPE_SZ, 5000), 8192, "F_SETPIPE_SZ rounds up");
    for (n = 0; write(p[1], big, 3000) == 3000; n++)
        ;
    is_num(n, 2, "two writes of 3000 fill two pages");
    must(ioctl(p[0], FIONREAD, &n));
    is_num(n, 6000, "FIONREAD");
    close(p[1]);
    is_num(read(p[0], back, sizeof back), 6000, "what was written before the close");
    is_num(read(p[0], back, 1), 0, "then end of file");
    close(p[0]);

    must(pipe(p));
    close(p[0]);
    signal(SIGPIPE, SIG_IGN);
    is_err(write(p[1], "x", 1), "EPIPE", "a pipe without a reader");
    close(p[1]);
    must(pipe2(p, O_DIRECT));
    must(write(p[1], "one", 3));
    must(write(p[1], "three", 5));
    is_num(read(p[0], back, 100), 3, "O_DIRECT keeps packets apart");
    is_num(read(p[0], back, 2), 2, "and drops the rest");
    close(p[0]);
    close(p[1]);

    must(pipe(p));
    must(pipe(q));
    if (!fork()) {
        size_t got = 0;
        close(p[1]);
        for (ssize_t r; (r = read(p[0], back, 10000)) > 0;)
            got += (size_t)r;
        _exit(got == sizeof big && write(q[1], "k", 1) == 1 ? 0 : 1);
    }
    close(p[0]);
    is_num(write(p[1], big, sizeof big), sizeof big, "a blocking write goes on as a reader makes room");
    close(p[1]);
    is_num(read(q[0], back, 1), 1, "the child got it all");
    wait(NULL);

    int fd = temp("from a file");
    off_t off = 5;
    is_num(sendfile(q[1], fd, &off, 100), 6, "sendfile to a pipe");
    is_num(off, 11, "tells the new offset");
    is_num(lseek(fd, 0, SEEK_CUR), 0, "and leaves the position");
    is_num(read(q[0], back, 100), 6, "the bytes are there");
    is_num(splice(fd, NULL, q[1], NULL, 4, 0), 4, "splice from a file");
    is_err(splice(fd, NULL, fd, NULL, 4, 0), "EINVAL", "splice without a pipe");
    is_err(splice(q[0], &off, fd, NULL, 4, 0), "ESPIPE", "splice with an offset in a pipe");
    int fd2 = temp("");
    is_num(copy_file_range(fd, &(off_t){0}, fd2, NULL, 100, 0), 11, "copy_file_range");
    is_err(copy_file_range(fd, &(off_t){0}, fd, &(off_t){2}, 5, 0), "EINVAL", "onto itself");
    is_err(copy_file_range(fd, NULL, fd2, NULL, 5, 1), "EINVAL", "with an unknown flag");
    is_err(copy_file_range(q[0], NULL, fd2, NULL, 5, 0), "EINVAL", "from a pipe");
    is_err(ioctl(fd2, FICLONE, q[0]), "EXDEV", "FICLONE");
    is_err(ioctl(q[1], FICLONE, fd), "EXDEV", "to a pipe");
    is_err(ioctl(fd2, FICLONE, -1), "EBADF", "of nothing");
    must(fcntl(fd2, F_SETFL, O_APPEND));
    is_err(ioctl(fd2, FICLONE, fd), "EBADF", "to what is only added to");
    must(fcntl(fd2, F_SETFL, 0));
    is_err(ioctl(fd2, FICLONERANGE, NULL), "EFAULT", "FICLONERANGE from nowhere");
    must(pipe(p));
    is_num(tee(q[0], p[1], 100, 0), 4, "tee");
    is_num(splice(q[0], NULL, fd2, NULL, 100, 0), 4, "splice to a file after tee");
    is_num(read(p[0], back, 100), 4, "tee's copy is there");
}

static void polling(void)
{
    int p[2], n;
    struct pollfd f[2];
    fd_set in;
    must(pipe(p));
    f[0] = (struct pollfd){p[0], POLLIN, 0};
    f[1] = (struct pollfd){p[1], POLLOUT, 0};
    is_num(poll(f, 2, 0), 1, "poll of an empty pipe");
    is_true(!f[0].revents && f[1].revents == POLLOUT, "may be written");
    write(p[1], "x", 1);
    is_num(poll(f, 1, -1), 1, "then read");
    close(p[1]);
    poll(f, 2, 0);
    is_true(f[0].revents == (POLLIN | POLLHUP) && f[1].revents == POLLNVAL, "POLLHUP and POLLNVAL");
    f[0].fd = -5;
    is_num(poll(f, 1, 0), 0, "negative descriptors are passed over");
    is_err(poll((void *)8, 1, 0), "EFAULT", "poll at a bad address");
    struct timespec ts = {0, 1000000000};
    is_err(ppoll(f, 1, &ts, NULL), "EINVAL", "ppoll with a nanosecond too many");
    FD_ZERO(&in);
    FD_SET(p[0], &in);
    struct timeval tv = {1, 0};
    is_num(select(p[0] + 1, &in, NULL, NULL, &tv), 1, "select");
    is_err(select(-1, NULL, NULL, NULL, NULL), "EINVAL", "select of -1");
    FD_SET(p[1], &in);
    is_err(select(p[1] + 1, &in, NULL, NULL, &tv), "EBADF", "select of what is closed");
    struct timespec t0, t1;
    clock_gettime(CLOCK_MONOTONIC, &t0);
    is_num(poll(NULL, 0, 20), 0, "poll sleeps");
    clock_gettime(CLOCK_MONOTONIC, &t1);
    is_true((t1.tv_sec - t0.tv_sec) * 1000000000l + t1.tv_nsec - t0.tv_nsec >= 20000000, "for its time");
    close(p[0]);

    int ev = must(eventfd(2, EFD_NONBLOCK)), ep = must(epoll_create1(0)), fd = temp("");
    uint64_t v = 0;
    struct epoll_event e = {EPOLLIN | EPOLLET, {.u64 = 7}}, got[4];
    is_err(epoll_create(0), "EINVAL", "epoll_create of 0");
    is_err(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e), "EPERM", "a regular file cannot be watched");
    is_err(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &e), "EINVAL", "nor epoll itself");
    is_err(epoll_ctl(ep, EPOLL_CTL_MOD, ev, &e), "ENOENT", "MOD of what is not watched");
    is_err(epoll_ctl(ev, EPOLL_CTL_ADD, ep, &e), "EINVAL", "ctl of what is no epoll");
    is_ok(epoll_ctl(ep, EPOLL_CTL_ADD, ev, &e), "ADD");
    is_err(epoll_ctl(ep, EPOLL_CTL_ADD, ev, &e), "EEXIST", "ADD again");
    is_err(epoll_ctl(ep, 9, ev, &e), "EINVAL", "an unknown operation");
    is_num(epoll_wait(ep, got, 4, 0), 1, "ready at once");
    is_num((long)got[0].data.u64, 7, "with its data");
    is_num(epoll_wait(ep, got, 4, 0), 0, "edge: once");
    write(ev, &(uint64_t){1}, 8);
    is_num(epoll_wait(ep, got, 4, 0), 1, "again after a write");
    read(ev, &v, 8);
    is_num((long)v, 3, "an eventfd adds up");
    is_err(read(ev, &v, 8), "EAGAIN", "and is empty then");
    is_err(write(ev, &(uint64_t){-1}, 8), "EINVAL", "-1 is no number to add");
    is_err(read(ev, &v, 4), "EINVAL", "4 bytes are too few");
    e.events = EPOLLIN | EPOLLONESHOT;
    must(epoll_ctl(ep, EPOLL_CTL_MOD, ev, &e));
    write(ev, &(uint64_t){1}, 8);
    is_num(epoll_wait(ep, got, 4, 0), 1, "one shot");
    write(ev, &(uint64_t){1}, 8);
    is_num(epoll_wait(ep, got, 4, 0), 0, "is over");
    e.events = EPOLLIN;
    must(epoll_ctl(ep, EPOLL_CTL_MOD, ev, &e));
    is_num(syscall(SYS_epoll_pwait2, ep, got, 4, NULL, NULL, 8), 1, "epoll_pwait2 without a limit of time");
    is_err(syscall(SYS_epoll_pwait2, ep, got, 4, (void *)16, NULL, 8), "EFAULT", "with one that is nowhere");
    is_err(epoll_wait(ep, got, 0, 0), "EINVAL", "epoll_wait for 0 events");
    close(ev);
    is_num(epoll_wait(ep, got, 4, 0), 0, "a closed file is forgotten");

    int tf = must(timerfd_create(CLOCK_MONOTONIC, 0));
    struct itimerspec its = {{0, 5000000}, {0, 5000000}}, left;
    is_ok(timerfd_settime(tf, 0, &its, NULL), "timerfd_settime");
    is_num(read(tf, &v, 8), 8, "read waits");
    is_true(v >= 1, "for an expiration");
    is_ok(timerfd_gettime(tf, &left), "timerfd_gettime");
    is_num(left.it_interval.tv_nsec, 5000000, "the interval");
    f[0] = (struct pollfd){tf, POLLIN, 0};
    is_num(poll(f, 1, 1000), 1, "poll waits for it");
    its.it_value.tv_nsec = 1000000000;
    is_err(timerfd_settime(tf, 0, &its, NULL), "EINVAL", "a nanosecond too many");
    is_err(timerfd_create(99, 0), "EINVAL", "an unknown clock");

    sigset_t set;
    struct signalfd_siginfo si;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int sf = must(signalfd(-1, &set, SFD_NONBLOCK));
    is_err(read(sf, &si, sizeof si), "EAGAIN", "no signal yet");
    raise(SIGUSR1);
    is_num(read(sf, &si, sizeof si), sizeof si, "a signal is read");
    is_true(si.ssi_signo == SIGUSR1 && (int)si.ssi_pid == getpid(), "with who sent it");
    sigprocmask(SIG_UNBLOCK, &set, NULL);

    struct sigaction sa = {.sa_handler = ignore};
    sigaction(SIGALRM, &sa, NULL);
    struct itimerval it = {{0, 0}, {0, 10000}};
    must(pipe(p));
    setitimer(ITIMER_REAL, &it, NULL);
    is_err(read(p[0], &n, 1), "EINTR", "a signal interrupts read");
    setitimer(ITIMER_REAL, &it, NULL);
    f[0] = (struct pollfd){p[0], POLLIN, 0};
    is_err(poll(f, 1, -1), "EINTR", "and poll");
}

static void locking(void)
{
    char name[] = "/tmp/file_io.XXXXXX";
    int fd = must(mkstemp(name)), fd2 = must(open(name, O_RDWR)), s;
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10};
    is_ok(fcntl(fd, F_SETLK, &l), "a record lock");
    is_ok(fcntl(fd2, F_SETLK, &l), "is the process's, not the descriptor's");
    if (!fork()) {
        struct flock k = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
        int r = fcntl(fd, F_GETLK, &k);
        _exit(!r && k.l_type == F_WRLCK && k.l_start == 10 && k.l_len == 10 && k.l_pid == getppid() ? 0 : 1);
    }
    wait(&s);
    is_num(s, 0, "F_GETLK shows another's lock");
    if (!fork())
        _exit(fcntl(fd, F_SETLK, &l) == -1 && errno == EAGAIN ? 0 : 1);
    wait(&s);
    is_num(s, 0, "F_SETLK refuses");
    close(fd2);
    if (!fork())
        _exit(fcntl(fd, F_SETLK, &l));
    wait(&s);
    is_num(s, 0, "closing any descriptor drops them all");
    l.l_whence = 7;
    is_err(fcntl(fd, F_SETLK, &l), "EINVAL", "an unknown whence");
    l = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = -1};
    is_err(fcntl(fd, F_SETLK, &l), "EINVAL", "before the start");
    fd2 = must(open(name, O_RDWR));
    l = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
    is_ok(fcntl(fd, F_OFD_SETLK, &l), "an open file description's lock");
    is_err(fcntl(fd2, F_OFD_SETLK, &l), "EAGAIN", "keeps off another description");
    close(fd);
    is_ok(fcntl(fd2, F_OFD_SETLK, &l), "until that is closed");
    fd = must(open(name, O_RDWR));
    is_ok(flock(fd, LOCK_EX), "flock");
    is_err(flock(fd2, LOCK_SH | LOCK_NB), "EAGAIN", "excludes");
    is_ok(flock(fd, LOCK_SH), "turned to shared");
    is_ok(flock(fd2, LOCK_SH | LOCK_NB), "it may be shared");
    is_err(flock(fd, 16), "EINVAL", "an unknown operation");
    unlink(name);
}

static void sockets(void)
{
    int s[2], r;
    struct sockaddr_un un = {AF_UNIX, "/tmp/file_io.sock"};
    char b[16];
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    is_num(write(s[0], "abc", 3), 3, "write to a socket");
    is_num(recv(s[1], b, 2, MSG_PEEK), 2, "MSG_PEEK");
    is_num(read(s[1], b, 16), 3, "leaves the bytes");
    is_err(recv(s[1], b, 1, MSG_DONTWAIT), "EAGAIN", "MSG_DONTWAIT");
    is_ok(shutdown(s[0], SHUT_WR), "shutdown");
    is_num(read(s[1], b, 16), 0, "the other end sees the end");
    is_err(send(s[0], "x", 1, MSG_NOSIGNAL), "EPIPE", "and this one EPIPE");
    is_err(lseek(s[0], 0, SEEK_SET), "ESPIPE", "lseek of a socket");
    close(s[0]);
    close(s[1]);
    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    must(send(s[0], "one", 3, 0));
    must(send(s[0], "", 0, 0));
    is_num(recv(s[1], b, 2, MSG_TRUNC), 3, "MSG_TRUNC tells the length");
    is_num(recv(s[1], b, 2, 0), 0, "an empty datagram");
    close(s[0]);
    is_err(send(s[1], "x", 1, MSG_NOSIGNAL), "ECONNREFUSED", "a datagram to nobody");
    is_err(socketpair(AF_INET, SOCK_STREAM, 0, s), "EOPNOTSUPP", "no pairs of AF_INET");
    is_err(socket(AF_UNIX, 99, 0), "EINVAL", "an unknown type");
    is_err(socket(99, SOCK_STREAM, 0), "EAFNOSUPPORT", "an unknown family");
    is_err(bind(0, (void *)&un, sizeof un), "ENOTSOCK", "bind of no socket");
    unlink(un.sun_path);
    int l = must(socket(AF_UNIX, SOCK_STREAM, 0)), c = must(socket(AF_UNIX, SOCK_STREAM, 0));
    is_err(connect(c, (void *)&un, sizeof un), "ENOENT", "connect to no name");
    is_err(listen(l, 1), "EINVAL", "listen without a name");
    is_ok(bind(l, (void *)&un, sizeof un), "bind to a path");
    is_err(connect(c, (void *)&un, sizeof un), "ECONNREFUSED", "connect where nobody listens");
    is_err(bind(c, (void *)&un, sizeof un), "EADDRINUSE", "bind to a taken path");
    is_ok(listen(l, 1), "listen");
    is_ok(connect(c, (void *)&un, sizeof un), "connect");
    is_err(connect(c, (void *)&un, sizeof un), "EISCONN", "connect twice");
    int a = accept(l, NULL, NULL);
    is_true(a >= 0, "accept");
    must(write(c, "hi", 2));
    is_num(read(a, b, 16), 2, "bytes go through");
    is_err(accept4(l, NULL, NULL, 0x1000), "EINVAL", "accept4 with an unknown flag");
    is_err(accept(c, NULL, NULL), "EINVAL", "accept of what does not listen");
    socklen_t n = sizeof r;
    is_ok(getsockopt(a, SOL_SOCKET, SO_TYPE, &r, &n), "SO_TYPE");
    is_num(r, SOCK_STREAM, "is the type");
    is_err(getsockopt(a, SOL_SOCKET, 9999, &r, &n), "ENOPROTOOPT", "an unknown option");
    unlink(un.sun_path);
}

int main(void)
{
    reading();
    piping();
    polling();
    locking();
    sockets();
    return done();
}
