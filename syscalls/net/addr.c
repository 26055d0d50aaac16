/*
 * addr.c - names of sockets: paths, abstract names, and ports of the loopback network.
 */
#include "sock.h"
#include "../landlock/landlock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/un.h>

#define NAME_ROOM (sizeof(struct sockaddr_un))

static struct list_head *names(struct task *t)
{
    return &t->k->vfs->net_names;
}

static unsigned port_of(const struct sockaddr_storage *sa)
{
    return ntohs(sa->ss_family == AF_INET ? ((const struct sockaddr_in *)sa)->sin_port
                                          : ((const struct sockaddr_in6 *)sa)->sin6_port);
}

static void set_port(struct sockaddr_storage *sa, unsigned port)
{
    if (sa->ss_family == AF_INET)
        ((struct sockaddr_in *)sa)->sin_port = htons(port);
    else
        ((struct sockaddr_in6 *)sa)->sin6_port = htons(port);
}

/* Addresses of this machine: 127/8, 0.0.0.0, ::1, ::, and those mapped. */
static bool is_local(const struct sockaddr_storage *sa)
{
    const struct sockaddr_in6 *six = (const void *)sa;

    if (sa->ss_family == AF_INET) {
        uint32_t ip = ntohl(((const struct sockaddr_in *)sa)->sin_addr.s_addr);

        return ip >> 24 == 127 || ip == 0;
    }
    return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr) && six->sin6_addr.s6_addr[12] == 127);
}

static int check_inet(const struct sock *s, const struct sockaddr_storage *sa, unsigned len)
{
    if (len < (s->family == AF_INET ? sizeof(struct sockaddr_in) : 24))
        return -EINVAL;
    if (sa->ss_family != s->family)
        return -EAFNOSUPPORT;
    return 0;
}

static struct sock *find_port(struct task *t, int type, unsigned port, const struct sock *except)
{
    list_for_each (n, names(t)) {
        struct sock *s = container_of(n, struct sock, named);

        if (s != except && s->family != AF_UNIX && s->type == type && port_of(&s->addr) == port &&
            (type != SOCK_STREAM || s->state != SS_CONNECTED))
            return s;
    }
    return NULL;
}

static void add_name(struct task *t, struct sock *s)
{
    list_add_tail(names(t), &s->named);
}

void sock_unbind(struct sock *s)
{
    list_del(&s->named);
    dentry_put(s->at);
    s->at = NULL;
}

static int bind_inet(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len)
{
    struct sockaddr_storage any;
    unsigned port;
    int err;

    if (s->family == AF_INET && sa->ss_family == AF_UNSPEC &&
        !((const struct sockaddr_in *)sa)->sin_addr.s_addr) {
        any = *sa; /* as old programs have it */
        any.ss_family = AF_INET;
        sa = &any;
    }
    err = check_inet(s, sa, len);
    if (err)
        return err;
    if (!list_empty(&s->named))
        return -EINVAL;
    if (!is_local(sa))
        return -EADDRNOTAVAIL;
    port = port_of(sa);
    if (port && port < 1024 && !task_capable(t, 10 /* CAP_NET_BIND_SERVICE */))
        return -EACCES;
    if (port) {
        struct sock *other = find_port(t, s->type, port, s);

        if (other && !(other->reuse && s->reuse && other->state != SS_LISTEN) &&
            !(other->reuse_port && s->reuse_port))
            return -EADDRINUSE;
    }
    for (unsigned tries = 0; !port; tries++) {
        unsigned p = 32768 + t->k->vfs->next_port++ % 28232;

        if (!find_port(t, s->type, p, s))
            port = p;
        else if (tries > 28232)
            return -EADDRINUSE;
    }
    s->addr = *sa;
    s->addr_len = s->family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    set_port(&s->addr, port);
    add_name(t, s);
    return 0;
}

static void any_address(struct sockaddr_storage *sa, int family)
{
    memset(sa, 0, sizeof(*sa));
    sa->ss_family = family;
}

void sock_name_sender(struct sockaddr_storage *sa)
{
    struct sockaddr_in *four = (void *)sa;
    struct sockaddr_in6 *six = (void *)sa;

    if (sa->ss_family == AF_INET && !four->sin_addr.s_addr)
        four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (sa->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr))
        six->sin6_addr = in6addr_loopback;
}

void sock_map_address(struct sockaddr_storage *sa, int family)
{
    struct sockaddr_in four = *(struct sockaddr_in *)sa;
    struct sockaddr_in6 *six = (void *)sa;

    if (sa->ss_family != AF_INET || family != AF_INET6)
        return;
    *six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = four.sin_port};
    six->sin6_addr.s6_addr[10] = six->sin6_addr.s6_addr[11] = 0xff;
    memcpy(&six->sin6_addr.s6_addr[12], &four.sin_addr, 4);
}

void sock_unconnect(struct sock *s)
{
    s->peer = NULL;
    s->peer_ino = 0;
    s->state = SS_NEW;
    if (s->family == AF_UNIX)
        return;
    if (!s->addr_chosen) {
        unsigned port = port_of(&s->addr);

        any_address(&s->addr, s->family);
        set_port(&s->addr, port);
    }
    if (!s->port_chosen) {
        set_port(&s->addr, 0);
        sock_unbind(s);
    }
}

int sock_autobind(struct task *t, struct sock *s)
{
    struct sockaddr_storage any;

    if (!list_empty(&s->named))
        return 0;
    any_address(&any, s->family);
    return bind_inet(t, s, &any, sizeof(any));
}

