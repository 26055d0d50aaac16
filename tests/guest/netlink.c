/*
 * netlink.c GROUP - messages on netlink sockets, for tests/cli/strace_netlink.sh to compare what strace says of them with what
 * mseal-emu does. None but those of group `answers` arrive: the kernel takes no urgent data here (MSG_OOB), so nothing is changed
 * or asked for.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/inet_diag.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/smc_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "groups.h"

/* What is being put together. */
static struct {
    char bytes[4096];
    unsigned len, message, attr;
} b;

static void add(const void *data, unsigned len)
{
    unsigned room = (len + 3) & ~3u;

    memset(b.bytes + b.len, 0, room);
    if (data)
        memcpy(b.bytes + b.len, data, len);
    b.len += room;
    ((struct nlmsghdr *)(b.bytes + b.message))->nlmsg_len = b.len - b.message;
}

static void message(unsigned type, unsigned flags, const void *body, unsigned len)
{
    struct nlmsghdr h = {
        .nlmsg_type = (uint16_t)type, .nlmsg_flags = (uint16_t)flags, .nlmsg_seq = 7, .nlmsg_pid = 11};

    b.message = b.len;
    add(&h, sizeof(h));
    add(body, len);
}

static void attr(unsigned type, const void *data, unsigned len)
{
    struct nlattr a = {.nla_len = (uint16_t)(sizeof(a) + len), .nla_type = (uint16_t)type};

    b.attr = b.len;
    add(&a, sizeof(a));
    add(data, len);
}

static void number(unsigned type, uint64_t v, unsigned size)
{
    attr(type, &v, size);
}

static void text(unsigned type, const char *s)
{
    attr(type, s, (unsigned)strlen(s) + 1);
}

/* Bound, since what nobody can find has no protocol. */
static int netlink(int protocol)
{
    struct sockaddr_nl at = {.nl_family = AF_NETLINK};
    int fd = socket(AF_NETLINK, SOCK_RAW, protocol);

    bind(fd, (struct sockaddr *)&at, sizeof(at));
    return fd;
}

static void say(int fd)
{
    sendto(fd, b.bytes, b.len, MSG_OOB, NULL, 0);
    b.len = 0;
}

/* ---- headers ---- */

static void headers(void)
{
    struct nlmsghdr done = {.nlmsg_len = sizeof(done), .nlmsg_type = NLMSG_DONE};
    int route = netlink(NETLINK_ROUTE), diag = netlink(NETLINK_SOCK_DIAG),
        unbound = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    static const unsigned types[] = {NLMSG_NOOP,  NLMSG_DONE,  NLMSG_OVERRUN, 9,   RTM_NEWLINK, RTM_DELROUTE,
                                     RTM_GETADDR, RTM_SETLINK, RTM_NEWPREFIX, 150, 0xffff};
    const int five = 5, sockets[] = {route, diag, unbound};

    for (unsigned s = 0; s < 3; s++)
        for (unsigned i = 0; i < sizeof(types) / sizeof(*types); i++) {
            static const unsigned flags[] = {
                0,      NLM_F_REQUEST | NLM_F_DUMP,     NLM_F_MULTI | NLM_F_DUMP_INTR | 0x100,
                0xffff, NLM_F_ACK | NLM_F_ECHO | 0xc00, 0x8000};

            message(types[i], flags[i % 6], NULL, 0);
            message(types[i], flags[(i + 1) % 6], "abc", 3);
            say(sockets[s]);
        }
    for (unsigned type = 18; type < 23; type++) {
        message(type, NLM_F_REQUEST | NLM_F_ROOT, "\x2c", 1);
        message(type, NLM_F_ATOMIC, "\x2c\1\2", 3);
        say(diag);
    }
    message(RTM_DELACTION, NLM_F_REQUEST | NLM_F_ROOT, NULL, 0);
    message(RTM_NEWSTATS, 0x300, NULL, 0);
    message(NLMSG_DONE, NLM_F_MULTI, &five, sizeof(five));
    message(NLMSG_DONE, NLM_F_MULTI, "12345678", 8);
    say(route);
    sendto(route, &done, sizeof(done), MSG_OOB, NULL, 0);
}

