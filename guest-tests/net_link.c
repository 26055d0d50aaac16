/* net_link.c - facts on the loopback interface: what ioctls tell of it, and what rtnetlink answers. */
#include "probe.h"

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static struct ifreq asked;

static int ask(int s, unsigned long cmd, const char *name)
{
    memset(&asked, 0, sizeof(asked));
    strcpy(asked.ifr_name, name);
    return ioctl(s, cmd, &asked);
}

static const char *address(int s, unsigned long cmd)
{
    return ask(s, cmd, "lo") ? "" : inet_ntoa(((struct sockaddr_in *)&asked.ifr_addr)->sin_addr);
}

static void ioctls(void)
{
    int s = socket(AF_INET, SOCK_DGRAM, 0), u = socket(AF_UNIX, SOCK_STREAM, 0);
    struct ifreq some[64];
    struct ifconf conf = {.ifc_len = sizeof(some), .ifc_req = some};
    bool found = false;

    is_ok(ask(s, SIOCGIFINDEX, "lo"), "SIOCGIFINDEX");
    is_num(asked.ifr_ifindex, 1, "lo is the first");
    is_ok(ioctl(u, SIOCGIFNAME, &asked), "SIOCGIFNAME, on a socket of any family");
    is_str(asked.ifr_name, "lo", "its name");
    is_err(ask(s, SIOCGIFINDEX, "nothing0"), "ENODEV", "no such interface");
    asked.ifr_ifindex = 0;
    is_err(ioctl(s, SIOCGIFNAME, &asked), "ENODEV", "number 0 is none");
    is_err(ioctl(s, SIOCGIFFLAGS, 8), "EFAULT", "a wild pointer");
    is_ok(ask(s, SIOCGIFFLAGS, "lo"), "SIOCGIFFLAGS");
    is_true((asked.ifr_flags & (IFF_UP | IFF_LOOPBACK | IFF_RUNNING)) ==
                (IFF_UP | IFF_LOOPBACK | IFF_RUNNING),
            "it is up");
    is_ok(ask(s, SIOCGIFMTU, "lo"), "SIOCGIFMTU");
    is_num(asked.ifr_mtu, 65536, "the largest packet");
    is_ok(ask(s, SIOCGIFHWADDR, "lo"), "SIOCGIFHWADDR");
    is_num(asked.ifr_hwaddr.sa_family, ARPHRD_LOOPBACK, "no hardware");
    is_ok(ask(s, SIOCGIFTXQLEN, "lo"), "SIOCGIFTXQLEN");
    is_str(address(s, SIOCGIFADDR), "127.0.0.1", "SIOCGIFADDR");
    is_str(address(s, SIOCGIFNETMASK), "255.0.0.0", "SIOCGIFNETMASK");
    is_err(ask(u, SIOCGIFADDR, "lo"), "ENOTTY", "an address of another family");
    is_ok(ioctl(s, SIOCGIFCONF, &conf), "SIOCGIFCONF");
    for (int i = 0; i < conf.ifc_len / (int)sizeof(*some); i++)
        found |= !strcmp(some[i].ifr_name, "lo");
    is_true(found, "lists lo");
    conf.ifc_len = sizeof(*some) - 1;
    is_ok(ioctl(s, SIOCGIFCONF, &conf), "room for less than one");
    is_num(conf.ifc_len, 0, "gets none");
    close(s);
    close(u);
}

/* ---- rtnetlink ---- */

static char answer[65536];

static int request(int s, unsigned type, unsigned flags, const void *body, unsigned len)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct {
        struct nlmsghdr h;
        char body[64];
    } m = {.h = {.nlmsg_len = NLMSG_LENGTH(len), .nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = 42}};

    memcpy(m.body, body, len);
    return sendto(s, &m, NLMSG_LENGTH(len), 0, (struct sockaddr *)&kernel, sizeof(kernel)) > 0 ? 0 : -1;
}

/* The next message; NULL: there is none. */
static const struct nlmsghdr *next_message(int s)
{
    static const struct nlmsghdr *h;
    static int left;

    if (left > 0)
        h = NLMSG_NEXT(h, left);
    if (left <= 0 || !NLMSG_OK(h, left)) {
        left = recv(s, answer, sizeof(answer), MSG_DONTWAIT);
        h = (void *)answer;
        if (left <= 0)
            return NULL;
    }
    return h;
}

