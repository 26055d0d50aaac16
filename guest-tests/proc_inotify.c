/* proc_inotify.c - inotify: events of files and directories, their names, cookies and order. */
#include "probe.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>

static char dir[64];

static const char *at(const char *name)
{
    static char path[4][128];
    static int next;

    next = (next + 1) % 4;
    snprintf(path[next], sizeof(path[0]), "%s/%s", dir, name);
    return path[next];
}

static void event_name(char *out, size_t size, uint32_t mask)
{
    static const char *const names[] = {"ACCESS", "MODIFY", "ATTRIB",      "CLOSE_WRITE",
                                        "CLOSE",  "OPEN",   "FROM",        "TO",
                                        "CREATE", "DELETE", "DELETE_SELF", "MOVE_SELF"};

    *out = 0;
    for (int i = 0; i < 12; i++) {
        if (mask & 1u << i)
            strncat(out, names[i], size - strlen(out) - 1);
    }
    if (mask & IN_IGNORED)
        strncat(out, "IGNORED", size - strlen(out) - 1);
    if (mask & IN_Q_OVERFLOW)
        strncat(out, "OVERFLOW", size - strlen(out) - 1);
    if (mask & IN_ISDIR)
        strncat(out, "/", size - strlen(out) - 1);
}

/* All events there are: "1:CREATE a, 2:OPEN". */
static const char *events(int fd)
{
    static char out[2000];
    char buf[8192] __attribute__((aligned(8))), name[64];
    ssize_t n = read(fd, buf, sizeof(buf));

    *out = 0;
    for (ssize_t i = 0; i < n;) {
        struct inotify_event *e = (void *)(buf + i);

        event_name(name, sizeof(name), e->mask);
        snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%d:%s%s%s", i ? ", " : "", e->wd, name,
                 e->len ? " " : "", e->len ? e->name : "");
        i += (ssize_t)(sizeof(*e) + e->len);
    }
    return n < 0 ? result(-1, errno) : out;
}
static void touch(const char *name)
{
    close(open(at(name), O_CREAT | O_RDWR, 0600));
}

static void of_a_directory(void)
{
    int in = must(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), fd, n;
    char buf[400] __attribute__((aligned(8)));
    struct pollfd p = {in, POLLIN, 0};

    is_str(events(in), "EAGAIN", "nothing happened");
    is_num(inotify_add_watch(in, dir, IN_ALL_EVENTS), 1, "the first watch is number 1");
    is_num(inotify_add_watch(in, dir, IN_ALL_EVENTS), 1, "again it is the same");
    is_num(poll(&p, 1, 0), 0, "not ready");
    fd = open(at("a"), O_CREAT | O_RDWR, 0600);
    is_num(poll(&p, 1, 0), 1, "ready");
    is_ok(ioctl(in, FIONREAD, &n), "FIONREAD");
    is_num(n, 64, "counts bytes");
    is_str(events(in), "1:CREATE a, 1:OPEN a", "creating a file");
    must((int)write(fd, "xy", 2));
    must((int)write(fd, "xy", 2));
    is_str(events(in), "1:MODIFY a", "writing twice is one event");
    must((int)pread(fd, buf, 2, 0));
    is_str(events(in), "1:ACCESS a", "reading");
    is_num(pread(fd, buf, 2, 100), 0, "at the end of file");
    is_str(events(in), "EAGAIN", "is none");
    fchmod(fd, 0640);
    is_str(events(in), "1:ATTRIB a", "fchmod");
    must(ftruncate(fd, 1));
    is_str(events(in), "1:MODIFY a", "ftruncate");
    n = dup(fd);
    close(n);
    is_str(events(in), "EAGAIN", "closing one of two descriptors");
    close(fd);
    is_str(events(in), "1:CLOSE_WRITE a", "closing the last");
    close(open(at("a"), O_RDONLY));
    is_str(events(in), "1:OPEN a, 1:CLOSE a", "open to read and close");
    close(open(at("a"), O_WRONLY | O_TRUNC));
    is_str(events(in), "1:OPEN a, 1:MODIFY a, 1:CLOSE_WRITE a", "O_TRUNC");
    close(open(at("a"), O_PATH));
    is_str(events(in), "EAGAIN", "O_PATH");
    must(rename(at("a"), at("b")));
    is_num(read(in, buf, 8), -1, "a buffer smaller than an event");
    is_num(errno, EINVAL, "is an error");
    n = (int)read(in, buf, sizeof(buf));
    is_true(n == 64 &&
                ((struct inotify_event *)buf)->cookie == ((struct inotify_event *)(buf + 32))->cookie &&
                ((struct inotify_event *)buf)->cookie,
            "both halves of a rename have one cookie");
    must(link(at("b"), at("c")));
    is_str(events(in), "1:CREATE c", "a link");
    must(symlink("b", at("s")));
    is_str(events(in), "1:CREATE s", "a symbolic link");
    must(unlink(at("c")));
    is_str(events(in), "1:DELETE c", "unlink");
    must(mkdir(at("d"), 0700));
    is_str(events(in), "1:CREATE/ d", "mkdir");
    must(rename(at("d"), at("e")));
    is_str(events(in), "1:FROM/ d, 1:TO/ e", "renaming a directory");
    must(rmdir(at("e")));
    is_str(events(in), "1:DELETE/ e", "rmdir");
    must(chmod(at("b"), 0600));
    must(unlink(at("b")));
    must(unlink(at("s")));
    is_str(events(in), "1:ATTRIB b, 1:DELETE b, 1:DELETE s", "one after the other");
    is_ok(inotify_rm_watch(in, 1), "removing the watch");
    is_str(events(in), "1:IGNORED", "says so");
    is_err(inotify_rm_watch(in, 1), "EINVAL", "to remove it again");
    touch("a");
    unlink(at("a"));
    is_str(events(in), "EAGAIN", "and then nothing");
    close(in);
}