static void put_error(int error, unsigned flags, unsigned len, bool whole)
{
    struct rtgenmsg body = {.rtgen_family = AF_INET};
    struct {
        int error;
        struct nlmsghdr h;
        struct rtgenmsg body;
    } e = {error,
           {.nlmsg_len = len,
            .nlmsg_type = RTM_GETADDR,
            .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
            .nlmsg_seq = 3},
           body};

    message(NLMSG_ERROR, flags, &e, whole ? sizeof(e) : sizeof(e.error) + sizeof(e.h));
}

/* Errors in errors. */
static void nest(int fd, unsigned depth)
{
    const struct {
        int error;
        struct nlmsghdr h;
    } e = {-EPERM, {.nlmsg_len = depth * 20 + 4, .nlmsg_type = NLMSG_ERROR}};
    static char bytes[1 << 20];
    unsigned len = sizeof(e.h);

    memcpy(bytes, &e.h, sizeof(e.h));
    for (; depth--; len += sizeof(e))
        memcpy(bytes + len, &e, sizeof(e));
    sendto(fd, bytes, len, MSG_OOB, NULL, 0);
}

static void depths(void)
{
    nest(netlink(NETLINK_ROUTE), 50000);
}

static void errors(void)
{
    int route = netlink(NETLINK_ROUTE);
    static const int code[] = {0, -EPERM, -EOPNOTSUPP, 22, -5000};

    for (unsigned i = 0; i < 5; i++) {
        put_error(code[i], 0, 20, true);
        say(route);
        put_error(code[i], NLM_F_CAPPED | NLM_F_ACK_TLVS, 20, false);
        text(1, "wrong");
        number(2, 4, 4);
        attr(3, "ab", 2);
        number(4, 1, 4);
        number(5, 1, 4);
        number(77, 1, 4);
        say(route);
    }
    put_error(-EINVAL, 0, 3, true);
    say(route);
    put_error(-EINVAL, 0, 4000, true);
    say(route);
    message(NLMSG_ERROR, 0, "abcdefghijkl", 12);
    say(route);
    nest(route, 1);
    nest(route, 4);
}

/* ---- lengths that are wrong, and pointers ---- */

static void lengths(void)
{
    const struct ifinfomsg link = {.ifi_index = 1};
    int route = netlink(NETLINK_ROUTE);
    char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    mprotect(edge + 4096, 4096, PROT_NONE);
    for (unsigned len = 0; len < 96; len += 3) { /* cut off somewhere */
        message(RTM_GETLINK, NLM_F_REQUEST, &link, sizeof(link));
        text(IFLA_IFNAME, "lo");
        number(IFLA_MTU, 1500, 4);
        text(IFLA_QDISC, "none");
        message(RTM_GETADDR, NLM_F_REQUEST, "\2", 1);
        b.len = len < b.len ? len : b.len;
        say(route);
    }
    for (unsigned len = 0; len < 70; len += 3) { /* says it is shorter, or longer */
        message(RTM_GETLINK, NLM_F_REQUEST, &link, sizeof(link));
        text(IFLA_IFNAME, "lo");
        number(IFLA_MTU, 1500, 4);
        ((struct nlmsghdr *)(b.bytes + b.message))->nlmsg_len = len;
        say(route);
    }
    for (unsigned len = 0; len < 14; len++) {
        message(RTM_GETLINK, NLM_F_REQUEST, &link, sizeof(link));
        number(IFLA_MTU, 1500, 4);
        ((struct nlattr *)(b.bytes + b.attr))->nla_len = (uint16_t)len;
        number(IFLA_MASTER, 3, 4);
        say(route);
    }
    message(RTM_GETLINK, 0, &link, sizeof(link));
    ((struct nlmsghdr *)b.bytes)->nlmsg_len = 0xffffffff;
    say(route);
    sendto(route, NULL, 16, MSG_OOB, NULL, 0);
    sendto(route, NULL, 0, MSG_OOB, NULL, 0);
    sendto(route, edge + 4096, 64, MSG_OOB, NULL, 0);
    sendto(-1, "abc", 3, MSG_OOB, NULL, 0);
    sendto(0, "abcdefghijklmnopqrst", 20, MSG_OOB, NULL, 0);
    message(RTM_GETLINK, 0, &link, sizeof(link));
    number(IFLA_MTU, 1500, 4);
    for (unsigned len = 8; len <= b.len; len += 4) { /* the rest is not there */
        memcpy(edge + 4096 - len, b.bytes, len);
        sendto(route, edge + 4096 - len, 64, MSG_OOB, NULL, 0);
    }
    b.len = 0;
    for (unsigned i = 0; i < 40; i++)
        message(NLMSG_NOOP, 0, NULL, 0);
    say(route);
}