static const struct rtattr *attribute(const struct nlmsghdr *h, unsigned header, unsigned type)
{
    const struct rtattr *r = (const void *)((const char *)h + NLMSG_SPACE(header));
    int left = h->nlmsg_len - NLMSG_SPACE(header);

    for (; RTA_OK(r, left); r = RTA_NEXT(r, left))
        if (r->rta_type == type)
            return r;
    return NULL;
}

/* The errno of the answer to a request, 0 for an acknowledgement; -1: something else came. */
static int refusal(int s)
{
    const struct nlmsghdr *h = next_message(s);

    return h && h->nlmsg_type == NLMSG_ERROR ? -((struct nlmsgerr *)NLMSG_DATA(h))->error : -1;
}

static void links(int s)
{
    struct ifinfomsg link = {0};
    const struct nlmsghdr *h;
    const struct rtattr *name;
    bool found = false;

    is_ok(request(s, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, &link, 1), "RTM_GETLINK, all");
    while ((h = next_message(s)) && h->nlmsg_type == RTM_NEWLINK)
        if (((struct ifinfomsg *)NLMSG_DATA(h))->ifi_index == 1) {
            name = attribute(h, sizeof(link), IFLA_IFNAME);
            found =
                name && !strcmp(RTA_DATA(name), "lo") && h->nlmsg_flags & NLM_F_MULTI && h->nlmsg_seq == 42;
        }
    is_true(found, "the first is lo");
    is_true(h && h->nlmsg_type == NLMSG_DONE, "the list has an end");
    is_true(!next_message(s), "after it comes nothing");

    link.ifi_index = 1;
    is_ok(request(s, RTM_GETLINK, NLM_F_REQUEST, &link, sizeof(link)), "one of them");
    h = next_message(s);
    is_true(h && h->nlmsg_type == RTM_NEWLINK && !(h->nlmsg_flags & NLM_F_MULTI), "which is no list");
    link.ifi_index = 0x7fffff;
    request(s, RTM_GETLINK, NLM_F_REQUEST, &link, sizeof(link));
    is_num(refusal(s), ENODEV, "one that is not there");
    link.ifi_index = 0;
    request(s, RTM_GETLINK, NLM_F_REQUEST, &link, sizeof(link));
    is_num(refusal(s), EINVAL, "neither number nor name");
    request(s, RTM_GETLINK, NLM_F_REQUEST, &link, 4);
    is_num(refusal(s), EINVAL, "half a header");
}

static void addresses(int s)
{
    struct ifaddrmsg msg = {.ifa_family = AF_INET};
    const struct nlmsghdr *h;
    const struct rtattr *local;
    bool found = false, others = false;

    is_ok(request(s, RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, &msg, sizeof(msg)), "RTM_GETADDR of IPv4");
    while ((h = next_message(s)) && h->nlmsg_type == RTM_NEWADDR) {
        const struct ifaddrmsg *a = NLMSG_DATA(h);

        others |= a->ifa_family != AF_INET;
        local = attribute(h, sizeof(msg), IFA_LOCAL);
        found |= a->ifa_index == 1 && a->ifa_prefixlen == 8 && a->ifa_scope == RT_SCOPE_HOST && local &&
                 *(in_addr_t *)RTA_DATA(local) == htonl(INADDR_LOOPBACK);
    }
    is_true(found, "127.0.0.1/8");
    is_true(!others, "none of another family");
    is_true(h && h->nlmsg_type == NLMSG_DONE, "and the end");
}

/* ---- the way of one packet ---- */

struct ask_route {
    struct rtmsg msg;
    struct rtattr head;
    in_addr_t dst;
    struct rtattr oif_head;
    int oif;
};

static const struct nlmsghdr *route_to(int s, const char *dst, unsigned flags, int oif)
{
    struct ask_route ask = {.msg = {.rtm_family = AF_INET, .rtm_dst_len = 32, .rtm_flags = flags},
                            .head = {RTA_LENGTH(4), RTA_DST},
                            .dst = inet_addr(dst),
                            .oif_head = {RTA_LENGTH(4), RTA_OIF},
                            .oif = oif};

    must(request(s, RTM_GETROUTE, NLM_F_REQUEST, &ask, sizeof(ask) - (oif ? 0 : sizeof(ask.oif) * 2)));
    return next_message(s);
}

