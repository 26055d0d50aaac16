/*
 * net_tcp_end.c - how connections of TCP come about and end: connect(2) that does not wait, refusals, one side closed, resets; what
 * poll and SO_ERROR say of each.
 */
#include "probe.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

static int listener, c, s; /* c connects, s was accepted */
static struct sockaddr_in where;

static const char *events(int fd)
{
    static const struct {
        short bit;
        const char *name;
    } names[] = {{POLLIN, "in "},   {POLLPRI, "pri "}, {POLLOUT, "out "},
                 {POLLERR, "err "}, {POLLHUP, "hup "}, {POLLRDHUP, "rdhup "}};
    static char text[64];
    struct pollfd p = {fd, POLLIN | POLLPRI | POLLOUT | POLLRDHUP, 0};

    *text = 0;
    must(poll(&p, 1, 0));
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (p.revents & names[i].bit)
            strcat(text, names[i].name);
    return text;
}

/* What poll says in the end: the network may take its time. */
static void polls(int fd, const char *want, const char *fact)
{
    for (int i = 0; i < 10000 && strcmp(events(fd), want); i++)
        usleep(1000);
    is_str(events(fd), want, fact);
}

static const char *error_of(int fd)
{
    int err = -1;
    socklen_t n = sizeof(err);

    must(getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &n));
    return err ? strerrorname_np(err) : "none";
}

static const char *connects(void)
{
    int r = connect(c, (void *)&where, sizeof(where));

    return result(r, errno);
}

static const char *sends(int fd)
{
    ssize_t r = send(fd, "x", 1, MSG_NOSIGNAL);

    return result(r, errno);
}

/* Bytes that came, or the error. */
static const char *reads(int fd)
{
    static char text[16];
    ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

    if (n < 0)
        return strerrorname_np(errno);
    text[n] = 0;
    return text;
}

static void fresh(int flags)
{
    c = must(socket(AF_INET, SOCK_STREAM | flags, 0));
}

static void connection(void)
{
    fresh(0);
    must(connect(c, (void *)&where, sizeof(where)));
    s = must(accept(listener, NULL, NULL));
}

static void end(void)
{
    close(c);
    close(s);
}

static void refused(void)
{
    struct sockaddr_in a;
    socklen_t n = sizeof(a);

    fresh(SOCK_NONBLOCK);
    polls(c, "out hup ", "a new socket");
    is_str(connects(), "EINPROGRESS", "connect without waiting");
    polls(c, "in out err hup rdhup ", "is refused");
    is_err(getpeername(c, (void *)&a, &n), "ENOTCONN", "there is nobody at the other end");
    is_str(error_of(c), "ECONNREFUSED", "SO_ERROR says why");
    is_str(error_of(c), "none", "once");
    polls(c, "in out hup rdhup ", "poll says no more");
    is_str(connects(), "ECONNABORTED", "the next connect tells the end of the first");
    is_str(reads(c), "ENOTCONN", "then the socket is as new");
    is_str(sends(c), "EPIPE", "to send, too");
    close(c);

    fresh(SOCK_NONBLOCK);
    connects();
    polls(c, "in out err hup rdhup ", "again");
    is_str(reads(c), "ECONNREFUSED", "a read is told");
    is_str(reads(c), "", "and the next is at the end");
    is_str(connects(), "ECONNABORTED", "so is connect");
    is_str(connects(), "EINPROGRESS", "and the next tries");
    polls(c, "in out err hup rdhup ", "in vain");
    is_str(connects(), "ECONNREFUSED", "which connect tells, if nobody was");
    close(c);

    fresh(0);
    is_str(connects(), "ECONNREFUSED", "connect that waits");
    polls(c, "out hup ", "leaves the socket as new");
    is_str(error_of(c), "none", "with nothing to tell");
    close(c);
}

static void later(void)
{
    fresh(SOCK_NONBLOCK);
    is_str(connects(), "EINPROGRESS", "connect without waiting, to who listens");
    polls(c, "out ", "is done");
    is_str(error_of(c), "none", "without an error");
    is_str(connects(), "ok", "the next connect says so");
    is_str(connects(), "EISCONN", "once");
    s = must(accept(listener, NULL, NULL));
    must((int)send(c, "abc", 3, 0));
    polls(s, "in out ", "bytes go over");
    is_str(reads(s), "abc", "as ever");
    end();
}

static void one_side(void)
{
    connection();
    must((int)write(s, "abc", 3));
    close(s);
    polls(c, "in out rdhup ", "the other end closed: no POLLHUP yet");
    is_str(reads(c), "abc", "what it sent is there");
    is_str(reads(c), "", "and then the end");
    is_str(sends(c), "ok", "a byte to it is taken");
    polls(c, "in out err hup rdhup ", "and reset");
    is_str(error_of(c), "EPIPE", "as a broken pipe");
    is_str(sends(c), "EPIPE", "the next byte is not");
    is_str(reads(c), "", "it is still the end");
    close(c);

    connection();
    must(shutdown(s, SHUT_WR));
    polls(c, "in out rdhup ", "the other end sends no more");
    is_str(events(s), "out ", "it may receive");
    must(shutdown(c, SHUT_WR));
    polls(c, "in out hup rdhup ", "both sides shut");
    polls(s, "in out hup rdhup ", "seen from there");
    end();

    connection();
    must(shutdown(s, SHUT_RD));
    is_str(events(s), "in out rdhup ", "SHUT_RD");
    is_str(events(c), "out ", "is not told");
    is_str(sends(c), "ok", "what is sent nevertheless");
    for (int i = 0; i < 10000 && !strcmp(reads(s), ""); i++)
        usleep(1000);
    is_str(events(s), "in out rdhup ", "comes, and is read");
    end();
}

static void resets(void)
{
    struct linger at_once = {1, 0};

    connection();
    must((int)send(c, "unread", 6, 0));
    polls(s, "in out ", "bytes that nobody reads");
    close(s);
    polls(c, "in out err hup rdhup ", "make closing a reset");
    is_str(error_of(c), "ECONNRESET", "which is told");
    polls(c, "in out hup rdhup ", "once");
    is_str(reads(c), "", "then it is the end");
    is_str(sends(c), "EPIPE", "for both directions");
    close(c);

    connection();
    must(setsockopt(s, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
    close(s);
    polls(c, "in out err hup rdhup ", "SO_LINGER of 0 s, too");
    is_str(reads(c), "ECONNRESET", "is told to a read");
    is_str(reads(c), "", "once");
    is_str(connects(), "EISCONN", "a connection that is gone still was one");
    is_err(shutdown(c, SHUT_WR), "ENOTCONN", "with nothing left to shut down");
    close(c);

    fresh(0);
    must(connect(c, (void *)&where, sizeof(where)));
    polls(listener, "in ", "a connection that nobody accepts");
    close(listener);
    polls(c, "in out err hup rdhup ", "is reset when nobody listens any more");
    close(c);
}

int main(void)
{
    socklen_t n = sizeof(where);

    listener = must(socket(AF_INET, SOCK_STREAM, 0));
    where = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    must(bind(listener, (void *)&where, n));
    must(getsockname(listener, (void *)&where, &n));
    refused();
    must(listen(listener, 4));
    later();
    one_side();
    resets();
    return done();
}