/* ---- NETLINK_ROUTE ---- */

static void links(void)
{
    static const char four[] = "\1\2\3\4", six[] = "\1\2\3\4\5\377";
    int route = netlink(NETLINK_ROUTE);
    static uint64_t stats[25];

    for (unsigned i = 0; i < 25; i++)
        stats[i] = i + 1ull + ((uint64_t)(i + 100) << 32);
    for (unsigned i = 0; i < 3; i++) {
        const struct ifinfomsg link = {.ifi_family = (unsigned char[]){0, AF_INET6, 200}[i],
                                       .ifi_type =
                                           (unsigned short[]){ARPHRD_LOOPBACK, ARPHRD_ETHER, 0x1234}[i],
                                       .ifi_index = i < 2 ? (int)i : 1000,
                                       .ifi_flags = (unsigned[]){0, 0x10049, 0xffffffff}[i],
                                       .ifi_change = i};

        message(RTM_NEWLINK, NLM_F_CREATE, &link, sizeof(link));
        text(IFLA_IFNAME, "lo");
        attr(IFLA_IFALIAS, "open", 4);
        attr(IFLA_QDISC, "a\n\200", 4);
        number(IFLA_EXT_MASK, 9, 4);
        number(IFLA_EXT_MASK, 0xf000, 4);
        attr(IFLA_ADDRESS, six, 6);
        attr(IFLA_BROADCAST, four, 4);
        attr(IFLA_STATS, stats, 96);
        attr(IFLA_STATS64, stats, 200);
        attr(IFLA_STATS64, stats, 4);
        attr(IFLA_MAP, stats, 32);
        attr(IFLA_MAP, stats, 16);
        say(route);
        message(RTM_SETLINK, 0, &link, sizeof(link));
        for (unsigned type = 0; type <= 61; type++)
            if (type != IFLA_ADDRESS && type != IFLA_BROADCAST && type != IFLA_PROTINFO &&
                type != IFLA_LINKINFO && type != IFLA_VFINFO_LIST && type != IFLA_VF_PORTS &&
                type != IFLA_PORT_SELF && type != IFLA_AF_SPEC && type != IFLA_XDP && type != IFLA_EVENT &&
                type != IFLA_PROP_LIST && type != IFLA_PROTO_DOWN_REASON && type != IFLA_PERM_ADDRESS)
                attr(type | (type % 3 ? 0 : NLA_F_NESTED) | (type % 5 ? 0 : NLA_F_NET_BYTEORDER), four, 4);
        attr(999, four, 4);
        say(route);
    }
}

static void addresses(void)
{
    const struct ifa_cacheinfo life = {1, 2, 3, 4};
    int route = netlink(NETLINK_ROUTE);

    for (unsigned i = 0; i < 3; i++) {
        const struct ifaddrmsg m = {.ifa_family = (unsigned char[]){AF_INET, AF_INET6, AF_UNIX}[i],
                                    .ifa_prefixlen = 8,
                                    .ifa_flags = (unsigned char[]){0x80, 0, 0xff}[i],
                                    .ifa_scope = (unsigned char[]){254, 0, 5}[i],
                                    .ifa_index = i < 2 ? i : 1000};

        message(RTM_NEWADDR, NLM_F_MULTI, &m, sizeof(m));
        attr(IFA_ADDRESS, "\177\0\0\1", 4);
        attr(IFA_LOCAL, &in6addr_loopback, 16);
        attr(IFA_BROADCAST, "\177", 1);
        attr(IFA_ANYCAST, "\177\0\0\1", 4);
        attr(IFA_MULTICAST, &in6addr_any, 16);
        text(IFA_LABEL, "lo");
        number(IFA_FLAGS, 0x80, 4);
        number(IFA_FLAGS, 0x1880, 4);
        number(IFA_FLAGS, 0x18000000, 4);
        attr(IFA_CACHEINFO, &life, sizeof(life));
        attr(IFA_CACHEINFO, &life, 8);
        number(IFA_RT_PRIORITY, 9, 4);
        number(IFA_TARGET_NETNSID, 0xffffffff, 4);
        number(77, 3, 4);
        say(route);
        message(RTM_GETANYCAST, 0, &m, sizeof(m));
        say(route);
    }
}