static uint32_t number(const struct nlmsghdr *h, unsigned type)
{
    const struct rtattr *r = attribute(h, sizeof(struct rtmsg), type);

    return r ? *(uint32_t *)RTA_DATA(r) : 0;
}

static void ways(int s)
{
    const struct nlmsghdr *h = route_to(s, "127.1.2.3", 0, 0);
    const struct rtmsg *r = NLMSG_DATA(h);
    struct rtmsg odd = {.rtm_family = AF_UNIX};
    struct ask_route ask = {.msg = {.rtm_family = AF_INET}, .head = {RTA_LENGTH(2), RTA_DST}};

    is_true(h->nlmsg_type == RTM_NEWROUTE && r->rtm_type == RTN_LOCAL && r->rtm_dst_len == 32, "a way");
    is_true(r->rtm_flags & RTM_F_CLONED, "of one packet, not a route");
    is_true(number(h, RTA_DST) == inet_addr("127.1.2.3") && number(h, RTA_OIF) == 1, "by lo");
    is_true(number(h, RTA_PREFSRC) == inet_addr("127.0.0.1"), "from 127.0.0.1");
    h = route_to(s, "127.1.2.3", RTM_F_FIB_MATCH, 0);
    r = NLMSG_DATA(h);
    is_true(r->rtm_dst_len == 8 && number(h, RTA_DST) == inet_addr("127.0.0.0"), "the route it is by");
    h = route_to(s, "127.255.255.255", 0, 0);
    is_num(((struct rtmsg *)NLMSG_DATA(h))->rtm_type, RTN_BROADCAST, "the last address is everybody's");
    h = route_to(s, "127.0.0.1", 0, 0x7fff);
    is_true(h->nlmsg_type == NLMSG_ERROR && ((struct nlmsgerr *)NLMSG_DATA(h))->error == -ENODEV,
            "by no interface");
    must(request(s, RTM_GETROUTE, NLM_F_REQUEST, &odd, sizeof(odd)));
    is_num(refusal(s), EOPNOTSUPP, "a family without routes");
    odd.rtm_family = AF_INET;
    must(request(s, RTM_GETROUTE, NLM_F_REQUEST, &odd, 4));
    is_num(refusal(s), EINVAL, "half a header");
    must(request(s, RTM_GETROUTE, NLM_F_REQUEST, &ask, 12 + 6));
    is_num(refusal(s), ERANGE, "half an address");
}

static void rules(int s)
{
    struct rtmsg msg = {.rtm_family = AF_INET};
    const struct nlmsghdr *h;
    unsigned tables = 0;

    must(request(s, RTM_GETRULE, NLM_F_REQUEST | NLM_F_DUMP, &msg, sizeof(msg)));
    while ((h = next_message(s)) && h->nlmsg_type == RTM_NEWRULE)
        tables |= 1u << (RT_TABLE_LOCAL - number(h, FRA_TABLE));
    is_num(tables & 7, 7, "rules: the local table, the main one, the default");
    is_true(h && h->nlmsg_type == NLMSG_DONE && !*(int *)NLMSG_DATA(h), "and the end");
    msg.rtm_family = AF_UNIX;
    must(request(s, RTM_GETRULE, NLM_F_REQUEST | NLM_F_DUMP, &msg, sizeof(msg)));
    h = next_message(s);
    is_true(h && h->nlmsg_type == NLMSG_DONE && *(int *)NLMSG_DATA(h) == -EAFNOSUPPORT,
            "a family without rules");
}

static void odd_requests(int s)
{
    const char none[16] = "";

    request(s, 500, NLM_F_REQUEST, none, 16);
    is_num(refusal(s), EOPNOTSUPP, "no such request");
    request(s, 5, NLM_F_REQUEST | NLM_F_ACK, none, 16);
    is_num(refusal(s), 0, "one for nobody is acknowledged");
    request(s, RTM_GETLINK, NLM_F_ACK, none, 16);
    is_num(refusal(s), 0, "one that asks nothing, too");
    request(s, RTM_GETLINK, NLM_F_REQUEST, none, 0);
    is_true(!next_message(s), "one without a family is not answered");
}

