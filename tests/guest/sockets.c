/*
 * sockets.c GROUP - sockets in all their states, for tests/cli/strace_args.sh to compare what strace says of them with
 * what mseal-emu does. strace asks once for each socket where it is bound and connected, so none is shown before
 * that is as it stays.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/netlink.h>

#include "groups.h"

/* ---- endpoints ---- */

static void look(int fd)
{
    fcntl(fd, F_GETFD);
}

static void look_and_close(int fd)
{
    look(fd);
    close(fd);
}

/* Two ends that met at this address. */
static void meet(int family, int type, struct sockaddr *sa, socklen_t len)
{
    socklen_t room = sizeof(struct sockaddr_storage);
    int at = socket(family, type, 0), fd = socket(family, type, 0), end = -1;

    look(at);
    bind(at, sa, len);
    look(at);
    if (type != SOCK_DGRAM)
        listen(at, 3);
    if (family != AF_UNIX)
        getsockname(at, sa, &room);
    look(fd);
    connect(fd, sa, len);
    if (type != SOCK_DGRAM)
        end = accept(at, NULL, NULL);
    look(fd);
    write(fd, "hello", 5);
    if (end >= 0)
        look(end);
    close(at);
    close(end >= 0 ? end : fd);
    if (end >= 0)
        look_and_close(fd);
}

static void endpoints(void)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "socket <\"\\\n"},
                       name = {.sun_family = AF_UNIX, .sun_path = "\0name\0more\xff"},
                       own = {.sun_family = AF_UNIX};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, nobody = in;
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    struct sockaddr_nl netlink = {.nl_family = AF_NETLINK};
    int pair[2], fd, end;
    socklen_t len = sizeof(in6);

    for (unsigned i = 0; i < 3; i++) {
        socketpair(AF_UNIX, types[i], 0, pair);
        write(pair[0], "x", 1);
        close(pair[0]);
        look_and_close(pair[1]);
        unlink(path.sun_path);
        meet(AF_UNIX, types[i], (struct sockaddr *)&path, sizeof(path));
        unlink(path.sun_path);
        meet(AF_UNIX, types[i], (struct sockaddr *)&name, 14);
    }
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    bind(fd, (struct sockaddr *)&own, sizeof(own.sun_family));
    look_and_close(fd);
    meet(AF_INET, SOCK_STREAM, (struct sockaddr *)&in, sizeof(in));
    in.sin_port = 0;
    meet(AF_INET, SOCK_DGRAM, (struct sockaddr *)&in, sizeof(in));
    meet(AF_INET6, SOCK_STREAM, (struct sockaddr *)&in6, sizeof(in6));
    in6.sin6_port = 0;
    meet(AF_INET6, SOCK_DGRAM, (struct sockaddr *)&in6, sizeof(in6));

    fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    look(fd);
    bind(fd, (struct sockaddr *)&netlink, sizeof(netlink));
    look_and_close(fd);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    listen(fd, 1);
    look_and_close(fd);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    nobody.sin_port = htons(1);
    connect(fd, (struct sockaddr *)&nobody, sizeof(nobody));
    look_and_close(fd);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    connect(fd, (struct sockaddr *)&nobody, sizeof(nobody));
    look_and_close(fd);
    fd = socket(AF_INET6, SOCK_STREAM, 0); /* both families */
    in6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
    bind(fd, (struct sockaddr *)&in6, sizeof(in6));
    listen(fd, 1);
    getsockname(fd, (struct sockaddr *)&in6, &len);
    in.sin_port = in6.sin6_port;
    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    connect(pair[0], (struct sockaddr *)&in, sizeof(in));
    end = accept(fd, NULL, NULL);
    look_and_close(end);
    look_and_close(pair[0]);
    look_and_close(fd);
}

/* ---- names that come out, and room for them ---- */

static void ask_name(int fd, void *name, int room)
{
    socklen_t len = (socklen_t)room;

    getsockname(fd, name, &len);
}

