/* net_peer.c - what a socket tells of itself and of who is at the other end: SO_COOKIE, SO_MEMINFO, SO_PEERGROUPS and others. */
#include "probe.h"
#include <grp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#define NAPI_ID    56 /* SO_INCOMING_NAPI_ID, newer than some headers */
#define PEER_PIDFD 77 /* SO_PEERPIDFD */

static int un, tcp, udp, pair[2];

/* The length that was told, or the error. */
static const char *get(int fd, int name, void *to, socklen_t room)
{
    static char text[32];
    socklen_t n = room;

    if (getsockopt(fd, SOL_SOCKET, name, to, &n))
        snprintf(text, sizeof(text), n == room ? "%s" : "%s %u", strerrorname_np(errno), n);
    else
        snprintf(text, sizeof(text), "%u", n);
    return text;
}

static const char *set(int fd, int name)
{
    int one = 1, r = setsockopt(fd, SOL_SOCKET, name, &one, sizeof(one));

    return result(r, errno);
}

static void itself(void)
{
    unsigned long long a = 0, b = 0, other = 0;
    unsigned info[16];
    int v = 7;

    is_str(get(tcp, SO_COOKIE, &a, 8), "8", "SO_COOKIE");
    is_str(get(tcp, SO_COOKIE, &b, 16), "8", "is 8 bytes");
    get(un, SO_COOKIE, &other, 8);
    is_true(a && a == b && a != other, "the same each time, and of no other socket");
    is_str(get(udp, SO_COOKIE, &a, 4), "EINVAL", "never in part");
    is_str(set(udp, SO_COOKIE), "ENOPROTOOPT", "it cannot be set");

    memset(info, 0xff, sizeof(info));
    is_str(get(udp, SO_MEMINFO, info, sizeof(info)), "36", "SO_MEMINFO has 9 numbers");
    get(udp, SO_RCVBUF, &v, sizeof(v));
    is_true(!info[0] && (int)info[1] == v && !info[2], "of them the limit of what may wait");
    get(udp, SO_SNDBUF, &v, sizeof(v));
    is_true((int)info[3] == v && !info[8] && info[9] == UINT32_MAX, "and be sent");
    is_str(get(un, SO_MEMINFO, info, 20), "20", "or less where there is no room");

    is_str(get(tcp, SO_INCOMING_CPU, &v, sizeof(v)), "4", "SO_INCOMING_CPU");
    is_num(v, -1, "nothing came from any");
    is_str(set(tcp, SO_INCOMING_CPU), "ok", "one can be wished for");
    is_str(get(un, NAPI_ID, &v, sizeof(v)), "4", "SO_INCOMING_NAPI_ID");
    is_num(v, 0, "no device brought anything");
    is_str(set(un, NAPI_ID), "ENOPROTOOPT", "nor is one to be wished for");
}

static void the_other(void)
{
    gid_t groups[3] = {5, 6, 7}, got[8];
    char path[64], link[64] = "", *pid;
    int fd = -1, again[2];

    is_str(get(un, SO_PEERGROUPS, got, sizeof(got)), "ENODATA", "SO_PEERGROUPS without a peer");
    is_str(get(tcp, SO_PEERGROUPS, got, sizeof(got)), "ENODATA", "or of TCP");
    is_str(get(un, PEER_PIDFD, &fd, sizeof(fd)), "ENODATA", "SO_PEERPIDFD without a peer");
    is_str(get(tcp, PEER_PIDFD, &fd, sizeof(fd)), "ENODATA", "or of TCP");
    is_str(set(un, SO_PEERGROUPS), "ENOPROTOOPT", "neither can be set");
    if (geteuid()) {
        told_skip("the peer's groups", "only root can choose them");
    } else {
        must(setgroups(3, groups));
        must(socketpair(AF_UNIX, SOCK_STREAM, 0, again));
        must(setgroups(0, NULL));
        is_str(get(again[0], SO_PEERGROUPS, got, sizeof(got)), "12", "the groups of the peer");
        is_true(got[0] == 5 && got[1] == 6 && got[2] == 7, "as they were when it connected");
        is_str(get(again[0], SO_PEERGROUPS, got, 4), "ERANGE 12", "without room the length is told");
        close(again[0]);
        close(again[1]);
    }
    is_str(get(pair[0], PEER_PIDFD, &fd, sizeof(fd)), "4", "SO_PEERPIDFD of a pair");
    is_true(fcntl(fd, F_GETFD) == FD_CLOEXEC, "is not inherited");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    must(readlink(path, link, sizeof(link) - 1));
    is_str(link, "anon_inode:[pidfd]", "and a pidfd");
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    pid = strstr(proc_read(path), "Pid:");
    is_num(pid ? atoi(pid + 4) : -1, getpid(), "of this process");
    close(fd);
}

/* The one who connects and the one who listened. */
static void connected(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    socklen_t len = offsetof(struct sockaddr_un, sun_path) + 1 + 16;
    int l = must(socket(AF_UNIX, SOCK_STREAM, 0)), c = must(socket(AF_UNIX, SOCK_STREAM, 0)), fd = -1, s;
    gid_t groups[2] = {8, 9}, got[8];

    snprintf(a.sun_path + 1, 17, "probe-%010d", getpid());
    must(bind(l, (void *)&a, len));
    if (!geteuid())
        must(setgroups(2, groups));
    must(listen(l, 1));
    if (!geteuid())
        must(setgroups(1, groups));
    must(connect(c, (void *)&a, len));
    if (!geteuid())
        must(setgroups(0, NULL));
    s = must(accept(l, NULL, NULL));
    is_str(get(c, SO_PEERGROUPS, got, sizeof(got)), geteuid() ? "0" : "8", "groups of who listened, then");
    is_str(get(s, SO_PEERGROUPS, got, sizeof(got)), geteuid() ? "0" : "4", "and of who connected");
    is_str(get(s, PEER_PIDFD, &fd, sizeof(fd)), "4", "and its pidfd");
    is_str(get(l, PEER_PIDFD, &s, sizeof(s)), "4", "a socket that listens shows itself");
}

int main(void)
{
    if (!since(6, 16)) {
        told_skip("sockets and their peers", "SO_PEERPIDFD came with Linux 6.5 and changed in 6.16");
        return done();
    }
    un = must(socket(AF_UNIX, SOCK_STREAM, 0));
    tcp = must(socket(AF_INET, SOCK_STREAM, 0));
    udp = must(socket(AF_INET, SOCK_DGRAM, 0));
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    itself();
    the_other();
    connected();
    return done();
}
