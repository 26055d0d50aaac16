/*
 * conn.c - the wire: a socket, packets with checksums, and the watcher that looks at the socket while user
 * code runs.
 *
 * The emulator has one thread, and while that runs user code nobody reads from gdb. So a second one waits
 * until there is something to read (Ctrl-C, somebody who connects) and then only kicks the first out of user
 * code and out of waits in the host's poll(), again and again until it has looked. It touches nothing else.
 */
#include "../options.h"
#include "priv.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- listening ---- */

static int complain(int status, const char *where, const char *what)
{
    fprintf(stderr, "mseal-emu: gdb at '%s': %s\n", where, what);
    return status;
}

static int listen_unix(struct gdb *g, const char *path, const char *where)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};

    if (!*path || strlen(path) >= sizeof(sun.sun_path))
        return complain(EXIT_USAGE, where, "not a usable path");
    strcpy(sun.sun_path, path);
    g->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (g->listener < 0 || bind(g->listener, (struct sockaddr *)&sun, sizeof(sun)) || listen(g->listener, 1))
        return complain(EXIT_FAILED, where, strerror(errno));
    g->path = strdup(path);
    fprintf(stderr, "mseal-emu: %s: target remote %s\n", g->wait ? "waiting for gdb" : "gdb may connect",
            path);
    return 0;
}

static int listen_tcp(struct gdb *g, const char *port, const char *where)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(sin);
    int one = 1;
    char *end;
    unsigned long n = strtoul(port, &end, 10);

    if (*port < '0' || *port > '9' || *end || n > 65535)
        return complain(EXIT_USAGE, where, "neither a port number nor unix:PATH");
    sin.sin_port = htons((uint16_t)n);
    g->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (g->listener >= 0)
        setsockopt(g->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (g->listener < 0 || bind(g->listener, (struct sockaddr *)&sin, sizeof(sin)) ||
        listen(g->listener, 1) || getsockname(g->listener, (struct sockaddr *)&sin, &len))
        return complain(EXIT_FAILED, where, strerror(errno));
    fprintf(stderr, "mseal-emu: %s: target remote localhost:%u\n",
            g->wait ? "waiting for gdb" : "gdb may connect", ntohs(sin.sin_port));
    return 0;
}

int conn_listen(struct gdb *g, const char *where)
{
    return strncmp(where, "unix:", 5) ? listen_tcp(g, where, where) : listen_unix(g, where + 5, where);
}

void conn_unlisten(struct gdb *g)
{
    if (g->listener >= 0)
        close(g->listener);
    if (g->path)
        unlink(g->path);
    free(g->path);
    g->path = NULL;
    g->listener = -1;
}

