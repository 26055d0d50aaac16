/* net_urgent.c - urgent data of TCP: MSG_OOB, the mark, SO_OOBINLINE, SIGURG, and what poll and FIONREAD say meanwhile. */
#include "urgent.h"
#include <netinet/in.h>
#include <netinet/tcp.h>

static void connection(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(a);
    int l = must(socket(AF_INET, SOCK_STREAM, 0)), one = 1;

    must(bind(l, (void *)&a, n));
    must(listen(l, 1));
    must(getsockname(l, (void *)&a, &n));
    s[0] = must(socket(AF_INET, SOCK_STREAM, 0));
    must(connect(s[0], (void *)&a, n));
    s[1] = must(accept(l, NULL, NULL));
    must(setsockopt(s[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)));
    close(l);
}

static void end(void)
{
    close(s[0]);
    close(s[1]);
}

/* What was sent is there when the sender hears that nothing is under way any more. */
static void arrived(void)
{
    for (int left = 1; left; usleep(left ? 1000 : 0))
        must(ioctl(s[0], SIOCOUTQ, &left));
}

static void sends(const char *text, int flags)
{
    must(send(s[0], text, strlen(text), flags));
    arrived();
}

static volatile int urgent;

static void on_urgent(int sig)
{
    urgent++;
}

static void apart(void)
{
    struct msghdr m = {.msg_iov = &(struct iovec){&(char){0}, 1}, .msg_iovlen = 1};

    connection();
    signal(SIGURG, on_urgent);
    is_str(state(), "0", "nothing there");
    is_str(recvd(1, MSG_OOB), "EINVAL", "nor urgent");
    sends("abC", MSG_OOB);
    is_num(urgent, 0, "without an owner there is no SIGURG");
    must(fcntl(s[1], F_SETOWN, getpid()));
    is_str(state(), "2 in pri", "urgent data: what poll and FIONREAD tell");
    is_str(recvd(10, 0), "ab", "a read ends at the mark");
    is_str(state(), "mark 0 pri", "the urgent byte alone is nothing to read");
    sends("de", 0);
    is_str(state(), "mark 0 in pri", "what is behind it is");
    is_str(recvd(1, MSG_OOB | MSG_PEEK), "C", "a look at the urgent byte");
    is_num(recvmsg(s[1], &m, MSG_OOB), 1, "and taking it");
    is_num(m.msg_flags, MSG_OOB, "with MSG_OOB in msg_flags");
    is_str(recvd(1, MSG_OOB), "EINVAL", "once");
    is_str(state(), "mark 0 in", "the mark is still there");
    is_str(recvd(10, MSG_PEEK), "de", "a look goes over it");
    is_str(state(), "mark 0 in", "and leaves it");
    is_str(recvd(10, 0), "de", "a read does, too");
    is_str(state(), "0", "and does not");
    sends("X", MSG_OOB);
    is_num(urgent, 1, "SIGURG to the owner");
    is_str(state(), "mark 0 pri", "an urgent byte alone");
    is_num(recvmsg(s[1], &(struct msghdr){0}, MSG_OOB), 0, "without room for it");
    is_str(recvd(1, MSG_OOB), "EINVAL", "it is lost");
    is_str(recvd(10, 0), "EAGAIN", "nor is it in the stream");
    is_str(state(), "0", "and the mark is gone");
    end();
}

static void lost(void)
{
    connection();
    sends("abC", MSG_OOB);
    sends("de", 0);
    is_str(recvd(10, 0), "ab", "before the mark");
    is_str(recvd(10, 0), "de", "behind it");
    is_str(recvd(1, MSG_OOB), "EINVAL", "then the urgent byte is lost");
    end();

    connection();
    sends("abC", MSG_OOB);
    sends("deF", MSG_OOB);
    is_str(state(), "5 in pri", "a second urgent byte");
    is_str(recvd(10, 0), "abCde", "makes the first one data");
    is_str(recvd(1, MSG_OOB), "F", "and is the one");
    end();

    connection();
    sends("abC", MSG_OOB);
    is_str(recvd(10, 0), "ab", "who is at the mark");
    sends("deF", MSG_OOB);
    is_str(state(), "2 in pri", "when a second one comes");
    is_str(recvd(10, 0), "de", "does not have the first");
    end();

    connection();
    sends("abX", MSG_OOB);
    must(shutdown(s[0], SHUT_WR));
    is_str(recvd(10, 0), "ab", "the end of a stream with an urgent byte");
    is_str(recvd(10, 0), "", "is an end");
    end();
}

static void in_line(void)
{
    int one = 1;

    connection();
    must(setsockopt(s[1], SOL_SOCKET, SO_OOBINLINE, &one, sizeof(one)));
    sends("abC", MSG_OOB);
    sends("de", 0);
    is_str(state(), "5 in pri", "SO_OOBINLINE");
    is_str(recvd(1, MSG_OOB), "EINVAL", "it is not had with MSG_OOB");
    is_str(recvd(10, 0), "ab", "a read ends at the mark");
    is_str(state(), "mark 3 in pri", "where the byte is data");
    is_str(recvd(10, 0), "Cde", "and read with what is behind it");
    is_str(state(), "0", "that is all");
    end();
}

int main(void)
{
    apart();
    lost();
    in_line();

    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    is_err(send(s[0], "a", 1, MSG_OOB), "EOPNOTSUPP", "datagrams are not urgent");
    end();
    return done();
}
