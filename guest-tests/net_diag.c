/* net_diag.c - facts on NETLINK_SOCK_DIAG: sockets as ss(8) asks for them. */
#include "probe.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { ANY_STATE = -1 };

static int diag;
static char answer[65536];
static int answer_left;
static const struct nlmsghdr *message;

/* The next message that came; NULL: none. */
static const struct nlmsghdr *next_message(void)
{
    if (answer_left > 0)
        message = NLMSG_NEXT(message, answer_left);
    if (answer_left <= 0 || !NLMSG_OK(message, answer_left)) {
        answer_left = recv(diag, answer, sizeof(answer), MSG_DONTWAIT);
        message = (void *)answer;
        if (answer_left <= 0)
            return NULL;
    }
    return message;
}

static void request(unsigned type, unsigned flags, const void *body, unsigned len)
{
    struct {
        struct nlmsghdr h;
        char body[128];
    } m = {.h = {.nlmsg_len = NLMSG_LENGTH(len), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags}};

    memcpy(m.body, body, len);
    must(send(diag, &m, NLMSG_LENGTH(len), 0));
}

/* The error that a message tells, 0 or more; -1: it is something else, or none. */
static int error_of(const struct nlmsghdr *h)
{
    if (!h || (h->nlmsg_type != NLMSG_ERROR && h->nlmsg_type != NLMSG_DONE))
        return -1;
    return -*(int *)NLMSG_DATA(h);
}

static int refusal(void)
{
    return error_of(next_message());
}

static const struct rtattr *attribute(const void *body, unsigned len, unsigned type)
{
    const struct rtattr *r = (const void *)((const char *)body + NLMSG_ALIGN(len));
    int left = message->nlmsg_len - NLMSG_SPACE(len);

    for (; RTA_OK(r, left); r = RTA_NEXT(r, left))
        if (r->rta_type == type)
            return r;
    return NULL;
}

static unsigned number(int s)
{
    struct stat st;

    must(fstat(s, &st));
    return st.st_ino;
}

/* Can the kernel list such sockets? What lists them may be a module of its own, which need not be there. */
static bool listed(unsigned char family, unsigned char protocol, const char *what)
{
    struct inet_diag_req_v2 r = {
        .sdiag_family = family, .sdiag_protocol = protocol, .idiag_states = ANY_STATE};
    const struct nlmsghdr *h;
    bool there;

    request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &r, sizeof(r));
    while ((h = next_message()) && h->nlmsg_type == SOCK_DIAG_BY_FAMILY)
        ;
    there = error_of(h) != ENOENT;
    if (!there)
        told_skip(what, "this kernel has no module for it");
    return there;
}

/* ---- IPv4 ---- */

/* The entry of a socket with this inode among those of a protocol in these states; the rest of the list is read. */
static const struct inet_diag_msg *entry_of(int s, int protocol, unsigned states)
{
    static struct inet_diag_msg found;
    struct inet_diag_req_v2 r = {.sdiag_family = AF_INET, .sdiag_protocol = protocol, .idiag_states = states};
    const struct nlmsghdr *h;
    bool there = false;

    request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &r, sizeof(r));
    while ((h = next_message()) && h->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
        const struct inet_diag_msg *m = NLMSG_DATA(h);

        if (s >= 0 && m->idiag_inode == number(s)) {
            found = *m;
            there = h->nlmsg_flags & NLM_F_MULTI && attribute(m, sizeof(*m), INET_DIAG_SHUTDOWN);
        }
    }
    if (!h || h->nlmsg_type != NLMSG_DONE)
        must(-1);
    return there ? &found : NULL;
}

