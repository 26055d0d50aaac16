/*
 * file_part_bad.c - transfers whose memory ends before they do: what the result is, and what stays where it was.
 *
 * A pipe moves whole pages, a socket whole messages; what there was room for is in memory all the same.
 */
#include "probe.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>

static char *end; /* of a page; behind it is nothing */
static char big[9000], got[20000];

/* "EFAULT", or the number, and behind a slash what can still be read from fd. */
static const char *outcome(long r, int fd)
{
    static char text[64];
    int err = errno, left = -1;

    ioctl(fd, FIONREAD, &left);
    if (r < 0)
        snprintf(text, sizeof(text), "%s/%d", strerrorname_np(err), left);
    else
        snprintf(text, sizeof(text), "%ld/%d", r, left);
    return text;
}

static void drain(int fd)
{
    int left = 0;

    while (!ioctl(fd, FIONREAD, &left) && left)
        must(read(fd, got, sizeof(got)));
}

/* Messages of these sizes (0: no more) are there; the read wants `len` bytes where there is room for `room`. */
static void reads(int fd[2], int first, int second, size_t room, size_t len, const char *want,
                  const char *fact)
{
    memset(end - PG, '.', PG);
    must(write(fd[1], big, first));
    if (second)
        must(write(fd[1], big + first, second));
    must(poll(&(struct pollfd){.fd = fd[0], .events = POLLIN}, 1, -1));
    is_str(outcome(read(fd[0], end - room, len), fd[0]), want, fact);
}

static void writes(int fd[2], size_t have, size_t len, const char *want, const char *fact)
{
    drain(fd[0]);
    memcpy(end - PG, big, PG);
    is_str(outcome(write(fd[1], end - have, len), fd[0]), want, fact);
    drain(fd[0]);
}

static bool has(size_t room, size_t n)
{
    return !memcmp(end - room, big, n) && (n == room || end[n - room] == '.');
}

static void pipes(void)
{
    struct iovec v[2] = {{got, 3}, {end - 2, 9}};
    int p[2];

    must(pipe(p));
    reads(p, 6, 0, 3, 10, "EFAULT/6", "a pipe: 6 bytes, room for 3");
    is_true(has(3, 3), "which come nonetheless");
    is_num(read(p[0], got, 100), 6, "all 6 can be read");
    reads(p, 6, 0, 3, 3, "3/3", "3 that fit");
    drain(p[0]);
    reads(p, 3, 4096, 5, 5000, "3/4096", "a page behind another does not fit");
    is_true(has(5, 5), "though its beginning came");
    drain(p[0]);
    reads(p, 3, 4096, 2, 5000, "EFAULT/4099", "the first does not fit");
    drain(p[0]);
    reads(p, 9000, 0, 4096, 9000, "4096/4904", "a page fits");
    drain(p[0]);
    reads(p, 8, 0, 0, 10, "EFAULT/8", "no room at all");
    is_str(outcome(readv(p[0], v, 2), p[0]), "EFAULT/8",
           "readv into two places of which the second is short");
    is_true(!memcmp(got, big, 3) && !memcmp(end - 2, big + 3, 2), "fills both");
    drain(p[0]);
    is_str(outcome(read(p[0], end - 3, 0), p[0]), "0/0", "no bytes of no memory");

    writes(p, 5, 10, "EFAULT/0", "a write of 10 bytes, 5 are there");
    writes(p, 4096, 5000, "4096/4096", "a page is there");
    writes(p, 4095, 5000, "EFAULT/0", "less than one");
    must(write(p[1], "x", 1));
    memcpy(end - PG, big, PG);
    is_str(outcome(write(p[1], end - 5, 10), p[0]), "EFAULT/1", "behind another");
    is_str(outcome(write(p[1], end - PG, 5000), p[0]), "904/905", "what fits behind it is taken first");
    drain(p[0]);
    v[0] = (struct iovec){big, 5000};
    v[1] = (struct iovec){end - 5, 10};
    is_str(outcome(writev(p[1], v, 2), p[0]), "4096/4096", "writev takes the page");
    drain(p[0]);
    v[0].iov_len = 3;
    is_str(outcome(writev(p[1], v, 2), p[0]), "EFAULT/0", "and less than one not");
    close(p[0]);
    signal(SIGPIPE, SIG_IGN);
    is_err(write(p[1], end, 10), "EPIPE", "nobody reads: no byte is looked at");
    close(p[1]);
}

static void packets(void)
{
    int p[2];

    must(pipe2(p, O_DIRECT));
    reads(p, 6, 0, 3, 10, "EFAULT/6", "a packet: 6 bytes, room for 3");
    is_num(read(p[0], got, 100), 6, "all 6 can be read");
    reads(p, 6, 0, 3, 3, "3/0", "3 that fit, and the rest is lost");
    reads(p, 3, 3, 4, 10, "3/3", "one of two");
    drain(p[0]);
    writes(p, 5, 10, "EFAULT/0", "a write of 10 bytes as a packet, 5 are there");
    writes(p, 4096, 5000, "4096/4096", "a page of two");
    close(p[0]);
    close(p[1]);
}

