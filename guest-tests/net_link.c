/* net_link.c - facts on the loopback interface: what ioctls tell of it, and what rtnetlink answers. */
#include "probe.h"

#include <arpa/inet.h>
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
    odd_requests(s);
    is_ok(request(s, RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, "", 1), "once more");
    is_true(recvfrom(s, answer, sizeof(answer), 0, (struct sockaddr *)&from, &len) > 0 && !from.nl_pid,
            "answers come from the kernel");
    is_true(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT) >= 0,
            "NETLINK_KOBJECT_UEVENT");
    options(s);
    return done();
}
