/* net_messages.c - several messages in one call: sendmmsg, recvmmsg, what they wait for and how long. */
#include "probe.h"
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

static int s[2];
static char text[32][8];
static struct mmsghdr m[32];
static struct iovec v[32];

static void prepare(unsigned n)
{
    memset(m, 0, sizeof(m));
    memset(text, 0, sizeof(text));
    for (unsigned i = 0; i < n; i++) {
        v[i] = (struct iovec){text[i], sizeof(text[i])};
        m[i].msg_hdr.msg_iov = &v[i];
        m[i].msg_hdr.msg_iovlen = 1;
    }
}

/* Sends as many as arg says, one after another. */
static void *slowly(void *arg)
{
    for (long i = 0; i < (long)arg; i++) {
        usleep(10000);
        send(s[0], "slow", 4, 0);
    }
    return NULL;
}

static void *drain(void *arg)
{
    char one[8];

    for (long i = 0; i < (long)arg; i++)
        recv(s[1], one, sizeof(one), 0);
    return NULL;
}

static void waits(void)
{
    pthread_t th;

    prepare(3);
    must(pthread_create(&th, NULL, slowly, (void *)3));
    is_num(recvmmsg(s[1], m, 3, 0, NULL), 3, "recvmmsg waits for each message");
    pthread_join(th, NULL);
    is_true(m[2].msg_len == 4 && !strcmp(text[2], "slow"), "and has it");
    prepare(3);
    must(send(s[0], "one", 3, 0));
    is_num(recvmmsg(s[1], m, 3, MSG_WAITFORONE, NULL), 1, "MSG_WAITFORONE: for the first only");
    is_err(recvmmsg(s[1], m, 3, MSG_DONTWAIT, NULL), "EAGAIN", "MSG_DONTWAIT: for none");
    must(send(s[0], "one", 3, 0));
    must(send(s[0], "three", 5, 0));
    is_num(recvmmsg(s[1], m, 3, MSG_DONTWAIT, NULL), 2, "but has what there is");
    is_true(m[0].msg_len == 3 && m[1].msg_len == 5, "with its lengths");
    is_num(recvmmsg(s[1], m, 0, 0, NULL), 0, "none of none");
}

static void times(void)
{
    struct timespec ts = {10, 0}, soon = {0, 1}, bad = {0, 1000000000};

    prepare(3);
    for (int i = 0; i < 4; i++)
        must(send(s[0], "x", 1, 0));
    is_num(recvmmsg(s[1], m, 2, 0, &ts), 2, "a timeout that is not needed");
    is_true(ts.tv_sec >= 5 && ts.tv_sec < 10, "tells what is left of it");
    is_num(recvmmsg(s[1], m, 2, 0, &soon), 1, "one that is over behind the first message");
    is_true(!soon.tv_sec && !soon.tv_nsec, "is 0 then");
    is_err(recvmmsg(s[1], m, 1, 0, &bad), "EINVAL", "a time that is none");
    is_err(recvmmsg(s[1], m, 1, 0, (struct timespec *)16), "EFAULT", "a wild one");
    is_num(recvmmsg(s[1], m, 2, MSG_DONTWAIT, &soon), 1, "a timeout of 0 still takes what is there");
}

static void sends(void)
{
    pthread_t th;

    prepare(32);
    must(pthread_create(&th, NULL, drain, (void *)32));
    is_num(sendmmsg(s[0], m, 32, 0), 32, "sendmmsg waits for room");
    pthread_join(th, NULL);
    is_true(m[31].msg_len == 8, "and tells what went");
    m[1].msg_hdr.msg_iov = (struct iovec *)16;
    is_num(sendmmsg(s[0], m, 3, 0), 1, "an error in the second leaves the first");
    m[0].msg_hdr.msg_iov = (struct iovec *)16;
    is_err(sendmmsg(s[0], m, 3, 0), "EFAULT", "in the first it is told");
}

int main(void)
{
    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    waits();
    times();
    sends();
    return done();
}