static void send_and_receive(int to, int from, const struct sockaddr_in *in, void *name, int room)
{
    socklen_t len = (socklen_t)room;
    char byte;

    sendto(to, "x", 1, 0, (const struct sockaddr *)in, in ? sizeof(*in) : 0);
    recvfrom(from, &byte, 1, MSG_DONTWAIT, name, &len);
}

static void names(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 in6 = {
        .sin6_family = AF_INET6, .sin6_port = 7, .sin6_flowinfo = htonl(5), .sin6_scope_id = 999};
    struct sockaddr unknown = {.sa_family = 77, .sa_data = "what"}, none = {.sa_family = AF_UNSPEC};
    struct sockaddr_storage name;
    socklen_t len = sizeof(in);
    int udp = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP), tcp = socket(AF_INET, SOCK_STREAM, 0), pair[2], fd;
    char byte;

    bind(udp, (struct sockaddr *)&in, sizeof(in));
    getsockname(udp, (struct sockaddr *)&in, &len);
    ask_name(udp, &name, sizeof(name));
    ask_name(udp, &name, 2);
    ask_name(udp, &name, 1);
    ask_name(udp, &name, 0);
    ask_name(udp, &name, -1);
    ask_name(udp, NOWHERE, 16);
    getsockname(udp, (struct sockaddr *)&name, NOWHERE);
    getsockname(udp, NULL, NULL);
    len = 5;
    getpeername(udp, (struct sockaddr *)&name, &len);
    send_and_receive(udp, udp, &in, &name, sizeof(name));
    send_and_receive(udp, udp, &in, &name, 2);
    send_and_receive(udp, udp, &in, NULL, 7);
    send_and_receive(udp, udp, &in, NOWHERE, 7);
    recvfrom(udp, &byte, 1, MSG_DONTWAIT, (struct sockaddr *)&name, &len);
    sendto(udp, "x", 1, 0, (struct sockaddr *)&in, 1);
    sendto(udp, "x", 1, 0, NOWHERE, 16);
    sendto(udp, "x", 1, 0, (struct sockaddr *)&in, 200);
    connect(udp, &unknown, sizeof(unknown));
    connect(udp, &none, sizeof(none));
    connect(udp, &none, 2);
    connect(-1,
            (struct sockaddr *)&(struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_pid = 5, .nl_groups = 0x11},
            12);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    ask_name(pair[0], &name, sizeof(name));
    ask_name(pair[0], &name, 2);
    send_and_receive(pair[0], pair[1], NULL, &name, sizeof(name));
    listen(tcp, 1);
    len = sizeof(in);
    getsockname(tcp, (struct sockaddr *)&in, &len);
    connect(socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), (struct sockaddr *)&in, sizeof(in));
    len = sizeof(name);
    fd = accept(tcp, (struct sockaddr *)&name, &len);
    accept4(fd, NULL, NOWHERE, SOCK_CLOEXEC | 3);
    accept(-1, (struct sockaddr *)&name, &len);

    socket(AF_INET6, 0, IPPROTO_ICMPV6);
    socket(AF_INET, 12, 253);
    socket(AF_NETLINK, 12, NETLINK_KOBJECT_UEVENT);
    socket(AF_NETLINK, 12, 99);
    socket(77, SOCK_STREAM, 5);
    socketpair(AF_INET, SOCK_DGRAM, 17, pair);
    for (unsigned room = 20; room <= sizeof(in6); room += 2)
        connect(-1, (struct sockaddr *)&in6, room);
    inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
    connect(-1, (struct sockaddr *)&in6, sizeof(in6));
    in6.sin6_scope_id = 1;
    connect(-1, (struct sockaddr *)&in6, sizeof(in6));
    inet_pton(AF_INET6, "ff02::1", &in6.sin6_addr);
    connect(-1, (struct sockaddr *)&in6, sizeof(in6));
    inet_pton(AF_INET6, "ff01::1", &in6.sin6_addr);
    connect(-1, (struct sockaddr *)&in6, sizeof(in6));
}

/* ---- control messages: each type, and each length that means something ---- */

