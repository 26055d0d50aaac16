/* proc_mqueue.c - POSIX message queues: names, sizes, priorities, waiting, notification, polling. */
#include "probe.h"
#include <mqueue.h>
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>

static char name[64], other[64];
static volatile sig_atomic_t told, told_code, told_value, told_pid;

static void on_signal(int sig, siginfo_t *si, void *uc)
{
    told++;
    told_code = si->si_code;
    told_value = si->si_value.sival_int;
    told_pid = si->si_pid;
}

/* The calls themselves: the library takes the / off. */
static long open_raw(const char *n, int flags, unsigned mode, const void *attr)
{
    return syscall(SYS_mq_open, n, flags, mode, attr);
}
static long curmsgs(int q)
{
    struct mq_attr a;

    return mq_getattr(q, &a) ? -1 : a.mq_curmsgs;
}
static const char *receive(int q, unsigned *prio)
{
    static char text[64];
    ssize_t n = mq_receive(q, text, sizeof(text), prio);

    text[n < 0 ? 0 : n] = 0;
    return text;
}

int main(void)
{
    struct mq_attr attr = {.mq_maxmsg = 3, .mq_msgsize = 32}, got;
    struct timespec past = {1, 0}, bad = {0, 1000000000};
    struct stat st;
    unsigned prio = 0;
    char text[256] = "";
    int s;

    snprintf(name, sizeof(name), "/probe-mq-%d", getpid());
    snprintf(other, sizeof(other), "/probe-mq2-%d", getpid());
    umask(022);
    int q = (int)open_raw(name + 1, O_RDWR | O_CREAT | O_EXCL, 0666, &attr);
    if (q < 0 && errno == ENOSYS) {
        told_skip("message queues", "this kernel has none");
        return done();
    }
    is_true(q >= 0, "a queue is made");
    is_num(fcntl(q, F_GETFD), FD_CLOEXEC, "its descriptor is close-on-exec");
    is_true(!fstat(q, &st) && st.st_mode == (S_IFREG | 0644) && st.st_size == 80,
            "it looks like a file of 80 bytes");
    is_err(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr), "EEXIST", "once");
    is_err(mq_open(other, O_RDWR), "ENOENT", "another is not there");
    is_err(open_raw("a/b", O_RDWR | O_CREAT, 0600, NULL), "EACCES", "there are no directories");
    is_err(open_raw("..", O_RDWR, 0, NULL), "EACCES", "nor ..");
    is_err(open_raw("", O_RDWR, 0, NULL), "ENOENT", "an empty name");
    is_err(open_raw((char *)16, O_RDWR, 0, NULL), "EFAULT", "a wild name");
    is_err(open_raw(name + 1, O_RDWR, 0, (void *)16), "EFAULT", "wild attributes");
    is_err(open_raw(name + 1, 3, 0, NULL), "EINVAL", "neither reading nor writing");
    memset(text, 'x', 256 - 1);
    is_err(open_raw(text, O_RDWR, 0, NULL), "ENOENT", "the longest name");
    is_err(mq_open(other, O_RDWR | O_CREAT, 0600, &(struct mq_attr){.mq_maxmsg = 0, .mq_msgsize = 1}),
           "EINVAL", "no messages");
    is_err(mq_open(other, O_RDWR | O_CREAT, 0600, &(struct mq_attr){.mq_maxmsg = 1, .mq_msgsize = -1}),
           "EINVAL", "a size below 0");
    is_err(mq_open(other, O_RDWR | O_CREAT, 0600, &(struct mq_attr){.mq_maxmsg = 65537, .mq_msgsize = 1}),
           "EINVAL", "too many messages for anybody");
    setrlimit(RLIMIT_MSGQUEUE, &(struct rlimit){50000, 819200});
    is_err(mq_open(other, O_RDWR | O_CREAT, 0600, NULL), "EMFILE", "more bytes than RLIMIT_MSGQUEUE");
    setrlimit(RLIMIT_MSGQUEUE, &(struct rlimit){819200, 819200});

    mq_getattr(q, &got);
    is_true(got.mq_maxmsg == 3 && got.mq_msgsize == 32 && !got.mq_curmsgs && !got.mq_flags,
            "attributes are what was asked for");
    is_ok(mq_send(q, "low", 3, 1), "a message");
    is_ok(mq_send(q, "high", 4, 9), "a more important one");
    is_ok(mq_send(q, "", 0, 1), "an empty one");
    is_num(curmsgs(q), 3, "three are there");
    is_err(mq_timedsend(q, "x", 1, 0, &past), "ETIMEDOUT", "no room: a time that has passed");
    is_err(mq_timedsend(q, "x", 1, 0, &bad), "EINVAL", "a time that is none");
    is_err(syscall(SYS_mq_timedsend, q, "x", 1, 0, (void *)16), "EFAULT", "a wild time");
    is_err(mq_send(q, "x", 1, 32768), "EINVAL", "the priority is below 32768");
    is_err(mq_send(q, text, 33, 0), "EMSGSIZE", "a message that is too long");
    is_err(mq_send(q, (char *)16, 4, 0), "EFAULT", "a wild message");
    is_err(mq_send(0, "x", 1, 0), "EBADF", "no queue");
    is_err(mq_receive(q, text, 31, NULL), "EMSGSIZE", "room for less than the longest message");
    int rd = mq_open(name, O_RDONLY | O_NONBLOCK), wr = mq_open(name, O_WRONLY | O_NONBLOCK);
    is_err(mq_send(rd, "x", 1, 0), "EBADF", "sending to what is open for reading");
    is_err(mq_receive(wr, text, 64, NULL), "EBADF", "receiving from what is open for writing");
    is_err(mq_send(wr, "x", 1, 0), "EAGAIN", "O_NONBLOCK: no room");
    is_num(poll(&(struct pollfd){.fd = q, .events = POLLIN | POLLOUT}, 1, 0), 1, "poll");
    struct pollfd pf = {.fd = q, .events = POLLIN | POLLOUT};
    poll(&pf, 1, 0);
    is_num(pf.revents, POLLIN, "a full queue can be read");
    is_str(receive(q, &prio), "high", "the most important comes first");
    is_num(prio, 9, "with its priority");
    poll(&pf, 1, 0);
    is_num(pf.revents, POLLIN | POLLOUT, "then it can be written, too");
    is_str(receive(q, &prio), "low", "then the older");
    is_num(mq_receive(q, text, 64, &prio), 0, "then the empty one");
    poll(&pf, 1, 0);
    is_num(pf.revents, POLLOUT, "an empty queue can be written");
    is_err(mq_receive(rd, text, 64, NULL), "EAGAIN", "O_NONBLOCK: no message");
    is_err(mq_timedreceive(q, text, 64, NULL, &past), "ETIMEDOUT", "no message: a time that has passed");
    mq_send(q, "abc", 3, 0);
    is_err(syscall(SYS_mq_timedreceive, q, (void *)16, 64, NULL, NULL), "EFAULT", "a message to nowhere");
    is_num(curmsgs(q), 0, "is lost");

    got.mq_flags = O_NONBLOCK;
    is_ok(mq_setattr(q, &got, NULL), "O_NONBLOCK can be set");
    is_true(fcntl(q, F_GETFL) & O_NONBLOCK, "and fcntl sees it");
    got.mq_flags = 1;
    is_err(mq_setattr(q, &got, NULL), "EINVAL", "nothing else");
    got.mq_flags = 0;
    mq_setattr(q, &got, NULL);
    is_err(syscall(SYS_mq_getsetattr, 0, NULL, &got), "EBADF", "attributes of no queue");

    if (!fork()) {
        usleep(30000);
        _exit(mq_send(q, "from the child", 14, 5));
    }
    is_str(receive(q, &prio), "from the child", "a message between processes");
    wait(&s);
    for (int i = 0; i < 3; i++)
        mq_send(q, "fill", 4, 0);
    if (!fork()) {
        usleep(30000);
        receive(q, NULL);
        _exit(0);
    }
    is_ok(mq_send(q, "waited", 6, 0), "a full queue: sending waits for room");
    wait(&s);
    for (int i = 0; i < 3; i++)
        receive(q, NULL);

    sigaction(SIGUSR1, &(struct sigaction){.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO}, NULL);
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77};
    is_ok(mq_notify(q, &ev), "a process asks to be told");
    is_err(mq_notify(q, &ev), "EBUSY", "only one");
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", q);
    is_true(readlink(link, text, sizeof(text) - 1) > 0 && !strncmp(text, name, strlen(name)),
            "/proc/self/fd tells the name");
    memset(text, 0, sizeof(text));
    is_true(pread(q, text, sizeof(text) - 1, 0) > 0 && strstr(text, "QSIZE:0 ") &&
                strstr(text, "NOTIFY:0 ") && strstr(text, "SIGNO:10 "),
            "reading the descriptor tells about it");
    mq_send(q, "ding", 4, 0);
    is_true(told == 1 && told_code == SI_MESGQ && told_value == 77 && told_pid == getpid(),
            "and is, with its value");
    mq_send(q, "dong", 4, 0);
    is_num(told, 1, "once");
    is_ok(mq_notify(q, &ev), "asking again");
    mq_send(q, "more", 4, 0);
    is_num(told, 1, "only the first message of an empty queue is told");
    is_ok(mq_notify(q, NULL), "asking no longer");
    is_ok(mq_notify(q, &(struct sigevent){.sigev_notify = SIGEV_NONE}), "asking not to be told");
    close(dup(q));
    is_ok(mq_notify(q, &ev), "ends when a descriptor of it is closed");
    mq_notify(q, NULL);
    ev.sigev_signo = 65;
    is_err(mq_notify(q, &ev), "EINVAL", "no such signal");
    ev.sigev_notify = 9;
    is_err(mq_notify(q, &ev), "EINVAL", "no such way");
    is_err(mq_notify(0, NULL), "EBADF", "of no queue");
    for (int i = 0; i < 3; i++)
        receive(q, NULL);

    int ep = epoll_create1(0);
    struct epoll_event ee = {.events = EPOLLIN | EPOLLET};
    epoll_ctl(ep, EPOLL_CTL_ADD, q, &ee);
    is_num(epoll_wait(ep, &ee, 1, 0), 0, "epoll: no message");
    mq_send(q, "x", 1, 0);
    is_num(epoll_wait(ep, &ee, 1, 0), 1, "a message");
    is_num(epoll_wait(ep, &ee, 1, 0), 0, "edge-triggered: told once");
    is_ok(mq_unlink(name), "unlinking");
    is_err(mq_unlink(name), "ENOENT", "once");
    is_err(mq_open(name, O_RDWR), "ENOENT", "the name is gone");
    is_str(receive(q, NULL), "x", "what is open stays");
    int again = mq_open(name, O_RDWR | O_CREAT, 0600, NULL);
    is_true(!mq_getattr(again, &got) && got.mq_maxmsg == 10 && got.mq_msgsize == 8192,
            "another of that name, as the system has them");
    mq_unlink(name);
    return done();
}