static void streams(void)
{
    struct iovec v[2] = {{got, 3}, {end - 2, 9}};
    struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};
    int s[2];

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    reads(s, 6, 0, 3, 10, "EFAULT/6", "a socket: 6 bytes, room for 3");
    is_true(has(3, 3), "which come nonetheless");
    is_num(read(s[0], got, 100), 6, "all 6 can be read");
    reads(s, 6, 0, 3, 3, "3/3", "3 that fit");
    drain(s[0]);
    reads(s, 3, 3, 4, 10, "3/3", "one message of two");
    drain(s[0]);
    reads(s, 9000, 0, 4096, 9000, "EFAULT/9000", "a long one");
    drain(s[0]);
    must(write(s[1], big, 8));
    is_str(outcome(recv(s[0], end - 5, 10, 0), s[0]), "EFAULT/8", "recv");
    is_str(outcome(recv(s[0], end - 5, 10, MSG_PEEK), s[0]), "EFAULT/8", "to look at it");
    is_str(outcome(recvmsg(s[0], &m, 0), s[0]), "EFAULT/8", "recvmsg");
    is_str(outcome(recv(s[0], end - 5, 5, 0), s[0]), "5/3", "what fits");
    is_str(outcome(recvmsg(s[0], &m, 0), s[0]), "3/0", "and the rest");
    writes(s, 5, 10, "EFAULT/0", "a write of 10 bytes, 5 are there");
    writes(s, 4096, 5000, "EFAULT/0", "of 5000, a page");
    close(s[0]);
    close(s[1]);
}

static void datagrams(void)
{
    int s[2];

    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    reads(s, 6, 0, 3, 10, "EFAULT/0", "a datagram that does not fit is lost");
    is_true(has(3, 3), "its beginning came");
    reads(s, 6, 0, 3, 3, "3/0", "3 bytes of it that fit");
    reads(s, 3, 3, 4, 10, "3/3", "one of two");
    drain(s[0]);
    writes(s, 5, 10, "EFAULT/0", "a write of 10 bytes as a datagram, 5 are there");
    close(s[0]);
    close(s[1]);
}

static void tcp(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int l = must(socket(AF_INET, SOCK_STREAM, 0)), s[2];
    socklen_t n = sizeof(a);

    must(bind(l, (struct sockaddr *)&a, n));
    must(listen(l, 1));
    must(getsockname(l, (struct sockaddr *)&a, &n));
    s[1] = must(socket(AF_INET, SOCK_STREAM, 0));
    must(connect(s[1], (struct sockaddr *)&a, n));
    s[0] = must(accept(l, NULL, NULL));
    reads(s, 6, 0, 3, 10, "EFAULT/6", "TCP: 6 bytes, room for 3");
    is_true(has(3, 3), "which come nonetheless");
    is_num(read(s[0], got, 100), 6, "all 6 can be read");
    reads(s, 6, 0, 3, 3, "3/3", "3 that fit");
    drain(s[0]);
    writes(s, 5, 10, "EFAULT/0", "a write of 10 bytes, 5 are there");
    close(l);
    close(s[0]);
    close(s[1]);
}

static void events(void)
{
    int e = must(eventfd(5, EFD_NONBLOCK)), f, zero = must(open("/dev/zero", O_RDWR)),
        full = must(open("/dev/full", O_RDWR)), null = must(open("/dev/null", O_RDWR));
    sigset_t set;

    memset(end - PG, 0, PG);
    is_err(read(e, end - 5, 8), "EFAULT", "an eventfd: 8 bytes, room for 5");
    is_err(read(e, got, 8), "EAGAIN", "it was read all the same");
    is_err(write(e, end - 5, 8), "EFAULT", "a write to it");
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    must(sigprocmask(SIG_BLOCK, &set, NULL));
    f = must(signalfd(-1, &set, SFD_NONBLOCK));
    raise(SIGUSR1);
    raise(SIGUSR2);
    is_num(read(f, end - 130, 256), 128, "a signalfd: one signal of two fits");
    is_err(read(f, got, 256), "EAGAIN", "the other is lost");
    raise(SIGUSR1);
    is_err(read(f, end - 100, 128), "EFAULT", "none fits");
    f = must(inotify_init1(IN_NONBLOCK));
    must(inotify_add_watch(f, "/tmp", IN_OPEN));
    close(must(open("/tmp", O_RDONLY)));
    is_err(read(f, end - 10, 100), "EFAULT", "an event of inotify does not fit");
    is_num(read(zero, end - 5, 8), 5, "/dev/zero: what fits");
    is_num(write(null, end - 5, 8), 8, "/dev/null does not look at what it is given");
    is_num(write(null, end, 8), 8, "not even whether it is there");
    is_num(write(zero, end, 8), 8, "nor /dev/zero");
    is_err(write(full, end, 8), "ENOSPC", "nor /dev/full");
}

int main(void)
{
    end = pages(2, RW) + PG;
    must(munmap(end, PG));
    for (size_t i = 0; i < sizeof(big); i++)
        big[i] = 'a' + i % 23;
    pipes();
    packets();
    streams();
    datagrams();
    tcp();
    events();
    return done();
}