static void send_control(int level, int type, size_t len)
{
    char control[CMSG_SPACE(96)] = {0};
    struct msghdr m = {.msg_control = control, .msg_controllen = CMSG_SPACE(len)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);

    for (size_t i = 0; i < len; i++)
        CMSG_DATA(c)[i] = (unsigned char)(i + 1);
    c->cmsg_level = level;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(len);
    sendmsg(-1, &m, 0);
}

static void control(void)
{
    static const int socket_types[] = {0, 1, 2, 3, 4, 5, 29, 35, 37, 41, 54, 58, 61, 63, 64, 65, 99},
                     lengths[] = {0, 1, 3, 4, 8, 11, 12, 15, 16, 20, 31, 32, 47, 48, 60},
                     levels[] = {6, 17, 41, 58, 99, 132, 255, 263, 270, 282};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = 5};
    struct in_pktinfo info = {.ipi_ifindex = 1, .ipi_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char buf[CMSG_SPACE(sizeof(info)) + CMSG_SPACE(sizeof(in))] = {0};
    struct msghdr m = {.msg_control = buf, .msg_controllen = sizeof(buf)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);

    for (size_t l = 0; l < sizeof(lengths) / sizeof(*lengths); l++) {
        for (size_t i = 0; i < sizeof(socket_types) / sizeof(*socket_types); i++)
            send_control(SOL_SOCKET, socket_types[i], (size_t)lengths[l]);
        for (int type = 0; type < 26; type++)
            send_control(IPPROTO_IP, type, (size_t)lengths[l]);
    }
    for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
        send_control(levels[i], (int)i, 4);
    *c = (struct cmsghdr){CMSG_LEN(sizeof(info)), IPPROTO_IP, IP_PKTINFO};
    memcpy(CMSG_DATA(c), &info, sizeof(info));
    c = CMSG_NXTHDR(&m, c);
    *c = (struct cmsghdr){CMSG_LEN(sizeof(in)), IPPROTO_IP, IP_ORIGDSTADDR};
    memcpy(CMSG_DATA(c), &in, sizeof(in));
    sendmsg(-1, &m, 0);
}

/* ---- options ---- */

static void set(int level, int option, const void *value, socklen_t len)
{
    setsockopt(-1, level, option, value, len);
}

static void ask(int fd, int level, int option, int room)
{
    char value[128] = {0};
    socklen_t len = (socklen_t)room;

    getsockopt(fd, level, option, value, &len);
}

/* An error that waits: nobody listens where this socket is bound. */
static void refused(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int bound = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    bind(bound, (struct sockaddr *)&at, len);
    getsockname(bound, (struct sockaddr *)&at, &len);
    for (int room = 4; room >= 2; room -= 2) {
        connect(fd, (struct sockaddr *)&at, len);
        poll(&(struct pollfd){fd, POLLOUT, 0}, 1, -1);
        ask(fd, SOL_SOCKET, SO_ERROR, room);
    }
}