/* ---- AF_UNIX ---- */

static int bind_unix_path(struct task *t, struct sock *s, const char *path)
{
    struct walk w;
    struct dentry *d = NULL;
    int err = walk_begin(&w, t, AT_FDCWD, path, 0);

    if (!err)
        err = walk_to_parent(&w);
    if (!err && (w.last_type != LAST_NORM || w.trailing_slash))
        err = -EADDRINUSE;
    if (!err)
        err = walk_last(&w, &d);
    if (!err && d->inode)
        err = -EADDRINUSE;
    if (!err && w.cur->sb->ro)
        err = -EROFS;
    if (!err)
        err = landlock_make(t, w.cur, S_IFSOCK);
    if (!err)
        err = inode_permission(t, w.cur->inode, MAY_WRITE | MAY_EXEC);
    if (!err)
        err = w.cur->inode->ops->create
                  ? w.cur->inode->ops->create(t, d, S_IFSOCK | (0777 & ~t->fs->umask), 0, NULL)
                  : -EPERM;
    if (!err)
        s->at = dentry_get(d);
    dentry_put(d);
    walk_end(&w);
    return err == -EEXIST ? -EADDRINUSE : err;
}

static struct sock *find_abstract(struct task *t, const struct sockaddr_storage *sa, unsigned len)
{
    list_for_each (n, names(t)) {
        struct sock *s = container_of(n, struct sock, named);

        if (s->family == AF_UNIX && !s->at && s->addr_len == len && !memcmp(&s->addr, sa, len))
            return s;
    }
    return NULL;
}

static int bind_unix(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len)
{
    const struct sockaddr_un *un = (const void *)sa;
    char path[NAME_ROOM];
    int err = 0;

    if (len < 2 || len > sizeof(*un) || sa->ss_family != AF_UNIX)
        return -EINVAL;
    if (!list_empty(&s->named))
        return -EINVAL;
    s->addr = *sa;
    if (len == 2) { /* autobind: an abstract name of five hex digits */
        struct sockaddr_un *own = (void *)&s->addr;

        do {
            snprintf(path, sizeof(path), "%05x", t->k->vfs->next_port++ & 0xfffff);
            own->sun_path[0] = 0;
            memcpy(own->sun_path + 1, path, 5);
        } while (find_abstract(t, &s->addr, 8));
        len = 8;
    } else if (!un->sun_path[0]) {
        if (find_abstract(t, sa, len))
            err = -EADDRINUSE;
    } else {
        snprintf(path, sizeof(path), "%.*s", (int)(len - 2), un->sun_path);
        err = bind_unix_path(t, s, path);
        len = 2 + strlen(path) + 1;
        ((struct sockaddr_un *)&s->addr)->sun_path[len - 3] = 0;
    }
    if (err)
        return err;
    s->addr_len = len;
    add_name(t, s);
    return 0;
}

static int find_unix(struct task *t, const struct sockaddr_storage *sa, unsigned len, struct sock **out)
{
    const struct sockaddr_un *un = (const void *)sa;
    char path[NAME_ROOM];
    struct dentry *d;
    int err;

    if (len <= 2 || len > sizeof(*un) || sa->ss_family != AF_UNIX)
        return -EINVAL;
    if (!un->sun_path[0]) {
        *out = find_abstract(t, sa, len);
        if (!*out)
            return -ECONNREFUSED;
        return landlock_reaches(t, (*out)->landlock, LL_SCOPE_ABSTRACT_UNIX) ? 0 : -EPERM;
    }
    snprintf(path, sizeof(path), "%.*s", (int)(len - 2), un->sun_path);
    err = path_lookup(t, AT_FDCWD, path, LOOKUP_FOLLOW, &d);
    if (err)
        return err;
    err = inode_permission(t, d->inode, MAY_WRITE);
    if (err == -EROFS)
        err = 0;
    if (!err) {
        err = -ECONNREFUSED;
        list_for_each (n, names(t)) {
            struct sock *s = container_of(n, struct sock, named);

            if (s->at && s->at->inode == d->inode) {
                *out = s;
                err = 0;
            }
        }
    }
    dentry_put(d);
    return err;
}

/* ---- either ---- */

static bool is_any(const struct sockaddr_storage *sa)
{
    return sa->ss_family == AF_INET ? !((const struct sockaddr_in *)sa)->sin_addr.s_addr
                                    : IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)sa)->sin6_addr);
}

int sock_bind(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len)
{
    int err = s->family == AF_UNIX      ? bind_unix(t, s, sa, len)
              : s->family == AF_NETLINK ? netlink_bind(t, s, sa, len)
                                        : bind_inet(t, s, sa, len);

    if (!err && (s->family == AF_INET || s->family == AF_INET6)) {
        s->addr_chosen = !is_any(&s->addr);
        s->port_chosen = port_of(sa);
    }
    return err;
}

int sock_find(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len,
              struct sock **out)
{
    int err;

    *out = NULL;
    if (s->family == AF_UNIX) {
        err = find_unix(t, sa, len, out);
        if (!err && (*out)->type != s->type)
            err = -EPROTOTYPE;
        return err;
    }
    err = check_inet(s, sa, len);
    if (err)
        return err;
    if (!is_local(sa))
        return -ENETUNREACH; /* the host's network is not the guest's */
    *out = find_port(t, s->type, port_of(sa), NULL);
    return *out ? 0 : -ECONNREFUSED;
}