static void tcp(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, own = addr;
    int l = must(socket(AF_INET, SOCK_STREAM, 0)), c = must(socket(AF_INET, SOCK_STREAM, 0)), a, waiting;
    socklen_t len = sizeof(addr);
    const struct inet_diag_msg *m;
    struct inet_diag_req_v2 one = {
        .sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ANY_STATE};

    is_true(!entry_of(l, IPPROTO_TCP, ANY_STATE), "a new socket is not listed");
    must(bind(l, (struct sockaddr *)&addr, len));
    must(getsockname(l, (struct sockaddr *)&addr, &len));
    if (since(6, 8)) {
        m = entry_of(l, IPPROTO_TCP, ANY_STATE);
        is_true(m && m->idiag_state == TCP_CLOSE && m->id.idiag_sport == addr.sin_port, "one with a port is");
        is_true(!entry_of(l, IPPROTO_TCP, 1 << TCP_CLOSE), "but not among those that are closed");
    } else {
        told_skip("sockets that only have a port", "since Linux 6.8");
    }
    must(listen(l, 5));
    must(connect(c, (struct sockaddr *)&addr, len));
    waiting = must(socket(AF_INET, SOCK_STREAM, 0));
    must(connect(waiting, (struct sockaddr *)&addr, len));
    a = must(accept(l, NULL, NULL));
    must(write(c, "hello", 5));
    must(getsockname(c, (struct sockaddr *)&own, &len));
    m = entry_of(l, IPPROTO_TCP, 1 << TCP_LISTEN);
    is_true(m && m->idiag_state == TCP_LISTEN && m->id.idiag_src[0] == addr.sin_addr.s_addr,
            "one that listens");
    is_true(m && m->idiag_rqueue == 1 && m->idiag_wqueue == 5, "who waits for it, and how many may");
    is_true(m && m->idiag_uid == getuid(), "whose it is");
    m = entry_of(c, IPPROTO_TCP, 1 << TCP_ESTABLISHED);
    is_true(m && m->id.idiag_sport == own.sin_port && m->id.idiag_dport == addr.sin_port,
            "a connection's ends");
    is_true(!entry_of(c, IPPROTO_TCP, 1 << TCP_LISTEN), "by state");
    for (int i = 0; i < 1000 && (!(m = entry_of(a, IPPROTO_TCP, ANY_STATE)) || !m->idiag_rqueue); i++)
        usleep(1000);
    is_true(m && m->idiag_rqueue == 5, "what was not read yet");

    one.id.idiag_sport = addr.sin_port;
    one.id.idiag_src[0] = addr.sin_addr.s_addr;
    one.id.idiag_cookie[0] = one.id.idiag_cookie[1] = ~0u;
    request(SOCK_DIAG_BY_FAMILY, 0, &one, sizeof(one));
    m = next_message() ? NLMSG_DATA(message) : NULL;
    is_true(m && message->nlmsg_type == SOCK_DIAG_BY_FAMILY && m->idiag_inode == number(l),
            "one is found by its address");
    one.id.idiag_cookie[0] = 5;
    request(SOCK_DIAG_BY_FAMILY, 0, &one, sizeof(one));
    is_num(refusal(), ENOENT, "not with another cookie");
    one.id.idiag_cookie[0] = ~0u;
    one.id.idiag_dport = own.sin_port;
    one.id.idiag_dst[0] = own.sin_addr.s_addr;
    request(SOCK_DIAG_BY_FAMILY, 0, &one, sizeof(one));
    m = next_message() ? NLMSG_DATA(message) : NULL;
    is_true(m && message->nlmsg_type == SOCK_DIAG_BY_FAMILY && m->idiag_inode == number(a),
            "or by both ends");

    must(shutdown(c, SHUT_WR));
    for (int i = 0;
         i < 1000 && (!(m = entry_of(c, IPPROTO_TCP, ANY_STATE)) || m->idiag_state != TCP_FIN_WAIT2); i++)
        usleep(1000);
    is_true(m && m->idiag_state == TCP_FIN_WAIT2, "one end has sent all");
    m = entry_of(a, IPPROTO_TCP, 1 << TCP_CLOSE_WAIT);
    is_true(m && m->idiag_rqueue == 6, "the other is to close, and counts that");
    close(l);
    close(c);
    close(a);
    close(waiting);
}

static void udp(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int u = must(socket(AF_INET, SOCK_DGRAM, 0)), c = must(socket(AF_INET, SOCK_DGRAM, 0));
    socklen_t len = sizeof(addr);
    const struct inet_diag_msg *m;

    is_true(!entry_of(u, IPPROTO_UDP, ANY_STATE), "a new datagram socket is not listed");
    must(bind(u, (struct sockaddr *)&addr, len));
    must(getsockname(u, (struct sockaddr *)&addr, &len));
    must(connect(c, (struct sockaddr *)&addr, len));
    m = entry_of(u, IPPROTO_UDP, 1 << TCP_CLOSE);
    is_true(m && m->id.idiag_sport == addr.sin_port && !m->id.idiag_dport, "one with an address");
    m = entry_of(c, IPPROTO_UDP, 1 << TCP_ESTABLISHED);
    is_true(m && m->id.idiag_dport == addr.sin_port, "one that is connected");
    close(u);
    close(c);
}

/* ---- AF_UNIX ---- */

static const struct unix_diag_msg *unix_entry_of(int s, unsigned flags, unsigned show)
{
    static struct unix_diag_msg found;
    struct unix_diag_req r = {.sdiag_family = AF_UNIX,
                              .udiag_states = ANY_STATE,
                              .udiag_show = show,
                              .udiag_ino = flags ? 0 : number(s),
                              .udiag_cookie = {~0u, ~0u}};

    request(SOCK_DIAG_BY_FAMILY, flags, &r, sizeof(r));
    while (next_message() && message->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
        found = *(struct unix_diag_msg *)NLMSG_DATA(message);
        if (found.udiag_ino == number(s))
            return &found;
    }
    return NULL;
}