static void routes(void)
{
    const struct rta_cacheinfo cache = {1, 2, 3, 4, 5, 6, 7, 8};
    int route = netlink(NETLINK_ROUTE);
    struct rtattr mtu = {.rta_len = 8, .rta_type = RTAX_MTU};
    char metrics[24] = "";

    memcpy(metrics, &mtu, sizeof(mtu));
    memcpy(metrics + 8, (char[]){8, 0, 16, 0, 'c', 'u', 'b', 0, 8, 0, 99, 0, 1, 2, 3, 4}, 16);
    for (unsigned i = 0; i < 4; i++) {
        const struct rtmsg m = {.rtm_family = (unsigned char[]){AF_INET, AF_INET6, AF_UNIX, 0}[i],
                                .rtm_dst_len = 32,
                                .rtm_tos = (unsigned char[]){0, 0x10, 0xff, 1}[i],
                                .rtm_table = (unsigned char[]){254, 0, 7, 255}[i],
                                .rtm_protocol = (unsigned char[]){2, 0, 186, 77}[i],
                                .rtm_scope = (unsigned char[]){254, 0, 5, 200}[i],
                                .rtm_type = (unsigned char[]){2, 1, 12, 11}[i],
                                .rtm_flags = (unsigned[]){0x200, 0, 0x80000000, 0x1000}[i]};

        message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof(m));
        for (unsigned type = 0; type <= 31; type++)
            if (type != RTA_METRICS && type != RTA_MULTIPATH && type != RTA_MFC_STATS && type != RTA_VIA &&
                type != RTA_ENCAP_TYPE)
                attr(type, "\1\0\0\0\0\0\0\2", type == RTA_DST && i == 1 ? 16 : 8);
        attr(RTA_DST, &in6addr_loopback, 16);
        attr(RTA_TABLE, "\376\0\0", 4);
        number(RTA_OIF, 1000, 4);
        attr(RTA_CACHEINFO, &cache, sizeof(cache));
        attr(RTA_METRICS | NLA_F_NESTED, metrics, sizeof(metrics));
        say(route);
    }
}

static void rules(void)
{
    int route = netlink(NETLINK_ROUTE);

    for (unsigned i = 0; i < 4; i++) {
        const struct fib_rule_hdr m = {.family = (uint8_t[]){AF_INET, AF_INET6, AF_UNIX, 0}[i],
                                       .src_len = 3,
                                       .tos = (uint8_t[]){0, 8, 0xe1, 1}[i],
                                       .table = (uint8_t[]){254, 0, 7, 255}[i],
                                       .action = (uint8_t[]){1, 0, 8, 77}[i],
                                       .flags = (uint32_t[]){0, 3, 0x10001, 0x80000000}[i]};

        message(RTM_NEWRULE, NLM_F_MULTI, &m, sizeof(m));
        for (unsigned type = 0; type <= 24; type++)
            if (type != FRA_TUN_ID && type != FRA_IP_PROTO)
                attr(type, "\2\0\0\0\0\0\0\2", 8);
        number(FRA_IP_PROTO, 17, 1);
        number(FRA_PROTOCOL, 2, 1);
        say(route);
        message(RTM_GETRULE, NLM_F_REQUEST | NLM_F_DUMP, &m.family, 1);
        say(route);
        message(RTM_NEWPREFIX, 0, &m, sizeof(m));
        say(route);
    }
}

static void neighbours(void)
{
    const struct nda_cacheinfo cache = {1, 2, 3, 4};
    int route = netlink(NETLINK_ROUTE);

    for (unsigned i = 0; i < 4; i++) {
        const struct ndmsg m = {.ndm_family = (uint8_t[]){AF_INET, AF_INET6, AF_UNIX, AF_BRIDGE}[i],
                                .ndm_ifindex = i < 2 ? (int)i : 1000,
                                .ndm_state = (uint16_t[]){0, 2, 0x1ff, 0x100}[i],
                                .ndm_flags = (uint8_t[]){0, 8, 0xff, 0x40}[i],
                                .ndm_type = (uint8_t[]){0, 1, 77, 11}[i]};

        message(RTM_NEWNEIGH, NLM_F_CREATE, &m, sizeof(m));
        for (unsigned type = 0; type <= 17; type++)
            if (type != NDA_PORT && type != NDA_PROTOCOL && type != NDA_FDB_EXT_ATTRS &&
                type != NDA_FLAGS_EXT)
                attr(type, "\1\0\0\0\0\0\0\2", 8);
        attr(NDA_DST, &in6addr_loopback, 16);
        attr(NDA_CACHEINFO, &cache, sizeof(cache));
        number(NDA_PROTOCOL, 2, 1);
        number(99, 2, 1);
        say(route);
        message(RTM_GETNEIGH, NLM_F_REQUEST | NLM_F_DUMP, &m, sizeof(m));
        message(RTM_GETNEIGH, NLM_F_REQUEST | NLM_F_DUMP, &m, 4);
        say(route);
    }
}

