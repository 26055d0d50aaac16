/*
 * netif.c - SIOCGIF*: what ioctls tell of the loopback interface (net/core/dev_ioctl.c, net/ipv4/devinet.c).
 */
#include "netif.h"

#include <linux/sockios.h>
#include <net/if_arp.h>
#include <netinet/in.h>

#define ETHTOOL_PARAMS 4u /* the command, which every caller has behind ifr_data */

/* SIOCGIFCONF: a buffer of none is told how much there is; one too small for an entry gets none. */
static int64_t list_interfaces(struct task *t, uint64_t arg)
{
    struct ifreq lo = {.ifr_name = LO_NAME};
    struct sockaddr_in *in = (void *)&lo.ifr_addr;
    struct ifconf conf;

    if (mm_copy_in(t->mm, &conf, arg, sizeof(conf)))
        return -EFAULT;
    in->sin_family = AF_INET;
    in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (conf.ifc_buf && conf.ifc_len >= (int)sizeof(lo) &&
        mm_copy_out(t->mm, (uint64_t)(uintptr_t)conf.ifc_buf, &lo, sizeof(lo)))
        return -EFAULT;
    conf.ifc_len = !conf.ifc_buf || conf.ifc_len >= (int)sizeof(lo) ? sizeof(lo) : 0;
    return mm_copy_out(t->mm, arg, &conf, sizeof(conf));
}

/* An IPv4 address of the interface; only sockets of that family are asked for them. */
static int64_t tell_address(const struct sock *s, struct ifreq *r, uint32_t addr)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(addr)};

    if (s->family != AF_INET)
        return -ENOTTY;
    memcpy(&r->ifr_addr, &in, sizeof(in));
    return 0;
}

static int64_t tell(struct task *t, const struct sock *s, unsigned cmd, struct ifreq *r)
{
    char none[ETHTOOL_PARAMS];

    switch (cmd) {
    case SIOCGIFFLAGS:
        r->ifr_flags = LO_FLAGS;
        return 0;
    case SIOCGIFADDR:
    case SIOCGIFDSTADDR:
        return tell_address(s, r, INADDR_LOOPBACK);
    case SIOCGIFBRDADDR:
        return tell_address(s, r, INADDR_ANY);
    case SIOCGIFNETMASK:
        return tell_address(s, r, IN_CLASSA_NET);
    case SIOCGIFMETRIC:
        r->ifr_metric = 0;
        return 0;
    case SIOCGIFMTU:
        r->ifr_mtu = LO_MTU;
        return 0;
    case SIOCGIFHWADDR:
        memset(&r->ifr_hwaddr, 0, sizeof(r->ifr_hwaddr));
        r->ifr_hwaddr.sa_family = ARPHRD_LOOPBACK;
        return 0;
    case SIOCGIFSLAVE:
        return -EINVAL;
    case SIOCGIFINDEX:
        r->ifr_ifindex = LO_INDEX;
        return 0;
    case SIOCGIFTXQLEN:
        r->ifr_qlen = LO_TXQLEN;
        return 0;
    case SIOCGIFMAP:
        memset(&r->ifr_map, 0, sizeof(r->ifr_map));
        return 0;
    case SIOCETHTOOL: /* the interface has no hardware to tell of */
        return mm_copy_in(t->mm, none, (uint64_t)(uintptr_t)r->ifr_data, sizeof(none)) ? -EFAULT
                                                                                       : -EOPNOTSUPP;
    }
    return -ENOTTY;
}

int64_t netif_ioctl(struct task *t, const struct sock *s, unsigned cmd, uint64_t arg)
{
    struct ifreq r;
    int64_t err;

    if (cmd >> 8 != SIOCGIFNAME >> 8)
        return -ENOTTY;
    if (cmd == SIOCGIFCONF)
        return list_interfaces(t, arg);
    if (mm_copy_in(t->mm, &r, arg, sizeof(r)))
        return -EFAULT;
    r.ifr_name[IFNAMSIZ - 1] = 0;
    if (cmd == SIOCGIFNAME) {
        if (r.ifr_ifindex != LO_INDEX)
            return -ENODEV;
        snprintf(r.ifr_name, sizeof(r.ifr_name), LO_NAME);
    } else {
        err = tell(t, s, cmd, &r);
        if (err != -ENOTTY && strcmp(r.ifr_name, LO_NAME) != 0)
            err = -ENODEV;
        if (err)
            return err;
    }
    return mm_copy_out(t->mm, arg, &r, sizeof(r));
}
