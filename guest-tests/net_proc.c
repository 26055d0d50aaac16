/* net_proc.c - /proc/net: what it tells of a program's own sockets, found by their inodes' numbers. */
#include "probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static unsigned long ino_of(int fd)
{
    struct stat st;

    must(fstat(fd, &st));
    return st.st_ino;
}

static unsigned port_of(int fd)
{
    struct sockaddr_in6 sa;
    socklen_t len = sizeof sa;

    must(getsockname(fd, (struct sockaddr *)&sa, &len));
    return ntohs(sa.sin6_port); /* where sin_port is */
}

enum { UNIX_INODE = 7, INET_INODE = 10 }; /* the word of a line that has its number */

/* The line of /proc/net/NAME whose column of inodes has fd's, without the newline; "": none. */
static const char *line_of(const char *name, int column, int fd)
{
    static char line[512];
    char path[64];

    snprintf(path, sizeof path, "/proc/net/%s", name);
    for (const char *s = next_line(proc_read(path)); s; s = next_line(s)) {
        const char *at = s + strspn(s, " ");

        for (int i = 1; i < column && at; i++) {
            at += strcspn(at, " \n");
            at += strspn(at, " ");
        }
        if (strtoul(at, NULL, 10) == ino_of(fd)) {
            snprintf(line, sizeof line, "%.*s", (int)strcspn(s, "\n"), s);
            return line;
        }
    }
    line[0] = 0;
    return line;
}

/* Of a line of tcp or udp: the ends with L and R for these ports, the state, the queues. */
static const char *inet_line(const char *name, int fd, unsigned left, unsigned right)
{
    static char out[256];
    char from[40] = "", to[40] = "", queues[24] = "";
    unsigned a = 0, b = 0, state = 0;
    const char *line = line_of(name, INET_INODE, fd);

    out[0] = 0;
    if (sscanf(line, " %*u: %39[0-9A-F]:%x %39[0-9A-F]:%x %x %23s", from, &a, to, &b, &state, queues) == 6)
        snprintf(out, sizeof out, "%s:%s %s:%s %02X %s", from, a == left ? "L" : "?", to,
                 b == right ? "R" : "?", state, queues);
    return out;
}

static int bound(int family, int type)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = must(socket(family, type, 0));

    must(bind(fd, family == AF_INET ? (struct sockaddr *)&four : (struct sockaddr *)&six,
              family == AF_INET ? sizeof four : sizeof six));
    return fd;
}

static void connect_to(int fd, int to)
{
    struct sockaddr_in6 sa;
    socklen_t len = sizeof sa;

    must(getsockname(to, (struct sockaddr *)&sa, &len));
    must(connect(fd, (struct sockaddr *)&sa, len));
}

static void tcp(void)
{
    int listener = bound(AF_INET, SOCK_STREAM), client = must(socket(AF_INET, SOCK_STREAM, 0)), server;
    const char *text = proc_read("/proc/net/tcp");

    is_num((long)strcspn(text, "\n"), 149, "lines of tcp have 149 bytes");
    is_true(
        !strncmp(
            text,
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ",
            95),
        "its head");
    is_str(line_of("tcp", INET_INODE, listener), "", "a socket that only has an address is not listed");
    must(listen(listener, 5));
    is_str(inet_line("tcp", listener, port_of(listener), 0), "0100007F:L 00000000:R 0A 00000000:00000000",
           "one that listens");
    connect_to(client, listener);
    is_str(inet_line("tcp", listener, port_of(listener), 0), "0100007F:L 00000000:R 0A 00000000:00000001",
           "with a connection that waits");
    server = must(accept(listener, NULL, NULL));
    must(send(client, "abc", 3, 0));
    is_str(inet_line("tcp", server, port_of(listener), port_of(client)),
           "0100007F:L 0100007F:R 01 00000000:00000003", "a connection with three bytes to read");
    is_num((long)strlen(line_of("tcp", INET_INODE, server)), 149, "its line is as long as the head");
    must(shutdown(client, SHUT_WR));
    for (int i = 0; i < 2000 && !strstr(inet_line("tcp", client, port_of(client), port_of(listener)), " 05 ");
         i++)
        usleep(1000); /* until the other end has acknowledged that */
    is_str(inet_line("tcp", client, port_of(client), port_of(listener)),
           "0100007F:L 0100007F:R 05 00000000:00000000", "the end that sends no more: FIN_WAIT2");
    close(client);
    close(server);
    close(listener);
}

