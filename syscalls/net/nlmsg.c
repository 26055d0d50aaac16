/* nlmsg.c - requests to the kernel on netlink sockets, and the making of answers (lib/nlattr.c, net/netlink/af_netlink.c). */
#include "nlmsg.h"

#include <linux/rtnetlink.h>

static void *put_bytes(struct nl_answer *a, const void *data, uint32_t len)
{
    void *at = a->buf + a->len;

    memset(at, 0, NLMSG_ALIGN(len));
    if (data)
        memcpy(at, data, len);
    a->len += NLMSG_ALIGN(len);
    ((struct nlmsghdr *)(a->buf + a->message))->nlmsg_len = a->len - a->message;
    return at;
}

void nl_put_message(struct nl_answer *a, unsigned type, unsigned flags, const void *header, uint32_t len)
{
    struct nlmsghdr h = {.nlmsg_type = (uint16_t)type,
                         .nlmsg_flags = (uint16_t)flags,
                         .nlmsg_seq = a->asked->nlmsg_seq,
                         .nlmsg_pid = a->port};

    a->message = a->len;
    put_bytes(a, &h, sizeof(h));
    put_bytes(a, header, len);
}

void nl_put_attr(struct nl_answer *a, unsigned type, const void *data, uint32_t len)
{
    struct rtattr r = {.rta_type = (uint16_t)type, .rta_len = (uint16_t)RTA_LENGTH(len)};

    put_bytes(a, &r, sizeof(r));
    put_bytes(a, data, len);
}

void nl_put_u8(struct nl_answer *a, unsigned type, uint8_t value)
{
    nl_put_attr(a, type, &value, sizeof(value));
}

void nl_put_u32(struct nl_answer *a, unsigned type, uint32_t value)
{
    nl_put_attr(a, type, &value, sizeof(value));
}

void nl_send(struct sock *s, struct nl_answer *a)
{
    if (a->len)
        netlink_deliver(s, a->buf, a->len);
    a->len = 0;
}

/* netlink_ack(): err is 0 or a negative errno, with which what was asked for comes back whole. */
static void acknowledge(struct sock *s, struct nl_answer *a, int err)
{
    const struct nlmsghdr *asked = a->asked;
    uint32_t len = err ? asked->nlmsg_len : sizeof(*asked);

    if (len > NL_ANSWER_MAX - 64)
        len = sizeof(*asked);
    nl_put_message(a, NLMSG_ERROR, err ? 0 : NLM_F_CAPPED, &err, sizeof(err));
    put_bytes(a, asked, len);
    nl_send(s, a);
}

void nl_done(struct sock *s, struct nl_answer *a, int err)
{
    nl_send(s, a);
    nl_put_message(a, NLMSG_DONE, NLM_F_MULTI, &err, sizeof(err));
    nl_send(s, a);
}

const void *nl_find_attr(const struct nlmsghdr *h, uint32_t header, unsigned type, uint32_t *len)
{
    const struct rtattr *r = (const void *)((const char *)h + NLMSG_SPACE(header));
    int left = (int)h->nlmsg_len - (int)NLMSG_SPACE(header);
    const void *found = NULL;

    for (; RTA_OK(r, left); r = RTA_NEXT(r, left))
        if ((r->rta_type & NLA_TYPE_MASK) == type) {
            *len = RTA_PAYLOAD(r);
            found = RTA_DATA(r);
        }
    return found;
}

void nl_requests(struct task *t, struct sock *s, const void *buf, uint64_t len,
                 int (*answer)(struct task *t, struct sock *s, struct nl_answer *a, bool *listed))
{
    const char *at = buf;
    uint64_t left = len;

    while (left >= NLMSG_HDRLEN) {
        const struct nlmsghdr *h = (const void *)at;
        struct nl_answer a = {.asked = h, .port = ((struct sockaddr_nl *)&s->addr)->nl_pid};
        bool listed = false;
        int err = 0;

        if (h->nlmsg_len < NLMSG_HDRLEN || h->nlmsg_len > left)
            return;
        if (h->nlmsg_flags & NLM_F_REQUEST && h->nlmsg_type >= NLMSG_MIN_TYPE)
            err = answer(t, s, &a, &listed);
        if (err || (h->nlmsg_flags & NLM_F_ACK && !listed))
            acknowledge(s, &a, err);
        at += NLMSG_ALIGN(h->nlmsg_len);
        left -= NLMSG_ALIGN(h->nlmsg_len) < left ? NLMSG_ALIGN(h->nlmsg_len) : left;
    }
}