static void of_a_file(void)
{
    int in = must(inotify_init1(IN_NONBLOCK)), fd;

    touch("f");
    is_num(inotify_add_watch(in, at("f"), IN_ALL_EVENTS & ~IN_ACCESS), 1, "a watch on a file");
    must(link(at("f"), at("g")));
    is_str(events(in), "1:ATTRIB", "a link changes its count");
    must(unlink(at("g")));
    is_str(events(in), "1:ATTRIB", "unlink too");
    must(rename(at("f"), at("g")));
    is_str(events(in), "1:MOVE_SELF", "a rename");
    must(unlink(at("g")));
    is_str(events(in), "1:ATTRIB, 1:DELETE_SELF, 1:IGNORED", "the last name goes");
    touch("f");
    is_num(inotify_add_watch(in, at("f"), IN_DELETE_SELF), 2, "numbers are not used again");
    fd = open(at("f"), O_RDONLY);
    unlink(at("f"));
    is_str(events(in), "EAGAIN", "a file that is still open");
    close(fd);
    is_str(events(in), "2:DELETE_SELF, 2:IGNORED", "goes when it is closed");
    touch("f");
    is_num(inotify_add_watch(in, at("f"), IN_OPEN | IN_ONESHOT), 3, "IN_ONESHOT");
    touch("f");
    is_str(events(in), "3:OPEN, 3:IGNORED", "tells once");
    inotify_add_watch(in, at("f"), IN_OPEN);
    is_num(inotify_add_watch(in, at("f"), IN_MODIFY | IN_MASK_ADD), 4, "IN_MASK_ADD");
    fd = open(at("f"), O_WRONLY);
    must((int)write(fd, "x", 1));
    close(fd);
    is_str(events(in), "4:OPEN, 4:MODIFY", "adds");
    inotify_add_watch(in, at("f"), IN_MODIFY);
    touch("f");
    is_str(events(in), "EAGAIN", "without it the mask is replaced");
    is_err(inotify_add_watch(in, at("f"), IN_MODIFY | IN_MASK_CREATE), "EEXIST",
           "IN_MASK_CREATE of one there is");
    is_err(inotify_add_watch(in, at("f"), IN_MODIFY | IN_ONLYDIR), "ENOTDIR", "IN_ONLYDIR");
    is_err(inotify_add_watch(in, at("nothing"), IN_MODIFY), "ENOENT", "a file that is not there");
    is_err(inotify_add_watch(in, at("f"), 0), "EINVAL", "no events");
    is_err(inotify_add_watch(0, at("f"), IN_MODIFY), "EINVAL", "a descriptor of another kind");
    is_err(inotify_add_watch(-1, at("f"), IN_MODIFY), "EBADF", "no descriptor");
    is_err(inotify_init1(0x77), "EINVAL", "unknown flags");
    unlink(at("f"));
    close(in);
}

static void of_both(void)
{
    int in = must(inotify_init1(IN_NONBLOCK)), ep = must(epoll_create1(0)), s;
    struct epoll_event ev = {.events = EPOLLIN | EPOLLET}, got;

    touch("f");
    inotify_add_watch(in, dir, IN_ALL_EVENTS);
    inotify_add_watch(in, at("f"), IN_ALL_EVENTS);
    chmod(at("f"), 0640);
    is_str(events(in), "1:ATTRIB f, 2:ATTRIB", "the directory hears first");
    touch("g");
    events(in);
    rename(at("g"), at("f"));
    is_str(events(in), "1:FROM g, 1:TO f, 2:ATTRIB, 2:DELETE_SELF, 2:IGNORED", "a rename over a file");
    inotify_add_watch(in, at("f"), IN_ALL_EVENTS);
    must(unlink(at("f")));
    is_str(events(in), "3:ATTRIB, 3:DELETE_SELF, 3:IGNORED, 1:DELETE f", "unlink: the file first");
    must(mkdir(at("d"), 0700));
    inotify_add_watch(in, at("d"), IN_ALL_EVENTS);
    must(rmdir(at("d")));
    is_str(events(in), "1:CREATE/ d, 4:DELETE_SELF, 4:IGNORED, 1:DELETE/ d", "rmdir of a watched directory");
    must(epoll_ctl(ep, EPOLL_CTL_ADD, in, &ev));
    is_num(epoll_wait(ep, &got, 1, 0), 0, "epoll: nothing");
    touch("f");
    is_num(epoll_wait(ep, &got, 1, 0), 1, "epoll: ready");
    is_num(epoll_wait(ep, &got, 1, 0), 0, "once, at the edge");
    unlink(at("f"));
    is_num(epoll_wait(ep, &got, 1, 0), 1, "and again");
    close(in);
    close(ep);
    in = must(inotify_init());
    inotify_add_watch(in, dir, IN_CREATE);
    fflush(stdout);
    if (!fork()) {
        usleep(50000);
        touch("f");
        _exit(0);
    }
    is_str(events(in), "1:CREATE f", "read waits for another process");
    wait(&s);
    unlink(at("f"));
    close(in);
}

int main(void)
{
    snprintf(dir, sizeof(dir), "/tmp/inotify-%d", getpid());
    must(mkdir(dir, 0700));
    of_a_directory();
    of_a_file();
    of_both();
    rmdir(dir);
    return done();
}
