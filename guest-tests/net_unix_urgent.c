/* net_unix_urgent.c - MSG_OOB of AF_UNIX: the byte, the mark in the stream, SO_OOBINLINE, SIGURG, poll and FIONREAD. */
#include "urgent.h"

static const char *sent(const char *text, int flags)
{
    ssize_t r = send(s[0], text, strlen(text), flags);

    return result(r, errno);
}

static void the_byte(void)
{
    is_str(state(), "0", "nothing came");
    is_str(recvd(1, MSG_OOB), "EINVAL", "no urgent byte");
    sent("abc", 0);
    is_str(sent("xyz", MSG_OOB), "ok", "MSG_OOB");
    is_str(state(), "6 in pri", "of three bytes");
    is_str(recvd(9, MSG_PEEK), "abcxy", "two are data, which a look ends at");
    is_str(recvd(9, 0), "abcxy", "and a read");
    is_str(state(), "mark 1 in pri", "there is the mark");
    is_str(recvd(9, MSG_OOB | MSG_PEEK), "z", "a look at the third");
    is_str(recvd(9, MSG_OOB), "z", "it is received");
    is_str(recvd(9, MSG_OOB), "EINVAL", "once");
    is_str(state(), "mark 0 in", "the mark stays");
    is_str(recvd(9, 0), "EAGAIN", "and is no byte to read");
    is_str(state(), "0", "then it is gone");
}

static void two(void)
{
    sent("a", MSG_OOB);
    sent("b", MSG_OOB);
    sent("cd", 0);
    is_str(recvd(1, MSG_OOB), "b", "the last urgent byte counts");
    is_str(recvd(9, 0), "a", "the one before it is data, up to where the last was");
    is_str(recvd(9, 0), "cd", "what follows is read by itself");
}

/* A byte that was taken stays as an empty message, which is a mark where no other is ahead. */
static void taken(void)
{
    sent("a", MSG_OOB);
    is_str(recvd(1, MSG_OOB), "a", "an urgent byte is taken");
    sent("b", MSG_OOB);
    is_str(state(), "mark 1 in pri", "another comes");
    sent("c", MSG_OOB);
    is_str(state(), "2 in pri", "and a third: no mark");
    is_str(recvd(1, MSG_OOB), "c", "which is taken, too");
    is_str(state(), "mark 1 in", "there is one again");
    is_str(recvd(9, 0), "b", "the second was left");
    is_str(recvd(9, 0), "EAGAIN", "by itself");
    is_str(state(), "0", "nothing else was");
}

/* FIONREAD of Linux 6.18 goes on counting them. */
static void lost(void)
{
    struct pollfd p = {s[1], POLLIN | POLLPRI, 0};

    sent("m", MSG_OOB);
    sent("no", 0);
    is_str(recvd(9, 0), "no", "a read goes over a byte that nobody received");
    is_str(recvd(1, MSG_OOB), "EINVAL", "which is lost");
    sent("m", MSG_OOB);
    is_str(recvd(9, 0), "EAGAIN", "also where nothing follows");
    is_num(poll(&p, 1, 0), 0, "and nothing is left");
    if (!since(6, 18))
        return;
    is_str(state(), "2", "though FIONREAD counts them for ever");
    sent("p", 0);
    is_str(state(), "3 in", "with what comes");
    recvd(1, 0);
}

static void in_line(void)
{
    int yes = 1, no = 0;

    must(setsockopt(s[1], SOL_SOCKET, SO_OOBINLINE, &yes, sizeof(yes)));
    sent("pq", MSG_OOB);
    sent("rs", 0);
    is_str(recvd(9, 0), "p", "SO_OOBINLINE: a read ends before the byte");
    is_str(state(), "mark 3 in pri", "at the mark");
    is_str(recvd(1, MSG_OOB), "EINVAL", "it is not received by itself");
    is_str(recvd(9, 0), "qrs", "but with the others");
    must(setsockopt(s[1], SOL_SOCKET, SO_OOBINLINE, &no, sizeof(no)));
}

static volatile sig_atomic_t urgents;

static void on_urgent(int sig)
{
    urgents++;
}

static void signals_and_kinds(void)
{
    int other[2], mark;

    signal(SIGURG, on_urgent);
    must(fcntl(s[1], F_SETOWN, getpid()));
    sent("u", MSG_OOB);
    is_num(urgents, 1, "SIGURG to the owner of the socket");
    is_str(recvd(1, MSG_OOB), "u", "who receives");
    is_str(sent("", MSG_OOB), "EOPNOTSUPP", "no byte cannot be urgent");
    for (int type = SOCK_DGRAM; type == SOCK_DGRAM || type == SOCK_SEQPACKET;
         type = type == SOCK_DGRAM ? SOCK_SEQPACKET : 0) {
        must(socketpair(AF_UNIX, type, 0, other));
        is_err(send(other[0], "a", 1, MSG_OOB), "EOPNOTSUPP", "messages are not urgent");
        is_err(recv(other[1], &mark, 1, MSG_OOB | MSG_DONTWAIT), "EOPNOTSUPP", "to receive either");
        is_err(ioctl(other[0], SIOCATMARK, &mark), "EOPNOTSUPP", "nor have a mark");
        close(other[0]);
        close(other[1]);
    }
}

int main(void)
{
    if (!since(6, 15)) {
        told_skip("urgent data of AF_UNIX",
                  "what is read at a mark that was received changed before Linux 6.15");
        return done();
    }
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    the_byte();
    two();
    taken();
    in_line();
    signals_and_kinds();
    lost();
    return done();
}