/* What begins with a family and little else; attributes behind it. */
static void absent(void)
{
    static const struct {
        unsigned type, size, first, last;
        uint64_t leave; /* attributes whose insides are not looked at */
    } kinds[] = {{RTM_GETNEIGHTBL, 4, 0, 9, 0xe0},   {RTM_NEWADDRLABEL, 12, 1, 3, 0},
                 {RTM_GETNETCONF, 1, 0, 9, 0},       {RTM_NEWNSID, 1, 0, 6, 0},
                 {RTM_NEWNEXTHOP, 8, 0, 15, 0x308c}, {RTM_GETQDISC, 20, 0, 15, 0x1a0},
                 {RTM_DELTCLASS, 20, 0, 1, 0},       {RTM_NEWTFILTER, 20, 0, 1, 0},
                 {RTM_GETCHAIN, 20, 0, 1, 0}};
    static const char body[20] = "\2\0\4\0\1\0\0\0\3\0\0\0\4\0\0\0\5";
    int route = netlink(NETLINK_ROUTE);

    for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        message(kinds[i].type, NLM_F_REQUEST, body, kinds[i].size);
        for (unsigned type = kinds[i].first; type <= kinds[i].last; type++)
            if (!(kinds[i].leave >> type & 1))
                attr(type, "\1\0\0\0\0\0\0\2", 8);
        say(route);
        message(kinds[i].type, 0, body, 1);
        message(kinds[i].type, 0, "\12\377\377\377\177\377\377\377", 8);
        ((struct nlmsghdr *)(b.bytes + b.message))->nlmsg_len -= 1;
        say(route);
    }
}

/* ---- NETLINK_SOCK_DIAG ---- */

static void inet(void)
{
    int diag = netlink(NETLINK_SOCK_DIAG);
    static const uint8_t families[] = {AF_INET, AF_INET6};

    for (unsigned i = 0; i < 2; i++) {
        const struct inet_diag_sockid id = {htons(80), htons(81), {htonl(0x7f000001), 0, 0, htonl(1)},
                                            {0},       i,         {1, 2}};
        const struct inet_diag_req_v2 r = {families[i], IPPROTO_TCP, i ? 0xc2 : 0, 0, i ? 0xfff : 0x80000000,
                                           id};
        const struct inet_diag_req old = {families[i], 1, 2, 0x10, id, 0x402, 5};
        const struct inet_diag_msg m = {families[i], i ? 10 : 99, 1, 2, id, 3, 4, 5, 6, 7};

        message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, &r, sizeof(r));
        number(3, IPPROTO_MPTCP, 4);
        number(9, 1, 4);
        say(diag);
        message(TCPDIAG_GETSOCK, NLM_F_REQUEST, &old, sizeof(old));
        say(diag);
        message(SOCK_DESTROY, NLM_F_REQUEST, &r, 20);
        say(diag);
        message(SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, &m, sizeof(m));
        attr(INET_DIAG_MEMINFO, &id, 16);
        text(INET_DIAG_CONG, "cubic");
        for (unsigned bits = 0; bits < 6; bits++)
            number(INET_DIAG_SHUTDOWN, bits, 1);
        number(INET_DIAG_TOS, 8, 1);
        number(INET_DIAG_TCLASS, 8, 1);
        number(INET_DIAG_SKV6ONLY, 1, 1);
        number(INET_DIAG_PROTOCOL, IPPROTO_UDP, 1);
        number(INET_DIAG_MARK, 5, 4);
        number(INET_DIAG_CLASS_ID, 5, 4);
        number(21, 0x100000002, 8);
        number(22, 0, 2);
        number(22, 0x52, 2);
        number(22, 0xffff, 2);
        number(22, 0x4030201, 4);
        number(22, 1, 1);
        number(INET_DIAG_INFO, 1, 4);
        number(99, 1, 4);
        say(diag);
    }
}