/* A program of one instruction, and a return. */
static const char *filter(int u, unsigned code, unsigned k)
{
    struct sock_filter insn[] = {{.code = code, .k = k}, {.code = BPF_RET | BPF_A}};
    struct sock_fprog prog = {2, insn};
    int r = setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));

    return result(r, errno);
}

static void filters(int u)
{
    is_str(filter(u, BPF_LD | BPF_H | BPF_ABS, 12), "ok", "half a word of a packet");
    is_str(filter(u, BPF_LD | BPF_B | BPF_IND, 1), "ok", "a byte at an index");
    is_str(filter(u, BPF_LDX | BPF_B | BPF_MSH, 14), "ok", "the length of a header");
    is_str(filter(u, BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_CPU), "ok", "a fact about a packet");
    is_str(filter(u, BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_MAX), "EINVAL", "which is none");
    is_str(filter(u, BPF_ALU | BPF_MOD | BPF_K, 7), "ok", "a remainder");
    is_str(filter(u, BPF_ALU | BPF_MOD | BPF_K, 0), "EINVAL", "of nothing");
    is_str(filter(u, BPF_LD | BPF_MEM, 3), "EINVAL", "a cell that nobody wrote");
    is_str(filter(u, BPF_JMP | BPF_JA, 1), "EINVAL", "a jump to the outside");
    is_str(filter(u, BPF_LDX | BPF_H | BPF_ABS, 0), "EINVAL", "no such instruction");
}

/* Who waits for devices filters what comes. */
static void options(int s)
{
    int u = must(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT)), v = 0, one = 1,
        none = 0;
    struct sock_filter all = {.code = BPF_RET | BPF_K, .k = 0xffff};
    struct sock_fprog prog = {1, &all}, empty = {0, &all}, wild = {1, (void *)8};
    socklen_t len = sizeof(v);

    is_true(!getsockopt(u, SOL_SOCKET, SO_PROTOCOL, &v, &len) && v == NETLINK_KOBJECT_UEVENT, "SO_PROTOCOL");
    is_ok(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)), "a filter");
    is_err(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &empty, sizeof(prog)), "EINVAL", "an empty one");
    is_err(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &prog, 8), "EINVAL", "half of one");
    is_err(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &wild, sizeof(prog)), "EFAULT", "one that is nowhere");
    filters(u);
    is_ok(setsockopt(u, SOL_SOCKET, SO_DETACH_FILTER, &one, sizeof(one)), "is taken off");
    is_err(setsockopt(u, SOL_SOCKET, SO_DETACH_FILTER, &one, sizeof(one)), "ENOENT", "once");
    setsockopt(u, SOL_SOCKET, SO_LOCK_FILTER, &one, sizeof(one));
    is_err(setsockopt(u, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)), "EPERM", "it is locked");

    is_ok(setsockopt(s, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)), "NETLINK_EXT_ACK");
    is_true(!getsockopt(s, SOL_NETLINK, NETLINK_EXT_ACK, &v, &len) && v == 1, "is kept");
    is_ok(setsockopt(s, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &one, sizeof(one)), "a group");
    is_err(setsockopt(s, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &none, sizeof(none)), "EINVAL", "no group 0");
    is_err(setsockopt(s, SOL_NETLINK, 77, &one, sizeof(one)), "ENOPROTOOPT", "no such option");
}

int main(void)
{
    struct sockaddr_nl addr = {.nl_family = AF_NETLINK}, from;
    socklen_t len = sizeof(from);
    int s = must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));

    ioctls();
    is_ok(bind(s, (struct sockaddr *)&addr, sizeof(addr)), "a netlink port");
    links(s);
    addresses(s);
    ways(s);
    rules(s);
    odd_requests(s);
    is_ok(request(s, RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, "", 1), "once more");
    is_true(recvfrom(s, answer, sizeof(answer), 0, (struct sockaddr *)&from, &len) > 0 && !from.nl_pid,
            "answers come from the kernel");
    is_true(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT) >= 0,
            "NETLINK_KOBJECT_UEVENT");
    options(s);
    return done();
}
