/*
 * proc_mq_wait.c - who waits for messages of POSIX queues: a message is handed to one of them, notification by a
 * thread, and the netlink sockets that it goes through.
 */
#include "probe.h"
#include <linux/netlink.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

static char name[64];
static int q;
static volatile int got_by[4], order;
static volatile pid_t tid_of[4];

static void sleeps(volatile pid_t *tid)
{
    char path[64], text[512];

    while (!*tid)
        sched_yield();
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", *tid);
    for (;;) {
        int fd = open(path, O_RDONLY);
        ssize_t n = read(fd, text, sizeof(text) - 1);

        close(fd);
        text[n > 0 ? n : 0] = 0;
        if (strstr(text, ") S "))
            return;
        usleep(1000);
    }
}

/* Receives one message; which of them it was goes to got_by. */
static void *receiver(void *arg)
{
    long me = (long)arg;
    char text[32] = "";

    tid_of[me] = gettid();
    if (me == 2)
        setpriority(PRIO_PROCESS, 0, -5);
    if (mq_receive(q, text, sizeof(text), NULL) > 0)
        got_by[me] = text[0];
    return NULL;
}

static void *sender(void *arg)
{
    long me = (long)arg;

    tid_of[me] = gettid();
    mq_send(q, me == 1 ? "1" : "2", 1, 0);
    return NULL;
}

static long curmsgs(void)
{
    struct mq_attr a;

    return mq_getattr(q, &a) ? -1 : a.mq_curmsgs;
}

static void hands_over(void)
{
    pthread_t th[3];
    char text[32];

    for (long i = 0; i < 3; i++) {
        tid_of[i] = 0;
        pthread_create(&th[i], NULL, receiver, (void *)i);
        sleeps(&tid_of[i]);
    }
    mq_send(q, "a", 1, 0);
    is_num(curmsgs(), 0, "a message for which somebody waits is never seen on the queue");
    mq_send(q, "b", 1, 0);
    mq_send(q, "c", 1, 0);
    is_num(curmsgs(), 0, "nor are three for three");
    mq_send(q, "d", 1, 0);
    is_num(curmsgs(), 1, "the fourth is");
    for (int i = 0; i < 3; i++)
        pthread_join(th[i], NULL);
    is_num(got_by[2], 'a', "the most important thread has the first");
    is_true(got_by[0] == 'b' && got_by[1] == 'c', "the others by their age");
    is_true(mq_receive(q, text, sizeof(text), NULL) == 1 && text[0] == 'd', "the fourth is left");
}

static void takes_room(void)
{
    pthread_t th[2];
    char text[4] = "", one[32];

    mq_send(q, "x", 1, 0);
    mq_send(q, "y", 1, 0);
    for (long i = 1; i < 3; i++) {
        tid_of[i] = 0;
        pthread_create(&th[i - 1], NULL, sender, (void *)i);
        sleeps(&tid_of[i]);
    }
    for (int i = 0; i < 4; i++) {
        if (mq_receive(q, one, sizeof(one), NULL) == 1)
            text[i] = one[0];
        if (i == 0)
            is_num(curmsgs(), 2, "room is taken at once by the message of who waits to send");
    }
    is_true(!memcmp(text, "xy12", 4), "and nobody overtakes");
    for (int i = 0; i < 2; i++)
        pthread_join(th[i], NULL);
}

static void on_signal(int sig)
{
}

static void *closes_it(void *arg)
{
    sleeps(&tid_of[0]);
    mq_send(q, "z", 1, 0);
    return NULL;
}

