/*
 * tcp.c - how connections of TCP come about and end, where that is not as with AF_UNIX: connect(2) that does not wait, resets, and
 * a side that is closed while the other still sends (net/ipv4/af_inet.c, tcp_input.c).
 */
#include "sock.h"

#include <poll.h>
#include <signal.h>

bool sock_is_tcp(const struct sock *s)
{
    return s->type == SOCK_STREAM && (s->family == AF_INET || s->family == AF_INET6);
}

int tcp_connect_later(struct task *t, struct sock *s, bool found)
{
    int err = found ? 0 : sock_autobind(t, s);

    if (err)
        return err;
    s->connecting = true;
    if (!found) {
        s->state = SS_CONNECTED;
        s->reset = s->shut_rd = s->shut_wr = true;
        s->error = ECONNREFUSED;
        sock_tell(s, POLL_ERR);
    }
    sock_changed(s);
    return -EINPROGRESS;
}

int tcp_connect_result(struct sock *s)
{
    int err = s->error ? s->error : ECONNABORTED;

    s->connecting = false;
    if (!s->reset)
        return 0;
    s->state = SS_NEW;
    s->reset = s->shut_rd = s->shut_wr = false;
    s->error = 0;
    return -err;
}

void tcp_closes(const struct sock *s, struct sock *p)
{
    bool at_once = s->linger.l_onoff && !s->linger.l_linger;

    if (!s->queued && !at_once && s->file) /* without a file: nobody accepted it */
        return;
    p->error = s->shut_wr && !p->shut_wr ? EPIPE : ECONNRESET;
    p->reset = true;
}

int64_t tcp_send_to_closed(struct sock *s, uint64_t len)
{
    s->error = EPIPE;
    s->reset = true;
    sock_tell(s, POLL_ERR);
    sock_changed(s);
    return (int64_t)len;
}

bool tcp_hung_up(const struct sock *s, bool eof)
{
    return s->reset || (eof && s->shut_wr);
}