static void options(void)
{
    static const int lengths[] = {0, 1, 2, 4, 5, 8, 12, 16, 20, 100};
    char value[128] = "\1\0\0\0\5\0\0\0value of an option, longer than strace shows";
    struct ipv6_mreq group = {.ipv6mr_multiaddr = in6addr_loopback, .ipv6mr_interface = 1};
    int unix_fd[2], tcp = socket(AF_INET, SOCK_STREAM, 0);

    socketpair(AF_UNIX, SOCK_STREAM, 0, unix_fd);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        socklen_t len = (socklen_t)lengths[i];

        set(SOL_SOCKET, SO_REUSEADDR, value, len);
        set(SOL_SOCKET, SO_LINGER, value, len);
        set(SOL_SOCKET, SO_PEERCRED, value, len);
        set(SOL_SOCKET, SO_RCVTIMEO, value, len);
        set(SOL_SOCKET, SO_BINDTODEVICE, value, len);
        set(SOL_SOCKET, 250, value, len);
        set(IPPROTO_TCP, TCP_NODELAY, value, len);
        set(IPPROTO_TCP, TCP_CONGESTION, value, len);
        set(IPPROTO_IP, IP_TTL, value, len);
        set(IPPROTO_IP, IP_ADD_MEMBERSHIP, value, len);
        set(IPPROTO_IP, IP_DROP_MEMBERSHIP, value, len);
        set(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group, len);
        set(IPPROTO_IPV6, IPV6_LEAVE_ANYCAST, value, len);
        set(SOL_NETLINK, NETLINK_PKTINFO, value, len);
        set(99, 5, value, len);
        ask(unix_fd[0], SOL_SOCKET, SO_TYPE, lengths[i]);
        ask(unix_fd[0], SOL_SOCKET, SO_ERROR, lengths[i]);
        ask(unix_fd[0], SOL_SOCKET, SO_ACCEPTCONN, lengths[i]);
        ask(unix_fd[0], SOL_SOCKET, SO_LINGER, lengths[i]);
        if (lengths[i] >= 4) /* of less, something of the process's number */
            ask(unix_fd[0], SOL_SOCKET, SO_PEERCRED, lengths[i]);
        ask(unix_fd[0], SOL_SOCKET, SO_RCVTIMEO, lengths[i]);
        ask(unix_fd[0], SOL_SOCKET, 250, lengths[i]);
        ask(tcp, IPPROTO_TCP, TCP_NODELAY, lengths[i]);
        ask(-1, IPPROTO_IP, IP_TTL, lengths[i]);
    }
    for (int option = 0; option < 76; option++)
        set(SOL_SOCKET, option, NULL, 4);
    for (int option = 0; option < 51; option++)
        set(IPPROTO_IP, option, NULL, 4);
    for (int option = 0; option < 84; option++)
        set(IPPROTO_IPV6, option, NULL, 4);
    for (int option = 0; option < 38; option++)
        set(IPPROTO_TCP, option, NULL, 4);
    for (int option = 0; option < 13; option++)
        set(SOL_NETLINK, option, NULL, 4);
    for (int option = 100; option < 106; option++)
        set(IPPROTO_UDP, option, NULL, 4);
    ask(tcp, SOL_SOCKET, SO_TYPE, -1);
    getsockopt(tcp, SOL_SOCKET, SO_TYPE, value, NOWHERE);
    set(SOL_SOCKET, SO_REUSEADDR, NOWHERE, 4);
    set(SOL_SOCKET, SO_LINGER, NOWHERE, 8);
    set(SOL_SOCKET, SO_REUSEADDR, value, (socklen_t)-4);
    refused();
}

/* ---- other descriptors that are more than a path ---- */

static void kinds(void)
{
    int pipes[2], fd, pid;
    sigset_t set;

    sigemptyset(&set);
    pipe(pipes);
    look_and_close(pipes[0]);
    close(pipes[1]);
    fd = eventfd(30, 0);
    write(fd, "\4\0\0\0\0\0\0\0", 8);
    look_and_close(fd);
    look_and_close(eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK));
    fd = signalfd(-1, &set, 0);
    look(fd);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMAX);
    signalfd(fd, &set, 0);
    look(fd);
    sigfillset(&set);
    signalfd(fd, &set, 0);
    look_and_close(fd);
    look_and_close(epoll_create1(0));
    look_and_close(timerfd_create(CLOCK_MONOTONIC, 0));
    look_and_close(inotify_init1(0));
    pid = fork();
    if (!pid)
        _exit(0);
    fd = (int)syscall(SYS_pidfd_open, pid, 0);
    look(fd);
    waitpid(pid, NULL, 0);
    look_and_close(fd);
    look_and_close(open("/dev/null", O_RDWR));
    look_and_close(open("/dev/zero", O_PATH));
    look_and_close(open(".", O_RDONLY));
    look_and_close(open("/proc/self/maps", O_RDONLY));
    fd = open("kinds <of files>.tmp", O_RDWR | O_CREAT, 0600);
    look(fd);
    unlink("kinds <of files>.tmp");
    look_and_close(fd);
    look_and_close(memfd_create("memory", 0));
    look(-1);
    look(77);
}

int main(int argc, char **argv)
{
    static const struct group_of_calls groups[] = {{"endpoints", endpoints}, {"names", names},
                                                   {"kinds", kinds},         {"control", control},
                                                   {"options", options},     {NULL, NULL}};

    return run_group(groups, argc, argv);
}
