/*
 * proc_net.c - /proc/net: the sockets there are and the one interface, for netstat, fuser, lsof and their like.
 *
 * Addresses of the kernel are zeroes, as for who may not know them. What TCP measures is what a new connection begins with.
 * Sources: net/ipv4/tcp_ipv4.c, udp.c, net/unix/af_unix.c, net/core/net-procfs.c, Linux 6.18.
 */
#include "netif.h"
#include "sock_diag.h"
#include "../fs/procfs.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/un.h>

#define POINTER "0000000000000000"

#define each_socket(s, k)                                                                                    \
    for (struct list_head *n_ = (k)->vfs->sockets.next; n_ != &(k)->vfs->sockets; n_ = n_->next)             \
        for (const struct sock *s = container_of(n_, struct sock, all), *once_ = s; once_; once_ = NULL)

/* ---- TCP and UDP ---- */

/* "ADDRESS:PORT": words of the address as they lie in memory. An address that is not there is all zeroes. */
static void put_end(const struct sock *s, const struct sockaddr_storage *sa, bool known, FILE *out)
{
    const struct sockaddr_in *four = (const void *)sa;
    const struct sockaddr_in6 *six = (const void *)sa;
    uint32_t words[4] = {0};
    uint16_t port = known ? ntohs(four->sin_port) : 0;

    if (known && s->family == AF_INET)
        words[0] = four->sin_addr.s_addr;
    else if (known)
        memcpy(words, &six->sin6_addr, sizeof(words));
    for (unsigned i = 0; i < (s->family == AF_INET ? 1 : 4); i++)
        fprintf(out, "%08X", words[i]);
    fprintf(out, ":%04X", port);
}

/* What both protocols tell, up to the number of references. */
static void put_inet(const struct sock *s, unsigned state, FILE *out)
{
    bool listens = s->state == SS_LISTEN;

    put_end(s, &s->addr, s->addr_len, out);
    putc(' ', out);
    put_end(s, &s->peer_addr, s->peer_len && !listens, out);
    fprintf(out, " %02X %08X:%08X 00:00000000 00000000 %5u %8d %lu", state, 0,
            listens ? s->nr_backlog : s->queued, s->cred.uid, 0, (unsigned long)s->ino);
}

static int show_inet(const struct proc_ref *ref, FILE *out, int family, bool tcp)
{
    unsigned i = 0, width = family == AF_INET ? tcp ? 149 : 127 : 0;
    char *line;
    size_t len;
    FILE *to;

    fprintf(
        out, "%-*s\n", width,
        family == AF_INET6
            ? tcp ? "  sl  local_address                         remote_address                        st tx_queue "
                    "rx_queue tr tm->when retrnsmt   uid  timeout inode"
                  : "  sl  local_address                         remote_address                        st tx_queue "
                    "rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops"
        : tcp
            ? "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
            : "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode "
              "ref pointer drops");
    each_socket(s, ref->reader->k)
    {
        unsigned state = s->family == family && sock_is_tcp(s) == tcp ? sock_inet_state(s) : 0;

        if (!state || state > TCP_CLOSING)
            continue;
        to = open_memstream(&line, &len);
        if (!to)
            return -ENOMEM;
        if (tcp) {
            fprintf(to, "%4u: ", i++);
            put_inet(s, state, to);
            fprintf(to,
                    s->state == SS_LISTEN ? " 1 " POINTER " 100 0 0 10 0" : " 1 " POINTER " 20 0 0 10 -1");
        } else {
            fprintf(to, "%5u: ", ntohs(((const struct sockaddr_in *)&s->addr)->sin_port) & 0x3fffu);
            put_inet(s, state, to);
            fprintf(to, " 2 " POINTER " 0");
        }
        fclose(to);
        fprintf(out, "%-*s\n", width, line);
        free(line);
    }
    return 0;
}

static int show_tcp(const struct proc_ref *ref, FILE *out)
{
    return show_inet(ref, out, AF_INET, true);
}

static int show_tcp6(const struct proc_ref *ref, FILE *out)
{
    return show_inet(ref, out, AF_INET6, true);
}

static int show_udp(const struct proc_ref *ref, FILE *out)
{
    return show_inet(ref, out, AF_INET, false);
}

static int show_udp6(const struct proc_ref *ref, FILE *out)
{
    return show_inet(ref, out, AF_INET6, false);
}