static void interrupted(void)
{
    struct itimerval soon = {.it_value = {0, 20000}, .it_interval = {0, 20000}}, never = {0};
    struct timespec in_20ms;
    char text[32];
    pthread_t th;

    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_signal}, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    is_err(mq_receive(q, text, sizeof(text), NULL), "EINTR", "a signal ends the wait");
    setitimer(ITIMER_REAL, &never, NULL);
    clock_gettime(CLOCK_REALTIME, &in_20ms);
    in_20ms.tv_nsec += 20000000;
    if (in_20ms.tv_nsec >= 1000000000)
        in_20ms.tv_sec++, in_20ms.tv_nsec -= 1000000000;
    is_err(mq_timedreceive(q, text, sizeof(text), NULL, &in_20ms), "ETIMEDOUT", "and so does its time");
    mq_send(q, "k", 1, 0);
    is_num(curmsgs(), 1, "then it waits no more");
    mq_receive(q, text, sizeof(text), NULL);

    tid_of[0] = gettid();
    pthread_create(&th, NULL, closes_it, NULL);
    is_num(mq_receive(q, text, sizeof(text), NULL), 1, "waiting once more");
    pthread_join(th, NULL);
}

/* ---- being told ---- */

static volatile int told, told_value;

static void on_message(union sigval v)
{
    told_value = v.sival_int;
    told++;
}

static void by_thread(void)
{
    struct sigevent ev = {
        .sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_message, .sigev_value.sival_int = 99};
    char text[32];

    is_ok(mq_notify(q, &ev), "SIGEV_THREAD");
    is_err(mq_notify(q, &ev), "EBUSY", "once");
    mq_send(q, "t", 1, 0);
    for (int i = 0; i < 2000 && !told; i++)
        usleep(1000);
    is_true(told == 1 && told_value == 99, "runs a thread with the value");
    mq_receive(q, text, sizeof(text), NULL);
    is_ok(mq_notify(q, &ev), "again");
    is_ok(mq_notify(q, NULL), "and no more");
}

static void by_cookie(void)
{
    unsigned char cookie[32], got[64];
    int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), pair[2];
    struct sigevent ev = {.sigev_notify = SIGEV_THREAD};
    struct sockaddr_nl from;
    socklen_t len = sizeof(from);
    char text[32];

    memset(cookie, 7, sizeof(cookie));
    ev.sigev_value.sival_ptr = cookie;
    ev.sigev_signo = s;
    is_ok(syscall(SYS_mq_notify, q, &ev), "the call itself takes a cookie and a netlink socket");
    is_num(recv(s, got, sizeof(got), 0), -1, "nothing comes by itself");
    mq_send(q, "c", 1, 0);
    is_num(recvfrom(s, got, sizeof(got), 0, (struct sockaddr *)&from, &len), 32,
           "32 bytes come with a message");
    is_true(got[0] == 7 && got[30] == 7 && got[31] == 1, "the cookie, NOTIFY_WOKENUP last");
    is_true(len == sizeof(from) && from.nl_family == AF_NETLINK && !from.nl_pid, "from the kernel");
    mq_receive(q, text, sizeof(text), NULL);
    syscall(SYS_mq_notify, q, &ev);
    syscall(SYS_mq_notify, q, NULL);
    is_true(recv(s, got, sizeof(got), 0) == 32 && got[31] == 2,
            "NOTIFY_REMOVED when it is asked for no more");
    syscall(SYS_mq_notify, q, &ev);
    close(dup(q));
    is_true(recv(s, got, sizeof(got), 0) == 32 && got[31] == 2, "and when the queue is closed");
    ev.sigev_value.sival_ptr = (void *)16;
    is_err(syscall(SYS_mq_notify, q, &ev), "EFAULT", "a wild cookie");
    ev.sigev_value.sival_ptr = cookie;
    ev.sigev_signo = 99;
    is_err(syscall(SYS_mq_notify, q, &ev), "EBADF", "no socket");
    ev.sigev_signo = q;
    is_err(syscall(SYS_mq_notify, q, &ev), "ENOTSOCK", "a queue is none");
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    ev.sigev_signo = pair[0];
    is_err(syscall(SYS_mq_notify, q, &ev), "EINVAL", "a socket of another kind");
}