static const void *unix_attribute(unsigned type, unsigned *len)
{
    const struct rtattr *r = attribute(NLMSG_DATA(message), sizeof(struct unix_diag_msg), type);

    *len = r ? RTA_PAYLOAD(r) : 0;
    return r ? RTA_DATA(r) : NULL;
}

static void drain(void)
{
    while (next_message() && message->nlmsg_type != NLMSG_DONE)
        ;
}

static void unix_sockets(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int l = must(socket(AF_UNIX, SOCK_STREAM, 0)), c = must(socket(AF_UNIX, SOCK_STREAM, 0)), p[2];
    struct unix_diag_req none = {.sdiag_family = AF_UNIX, .udiag_states = ANY_STATE};
    const struct unix_diag_rqlen *q;
    const struct unix_diag_msg *m;
    const struct unix_diag_vfs *v;
    const uint32_t *waiting;
    const char *name;
    struct stat st;
    unsigned len;

    snprintf(addr.sun_path, sizeof(addr.sun_path), "/tmp/diag-%d", getpid());
    must(bind(l, (struct sockaddr *)&addr, sizeof(addr)));
    must(listen(l, 3));
    must(connect(c, (struct sockaddr *)&addr, sizeof(addr)));
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
    must(write(p[0], "abc", 3));

    m = unix_entry_of(l, NLM_F_DUMP, 0);
    is_true(m && m->udiag_type == SOCK_STREAM && m->udiag_state == TCP_LISTEN, "AF_UNIX: one that listens");
    drain();
    must(unix_entry_of(l, 0, 0x1f) ? 0 : -1);
    name = unix_attribute(UNIX_DIAG_NAME, &len);
    is_true(name && len == strlen(addr.sun_path) + 1 && !strcmp(name, addr.sun_path), "its path");
    must(stat(addr.sun_path, &st));
    v = unix_attribute(UNIX_DIAG_VFS, &len);
    is_true(v && v->udiag_vfs_ino == (uint32_t)st.st_ino, "and that file's number");
    waiting = unix_attribute(UNIX_DIAG_ICONS, &len);
    is_true(waiting && len == 4 && *waiting == number(c), "who waits");
    q = unix_attribute(UNIX_DIAG_RQLEN, &len);
    is_true(q && q->udiag_rqueue == 1 && q->udiag_wqueue == 3, "how many, of how many");
    m = unix_entry_of(p[1], 0, UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN);
    is_true(m && m->udiag_state == TCP_ESTABLISHED && !(m->udiag_ino == number(p[0])), "one of a pair");
    waiting = unix_attribute(UNIX_DIAG_PEER, &len);
    is_true(waiting && *waiting == number(p[0]), "its peer");
    q = unix_attribute(UNIX_DIAG_RQLEN, &len);
    is_true(q && q->udiag_rqueue == 3, "what was not read");
    must(shutdown(p[0], SHUT_RD));
    must(unix_entry_of(p[1], 0, 0) ? 0 : -1);
    name = unix_attribute(UNIX_DIAG_SHUTDOWN, &len);
    is_true(name && *name == 2, "it can send no more: the other would not receive");
    request(SOCK_DIAG_BY_FAMILY, 0, &none, sizeof(none));
    is_num(refusal(), EINVAL, "one without a number");
    none.udiag_ino = 0x7ffffff1;
    request(SOCK_DIAG_BY_FAMILY, 0, &none, sizeof(none));
    is_num(refusal(), ENOENT, "one that is not there");
    unlink(addr.sun_path);
}

int main(void)
{
    struct inet_diag_req_v2 r = {.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP};

    diag = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
    if (diag < 0) {
        told_skip("NETLINK_SOCK_DIAG", "this kernel was built without it");
        return done();
    }
    if (listed(AF_INET, IPPROTO_TCP, "sockets of TCP")) {
        tcp();
        request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &r, 4);
        is_num(refusal(), EINVAL, "half a request");
    }
    if (listed(AF_INET, IPPROTO_UDP, "sockets of UDP"))
        udp();
    if (listed(AF_UNIX, 0, "sockets of AF_UNIX"))
        unix_sockets();
    request(77, NLM_F_DUMP, &r, sizeof(r));
    is_num(refusal(), EINVAL, "no such request");
    r.sdiag_family = 99;
    request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &r, sizeof(r));
    is_num(refusal(), EINVAL, "no such family");
    r.sdiag_family = AF_UNSPEC;
    request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &r, sizeof(r));
    is_num(refusal(), ENOENT, "none at all");
    return done();
}