static void udp(void)
{
    int a = bound(AF_INET, SOCK_DGRAM), b = bound(AF_INET, SOCK_DGRAM);

    is_str(inet_line("udp", a, port_of(a), 0), "0100007F:L 00000000:R 07 00000000:00000000",
           "a datagram socket: TCP_CLOSE");
    is_num((long)strlen(line_of("udp", INET_INODE, a)), 127, "lines of udp have 127 bytes");
    connect_to(a, b);
    is_str(inet_line("udp", a, port_of(a), port_of(b)), "0100007F:L 0100007F:R 01 00000000:00000000",
           "that knows where to send: TCP_ESTABLISHED");
    close(a);
    close(b);
}

static void six(void)
{
    int listener, datagrams;

    if (access("/proc/net/tcp6", F_OK)) {
        told_skip("sockets of IPv6", "this kernel has none");
        return;
    }
    listener = bound(AF_INET6, SOCK_STREAM);
    datagrams = bound(AF_INET6, SOCK_DGRAM);
    must(listen(listener, 5));
    is_str(inet_line("tcp6", listener, port_of(listener), 0),
           "00000000000000000000000001000000:L 00000000000000000000000000000000:R 0A 00000000:00000000",
           "an address of IPv6: four words");
    is_str(inet_line("udp6", datagrams, port_of(datagrams), 0),
           "00000000000000000000000001000000:L 00000000000000000000000000000000:R 07 00000000:00000000",
           "of datagrams as well");
    is_true(strstr(proc_read("/proc/net/if_inet6"),
                   "00000000000000000000000000000001 01 80 10 80       lo\n") != NULL,
            "if_inet6: ::1 of lo");
    close(listener);
    close(datagrams);
}

/* Of a line of unix: from the protocol on, without the inode's number. */
static const char *unix_line(int fd)
{
    static char out[256];
    char flags[16] = "", type[8] = "", state[8] = "", name[128] = "";

    out[0] = 0;
    if (sscanf(line_of("unix", UNIX_INODE, fd), "%*s %*s %*s %15s %7s %7s %*u %127[^\n]", flags, type, state,
               name) >= 3)
        snprintf(out, sizeof out, "%s %s %s %s", flags, type, state, name);
    return out;
}

static void local(void)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = "\0net_proc\0x"};
    int listener = must(socket(AF_UNIX, SOCK_STREAM, 0)), pair[2],
        packets = must(socket(AF_UNIX, SOCK_SEQPACKET, 0));

    is_str(unix_line(listener), "00000000 0001 01 ", "a socket of AF_UNIX");
    is_str(unix_line(packets), "00000000 0005 01 ", "of another type");
    must(bind(listener, (struct sockaddr *)&sa, offsetof(struct sockaddr_un, sun_path) + 11));
    must(listen(listener, 1));
    is_str(unix_line(listener), "00010000 0001 01 @net_proc@x", "one that listens, with an abstract name");
    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    is_str(unix_line(pair[0]), "00000000 0002 03 ", "a pair for datagrams");
    close(pair[0]);
    close(pair[1]);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    is_str(unix_line(pair[1]), "00000000 0001 03 ", "one end of a pair is");
    close(pair[0]);
    close(pair[1]);
    close(packets);
    close(listener);
}

static void others(void)
{
    is_true(strstr(proc_read("/proc/net/dev"), "    lo: ") != NULL, "dev: lo");
    is_num((long)strcspn(proc_read("/proc/net/route"), "\n"), 127, "route: lines have 127 bytes");
    is_true(!strncmp(proc_read("/proc/net/sockstat"), "sockets: used ", 14), "sockstat");
    is_true(!access("/proc/self/net/tcp", R_OK), "it is of the process");
}

int main(void)
{
    tcp();
    udp();
    six();
    local();
    others();
    return done();
}
