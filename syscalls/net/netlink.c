/*
 * netlink.c - AF_NETLINK sockets: ports, and messages between them (net/netlink/af_netlink.c).
 *
 * Of the kernel (port 0) NETLINK_ROUTE (rtnetlink.c) and NETLINK_SOCK_DIAG (sock_diag.c) answer. NETLINK_KOBJECT_UEVENT is there for those who wait
 * for devices to come and go, which none does. mq_notify(2) with SIGEV_THREAD sends through a socket, too.
 */
#include "netif.h"
#include "sock_diag.h"

#include <linux/capability.h>
#include <linux/netlink.h>

#define FIRST_OWN_PORT (-4097) /* where the process' id is taken, downwards */

static struct sockaddr_nl *name_of(struct sock *s)
{
    return (struct sockaddr_nl *)&s->addr;
}

static struct sock *find_port(struct kernel *k, int protocol, uint32_t port)
{
    list_for_each (n, &k->vfs->sockets) {
        struct sock *s = container_of(n, struct sock, all);

        if (s->family == AF_NETLINK && s->protocol == protocol && s->bound && name_of(s)->nl_pid == port)
            return s;
    }
    return NULL;
}

int netlink_check(int type, int protocol)
{
    if (type != SOCK_RAW && type != SOCK_DGRAM)
        return -ESOCKTNOSUPPORT;
    return protocol == NETLINK_ROUTE || protocol == NETLINK_SOCK_DIAG || protocol == NETLINK_KOBJECT_UEVENT
               ? 0
               : -EPROTONOSUPPORT;
}

static int take_port(struct task *t, struct sock *s, uint32_t port)
{
    uint32_t own = (uint32_t)FIRST_OWN_PORT;

    if (port && find_port(t->k, s->protocol, port))
        return -EADDRINUSE;
    if (!port) {
        port = (uint32_t)t->proc->pid;
        while (find_port(t->k, s->protocol, port))
            port = own--;
    }
    name_of(s)->nl_pid = port;
    s->bound = true;
    return 0;
}

int netlink_bind(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len)
{
    const struct sockaddr_nl *nl = (const void *)sa;
    int err = 0;

    if (len < sizeof(*nl) || nl->nl_family != AF_NETLINK)
        return -EINVAL;
    if (s->bound && nl->nl_pid != name_of(s)->nl_pid)
        return -EINVAL;
    if (!s->bound)
        err = take_port(t, s, nl->nl_pid);
    if (!err)
        name_of(s)->nl_groups = nl->nl_groups;
    return err;
}

int netlink_connect(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len)
{
    const struct sockaddr_nl *nl = (const void *)sa;

    if (sa->ss_family == AF_UNSPEC) {
        s->peer_addr = (struct sockaddr_storage){.ss_family = AF_NETLINK};
        return 0;
    }
    if (len < sizeof(*nl) || nl->nl_family != AF_NETLINK)
        return -EINVAL;
    if ((nl->nl_pid || nl->nl_groups) && !task_capable(t, CAP_NET_ADMIN))
        return -EPERM;
    s->peer_addr = *sa;
    return s->bound ? 0 : take_port(t, s, 0);
}

int64_t netlink_send(struct task *t, struct sock *s, const void *buf, uint64_t len,
                     const struct sockaddr_storage *to, unsigned to_len)
{
    const struct sockaddr_nl *nl = to_len ? (const void *)to : (const void *)&s->peer_addr;
    struct sock *other;
    int err;

    if (to_len && (to_len < sizeof(*nl) || nl->nl_family != AF_NETLINK))
        return -EINVAL;
    if (to_len && (nl->nl_pid || nl->nl_groups) && !task_capable(t, CAP_NET_ADMIN))
        return -EPERM;
    err = s->bound ? 0 : take_port(t, s, 0);
    if (err)
        return err;
    if (len > (uint64_t)s->sndbuf - 32)
        return -EMSGSIZE;
    if (!nl->nl_pid && s->protocol == NETLINK_ROUTE) {
        rtnetlink_request(t, s, buf, len);
        return (int64_t)len;
    }
    if (!nl->nl_pid && s->protocol == NETLINK_SOCK_DIAG) {
        sock_diag_request(t, s, buf, len);
        return (int64_t)len;
    }
    other = nl->nl_pid ? find_port(t->k, s->protocol, nl->nl_pid) : NULL;
    return other ? sock_deliver(other, &s->addr, sizeof(*nl), buf, len) : -ECONNREFUSED;
}

void netlink_deliver(struct sock *s, const void *buf, uint64_t len)
{
    struct sockaddr_storage kernel = {.ss_family = AF_NETLINK};

    sock_deliver(s, &kernel, sizeof(struct sockaddr_nl), buf, len);
}