static void others(void)
{
    int diag = netlink(NETLINK_SOCK_DIAG);
    const struct unix_diag_req r = {AF_UNIX, 0, 0, 0x482, 5, 0x3f, {1, 0xffffffff}};
    const struct unix_diag_msg m = {AF_UNIX, SOCK_STREAM, 10, 0, 5, {1, 2}};
    const struct netlink_diag_req n = {AF_NETLINK, NDIAG_PROTO_ALL, 0, 0, 3, {0, 0}},
                                  route = {AF_NETLINK, 4, 0, 1, 0x80, {0, 0}};
    const struct packet_diag_req p = {AF_PACKET, 3, 0, 4, 0x3f, {1, 2}};
    const struct smc_diag_req s = {.diag_family = AF_SMC, .diag_ext = 3, .id = {.idiag_sport = htons(5)}};

    message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, &r, sizeof(r));
    message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, &n, sizeof(n));
    message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, &route, sizeof(route));
    message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, &p, sizeof(p));
    message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, &s, sizeof(s));
    message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, "\x28\0\0\0", 4);
    message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, "\x2c\0\0\0", 4);
    say(diag);
    message(SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, &m, sizeof(m));
    attr(UNIX_DIAG_NAME, "/run/it", 7);
    attr(UNIX_DIAG_NAME, "\0run", 4);
    number(UNIX_DIAG_VFS, 0x800001000000022, 8);
    number(UNIX_DIAG_PEER, 9, 4);
    number(UNIX_DIAG_ICONS, 0x100000002, 8);
    number(UNIX_DIAG_ICONS, 1, 2);
    number(UNIX_DIAG_RQLEN, 0x100000002, 8);
    number(UNIX_DIAG_SHUTDOWN, 3, 1);
    number(7, 1000, 4);
    number(7, 0xffffffff, 4);
    number(55, 1, 4);
    say(diag);
}

/* ---- what the kernel says, and all calls that move it ---- */

static void answers(void)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct sockaddr_nl from;
    const struct rtgenmsg body = {.rtgen_family = 0};
    char answer[8192];
    struct iovec out = {b.bytes, 0}, in = {answer, sizeof(answer)};
    struct mmsghdr m = {
        .msg_hdr = {
            .msg_name = (void *)&kernel, .msg_namelen = sizeof(kernel), .msg_iov = &out, .msg_iovlen = 1}};
    struct mmsghdr got = {
        .msg_hdr = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &in, .msg_iovlen = 1}};
    int fd = netlink(NETLINK_ROUTE);

    message(RTM_MAX + 5, NLM_F_REQUEST, &body, sizeof(body)); /* EOPNOTSUPP */
    sendto(fd, b.bytes, b.len, 0, NULL, 0);
    recvfrom(fd, answer, sizeof(answer), 0, NULL, NULL);
    out.iov_len = b.len;
    sendmsg(fd, &m.msg_hdr, 0);
    recvmsg(fd, &got.msg_hdr, 0);
    sendmmsg(fd, &m, 1, 0);
    recvmmsg(fd, &got, 1, 0, NULL);
    m.msg_hdr.msg_name = NULL; /* then nobody tells what it is */
    m.msg_hdr.msg_namelen = 0;
    sendmsg(fd, &m.msg_hdr, 0);
    got.msg_hdr.msg_name = NULL;
    in.iov_len = 8; /* without the port */
    recvmsg(fd, &got.msg_hdr, 0);
    if (write(fd, b.bytes, b.len) < 0 || read(fd, answer, sizeof(answer)) < 0)
        return;
    sendto(fd, b.bytes, b.len, 0, NULL, 0);
    recvfrom(fd, answer, 40, MSG_TRUNC, NULL, NULL);
    recvfrom(fd, answer, sizeof(answer), MSG_DONTWAIT, NULL, NULL);
    b.len = 0;
}

int main(int argc, char **argv)
{
    static const struct group_of_calls groups[] = {
        {"headers", headers},     {"errors", errors}, {"lengths", lengths}, {"links", links},
        {"addresses", addresses}, {"routes", routes}, {"rules", rules},     {"neighbours", neighbours},
        {"depths", depths},       {"absent", absent}, {"inet", inet},       {"others", others},
        {"answers", answers},     {NULL, NULL}};

    return run_group(groups, argc, argv);
}