bool conn_accept(struct gdb *g, bool block)
{
    struct pollfd p = {.fd = g->listener, .events = POLLIN};
    int one = 1;

    while (poll(&p, 1, block ? -1 : 0) < 0 && errno == EINTR)
        ;
    if (!(p.revents & POLLIN))
        return false;
    g->conn = accept4(g->listener, NULL, NULL, SOCK_CLOEXEC);
    if (g->conn < 0)
        return false;
    setsockopt(g->conn, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* fails on unix sockets: fine */
    g->noack = false;
    g->raw_at = g->raw_len = 0;
    return true;
}

void conn_close(struct gdb *g)
{
    if (g->conn < 0)
        return;
    shutdown(g->conn, SHUT_RDWR); /* wakes the watcher */
    close(g->conn);
    g->conn = -1;
}

/* Whoever else comes while gdb is connected hears why it cannot be served, in answer to its first question. */
static void turn_away(struct gdb *g)
{
    static const char answer[] = "+$E.another gdb is connected#80";
    struct pollfd p = {.fd = accept4(g->listener, NULL, NULL, SOCK_CLOEXEC), .events = POLLIN};
    char part[1024];
    ssize_t n;

    if (p.fd < 0)
        return;
    for (unsigned i = 0; i < 8 && poll(&p, 1, 2000) > 0; i++) { /* not forever */
        n = recv(p.fd, part, sizeof(part), MSG_DONTWAIT);
        if (n <= 0)
            break;
        if (memchr(part, '#', (size_t)n))
            send(p.fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    close(p.fd);
}

/* ---- packets ---- */

static int next_byte(struct gdb *g)
{
    while (g->raw_at == g->raw_len) {
        struct pollfd p[2] = {{.fd = g->conn, .events = POLLIN}, {.fd = g->listener, .events = POLLIN}};
        ssize_t n;

        if (poll(p, 2, -1) > 0 && !p[0].revents) {
            turn_away(g);
            continue;
        }
        n = recv(g->conn, g->raw, sizeof(g->raw), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        g->raw_at = 0;
        g->raw_len = (size_t)n;
    }
    return g->raw[g->raw_at++];
}

static void send_all(struct gdb *g, const char *buf, size_t len)
{
    while (len) {
        ssize_t n = send(g->conn, buf, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* the next read notices */
        buf += n;
        len -= (size_t)n;
    }
}

static int hex_digit(int c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool conn_read(struct gdb *g)
{
    for (;;) {
        unsigned sum = 0, said;
        bool fits = true;
        int c;

        do {
            c = next_byte(g);
            if (c == '-') /* sent again */
                send_all(g, g->out, g->out_len);
        } while (c >= 0 && c != '$');
        g->in_len = 0;
        while (c >= 0 && (c = next_byte(g)) >= 0 && c != '#') {
            sum += (unsigned)c;
            fits = fits && g->in_len < PACKET_MAX;
            if (fits)
                g->in[g->in_len++] = (char)c;
        }
        if (c < 0)
            return false;
        said = (unsigned)hex_digit(next_byte(g)) << 4;
        said |= (unsigned)hex_digit(next_byte(g));
        if (!g->noack)
            send_all(g, said == (sum & 0xff) ? "+" : "-", 1);
        if (said != (sum & 0xff) && !g->noack)
            continue;
        if (!fits)
            g->in_len = 0; /* answered as unknown */
        g->in[g->in_len] = '\0';
        return true;
    }
}

void conn_send(struct gdb *g)
{
    unsigned sum = 0;

    for (size_t i = 1; i < g->out_len; i++)
        sum += (uint8_t)g->out[i];
    g->out_len += (size_t)snprintf(g->out + g->out_len, 4, "#%02x", sum & 0xff);
    if (g->conn >= 0)
        send_all(g, g->out, g->out_len);
}

/* ---- the watcher ---- */

static void *watch(void *arg)
{
    struct gdb *g = arg;
    uint64_t token;

    while (read(g->wake, &token, sizeof(token)) == sizeof(token) &&
           !__atomic_load_n(&g->quit, __ATOMIC_ACQUIRE)) {
        struct pollfd p[3] = {{.fd = g->conn, .events = POLLIN}, /* -1: not looked at */
                              {.fd = g->listener, .events = POLLIN},
                              {.fd = g->wake, .events = POLLIN}};

        if (poll(p, 3, -1) < 0 || !(p[0].revents | p[1].revents))
            continue; /* another connection, or the end */
        __atomic_store_n(&g->attention, 1, __ATOMIC_RELEASE);
        while (__atomic_load_n(&g->attention, __ATOMIC_ACQUIRE) &&
               __atomic_load_n(&g->running, __ATOMIC_ACQUIRE)) {
            cpu_kick(g->m->cpu);
            kill(getpid(), SIGURG); /* ends a poll(); this thread blocks all signals */
            usleep(5000);
        }
    }
    return NULL;
}

static void on_sigurg(int signo)
{
}

bool conn_watcher_start(struct gdb *g)
{
    struct sigaction sa = {.sa_handler = on_sigurg};
    sigset_t all, old;

    g->wake = eventfd(0, EFD_CLOEXEC);
    if (g->wake < 0)
        return false;
    sigaction(SIGURG, &sa, NULL); /* no SA_RESTART: waits shall end */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    g->has_watcher = !pthread_create(&g->watcher, NULL, watch, g);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return g->has_watcher;
}

void conn_watcher_stop(struct gdb *g)
{
    uint64_t one = 1;

    __atomic_store_n(&g->quit, 1, __ATOMIC_RELEASE);
    __atomic_store_n(&g->running, 0, __ATOMIC_RELEASE);
    if (g->has_watcher && write(g->wake, &one, sizeof(one)) == sizeof(one))
        pthread_join(g->watcher, NULL);
    if (g->wake >= 0)
        close(g->wake);
}

void conn_running(struct gdb *g, bool running)
{
    uint64_t one = 1;

    __atomic_store_n(&g->running, running, __ATOMIC_RELEASE);
    if (!running)
        return;
    __atomic_store_n(&g->attention, 0, __ATOMIC_RELEASE);
    if (write(g->wake, &one, sizeof(one)) < 0)
        fprintf(stderr, "mseal-emu: gdb's interrupts will not be noticed: %s\n", strerror(errno));
}

enum conn_news conn_news(struct gdb *g, bool block)
{
    struct pollfd p[2] = {{.fd = g->conn, .events = POLLIN}, {.fd = g->listener, .events = POLLIN}};
    uint8_t byte;

    __atomic_store_n(&g->attention, 0, __ATOMIC_RELEASE);
    if (g->raw_at == g->raw_len && poll(p, 2, block ? -1 : 0) <= 0)
        return NEWS_NONE;
    if (g->conn < 0)
        return NEWS_CONNECT;
    if (g->raw_at == g->raw_len && !p[0].revents) {
        turn_away(g);
        return NEWS_NONE;
    }
    while (g->raw_at < g->raw_len || recv(g->conn, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0) {
        byte = (uint8_t)next_byte(g);
        if (byte == 3)
            return NEWS_INTERRUPT;
        if (byte == '$') {
            g->raw_at--;
            return NEWS_PACKET;
        }
    }
    return recv(g->conn, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0 ? NEWS_GONE : NEWS_NONE;
}
