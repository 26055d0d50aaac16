/* urgent.h - what a receiver sees of urgent data: net_urgent (TCP) and net_unix_urgent (AF_UNIX) ask the same of it. */
#include "probe.h"
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int s[2]; /* s[0] sends, s[1] receives */

/* A receive of up to n bytes: what came, or the error. */
static const char *recvd(size_t n, int flags)
{
    static char text[64];
    ssize_t got;

    memset(text, 0, sizeof(text));
    got = recv(s[1], text, n, flags | MSG_DONTWAIT);
    return got < 0 ? strerrorname_np(errno) : text;
}

/* "mark" at the mark; bytes that FIONREAD tells; what poll tells. */
static const char *state(void)
{
    static char text[64];
    struct pollfd p = {s[1], POLLIN | POLLPRI, 0};
    int mark = -1, bytes = -1;

    must(ioctl(s[1], SIOCATMARK, &mark));
    must(ioctl(s[1], FIONREAD, &bytes));
    must(poll(&p, 1, 0));
    snprintf(text, sizeof(text), "%s%d%s%s", mark ? "mark " : "", bytes, p.revents & POLLIN ? " in" : "",
             p.revents & POLLPRI ? " pri" : "");
    return text;
}