static void netlink(void)
{
    int s = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), other = socket(AF_NETLINK, SOCK_DGRAM, 0), v = 0;
    struct sockaddr_nl addr = {.nl_family = AF_NETLINK}, got;
    socklen_t len = sizeof(got);
    char text[16];

    is_err(socket(AF_NETLINK, SOCK_STREAM, 0), "ESOCKTNOSUPPORT", "netlink has no streams");
    is_err(socket(AF_NETLINK, SOCK_RAW, 99), "EPROTONOSUPPORT", "nor a protocol 99");
    is_true(!getsockname(s, (struct sockaddr *)&got, &len) && len == 12 && !got.nl_pid, "no port yet");
    is_err(bind(s, (struct sockaddr *)&addr, 8), "EINVAL", "half a name");
    addr.nl_family = AF_INET;
    is_err(bind(s, (struct sockaddr *)&addr, sizeof(addr)), "EINVAL", "a name of another family");
    addr.nl_family = AF_NETLINK;
    addr.nl_pid = getpid() + 100000;
    is_ok(bind(s, (struct sockaddr *)&addr, sizeof(addr)), "a port of one's own");
    is_err(bind(other, (struct sockaddr *)&addr, sizeof(addr)), "EADDRINUSE", "once");
    is_ok(bind(s, (struct sockaddr *)&addr, sizeof(addr)), "the same again");
    addr.nl_pid++;
    is_err(bind(s, (struct sockaddr *)&addr, sizeof(addr)), "EINVAL", "but no other");
    addr.nl_pid = 0;
    bind(other, (struct sockaddr *)&addr, sizeof(addr));
    getsockname(other, (struct sockaddr *)&got, &len);
    is_true(got.nl_pid, "without one it is chosen");
    addr.nl_pid = getpid() + 100000;
    is_num(sendto(other, "hello", 5, 0, (struct sockaddr *)&addr, sizeof(addr)), 5, "from port to port");
    is_true(recv(s, text, sizeof(text), MSG_DONTWAIT) == 5 && !memcmp(text, "hello", 5), "it comes");
    addr.nl_pid += 5;
    is_err(sendto(other, "hello", 5, 0, (struct sockaddr *)&addr, sizeof(addr)), "ECONNREFUSED",
           "nobody's port");
    is_err(listen(s, 1), "EOPNOTSUPP", "no listening");
    is_err(accept(s, NULL, NULL), "EOPNOTSUPP", "nor accepting");
    is_err(shutdown(s, SHUT_RD), "EOPNOTSUPP", "nor shutting down");
    len = sizeof(got);
    is_true(!getpeername(s, (struct sockaddr *)&got, &len) && len == 12 && !got.nl_pid,
            "the peer is the kernel");
    addr.nl_pid = 77;
    is_ok(connect(s, (struct sockaddr *)&addr, sizeof(addr)), "connecting asks nobody");
    is_true(!getpeername(s, (struct sockaddr *)&got, &len) && got.nl_pid == 77, "then it is another");
    len = sizeof(v);
    is_true(!getsockopt(s, SOL_SOCKET, SO_DOMAIN, &v, &len) && v == AF_NETLINK, "SO_DOMAIN");
    is_true(!getsockopt(s, SOL_SOCKET, SO_TYPE, &v, &len) && v == SOCK_RAW, "SO_TYPE");
    is_true(!getsockopt(s, SOL_SOCKET, SO_PROTOCOL, &v, &len) && v == NETLINK_ROUTE, "SO_PROTOCOL");
    is_err(socketpair(AF_NETLINK, SOCK_RAW, 0, (int[2]){0, 0}), "EOPNOTSUPP", "no pairs");
}

int main(void)
{
    struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = 32};

    snprintf(name, sizeof(name), "/probe-mqw-%d", getpid());
    q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
    if (q < 0 && errno == ENOSYS) {
        told_skip("waiting for messages", "this kernel has none");
        return done();
    }
    mq_unlink(name);
    hands_over();
    takes_room();
    interrupted();
    by_thread();
    by_cookie();
    netlink();
    return done();
}