/* ---- AF_UNIX ---- */

/* unix_seq_show(): of an abstract name and in names with zeroes, @ stands for them. */
static void put_name(const struct sock *s, FILE *out)
{
    const char *name = ((const struct sockaddr_un *)&s->addr)->sun_path;
    int len = (int)s->addr_len - (int)sizeof(sa_family_t);

    if (len <= 0)
        return;
    putc(' ', out);
    len -= name[0] != 0; /* the zero at its end */
    for (int i = 0; i < len; i++)
        putc(name[i] ? name[i] : '@', out);
}

static int show_unix(const struct proc_ref *ref, FILE *out)
{
    fputs("Num       RefCount Protocol Flags    Type St Inode Path\n", out);
    each_socket(s, ref->reader->k)
    {
        bool connected = s->peer || s->state == SS_CONNECTED;

        if (s->family != AF_UNIX)
            continue;
        fprintf(out, POINTER ": %08X 00000000 %08X %04X %02X %5lu", s->peer ? 3 : 2,
                s->state == SS_LISTEN ? 0x10000 : 0, s->type, connected ? 3 : 1, (unsigned long)s->ino);
        put_name(s, out);
        putc('\n', out);
    }
    return 0;
}

static int show_netlink(const struct proc_ref *ref, FILE *out)
{
    fputs("sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n", out);
    each_socket(s, ref->reader->k)
    {
        const uint32_t *pid = (const uint32_t *)&s->addr + 1; /* nl_pid */

        if (s->family == AF_NETLINK)
            fprintf(out, POINTER " %-3d %-10u 00000000 %-8u 0        0     2        0        %-8lu\n",
                    s->protocol, s->addr_len ? *pid : 0, s->queued, (unsigned long)s->ino);
    }
    return 0;
}

/* ---- counts ---- */

static unsigned count(const struct proc_ref *ref, int family, int tcp)
{
    unsigned n = 0;

    each_socket(s, ref->reader->k) n += (family == AF_UNSPEC || s->family == family) &&
                                        (tcp < 0 || (sock_is_tcp(s) == tcp && sock_inet_state(s)));
    return n;
}

static int show_sockstat(const struct proc_ref *ref, FILE *out)
{
    unsigned tcp = count(ref, AF_INET, 1);

    fprintf(out,
            "sockets: used %u\nTCP: inuse %u orphan 0 tw 0 alloc %u mem 0\nUDP: inuse %u mem 0\n"
            "UDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n",
            count(ref, AF_UNSPEC, -1), tcp, tcp, count(ref, AF_INET, 0));
    return 0;
}

static int show_sockstat6(const struct proc_ref *ref, FILE *out)
{
    fprintf(out,
            "TCP6: inuse %u\nUDP6: inuse %u\nUDPLITE6: inuse 0\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n",
            count(ref, AF_INET6, 1), count(ref, AF_INET6, 0));
    return 0;
}

/* ---- the interface ---- */

static int show_dev(const struct proc_ref *ref, FILE *out)
{
    fprintf(
        out,
        "Inter-|   Receive                                                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls "
        "carrier compressed\n"
        "%6s: %7d %7d %4d %4d %4d %5d %10d %9d %8d %7d %4d %4d %4d %5d %7d %10d\n",
        LO_NAME, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    return 0;
}

static int show_route(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%-127s\n",
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT");
    return 0;
}

const struct proc_row proc_net_rows[] = {
    TEXT("arp", "IP address       HW type     Flags       HW address            Mask     Device"),
    ROW("dev", show_dev),
    TEXT("if_inet6", "00000000000000000000000000000001 01 80 10 80       " LO_NAME),
    ROW("netlink", show_netlink),
    TEXT("packet", "sk               RefCnt Type Proto  Iface R Rmem   User   Inode"),
    TEXT(
        "raw",
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref "
        "pointer drops"),
    TEXT("raw6",
         "  sl  local_address                         remote_address                        st tx_queue "
         "rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops"),
    ROW("route", show_route),
    ROW("sockstat", show_sockstat),
    ROW("sockstat6", show_sockstat6),
    ROW("tcp", show_tcp),
    ROW("tcp6", show_tcp6),
    ROW("udp", show_udp),
    ROW("udp6", show_udp6),
    ROW("unix", show_unix),
    {NULL},
};
