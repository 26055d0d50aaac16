/*
 * userfault_events.c - userfaultfd: messages of fork, mremap, madvise and munmap. Who does these goes on when they have been
 * read, and until then nobody fills pages.
 */
#include "probe.h"
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

static char page[PG] __attribute__((aligned(4096)));
static char *base;
static int fd, stop_pipe[2], child_fd = -1, eagain;
static volatile char story[512];

/* Pages from base. */
static long at(uint64_t a)
{
    return (long)((char *)(uintptr_t)a - base) / (long)PG;
}

static int copy_to(int f, uint64_t a)
{
    struct uffdio_copy c = {.dst = a & ~(PG - 1), .src = (uintptr_t)page, .len = PG};
    return ioctl(f, UFFDIO_COPY, &c);
}

static void tell_story(const struct uffd_msg *m)
{
    char *s = (char *)story;
    size_t n = strlen(s);

    switch (m->event) {
    case UFFD_EVENT_FORK:
        child_fd = (int)m->arg.fork.ufd;
        snprintf(s + n, sizeof(story) - n, "fork ");
        break;
    case UFFD_EVENT_REMAP:
        snprintf(s + n, sizeof(story) - n, "remap %ld-%ld+%ld ", at(m->arg.remap.from), at(m->arg.remap.to),
                 (long)(m->arg.remap.len / PG));
        break;
    case UFFD_EVENT_REMOVE:
    case UFFD_EVENT_UNMAP:
        snprintf(s + n, sizeof(story) - n, "%s %ld-%ld ", m->event == UFFD_EVENT_REMOVE ? "remove" : "unmap",
                 at(m->arg.remove.start), at(m->arg.remove.end));
        break;
    default:
        snprintf(s + n, sizeof(story) - n, "fault %ld ", at(m->arg.pagefault.address));
    }
}

/* Tells what comes, and brings pages. Before it reads of an event it tries to fill a page, in vain. */
static void *listen(void *arg)
{
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = stop_pipe[0], .events = POLLIN}};
    struct uffd_msg m;

    for (;;) {
        poll(p, 2, -1);
        if (p[1].revents)
            return NULL;
        if (copy_to(fd, 0x10000) < 0 && errno == EAGAIN)
            eagain++;
        if (read(fd, &m, sizeof(m)) != sizeof(m))
            continue;
        tell_story(&m);
        if (m.event == UFFD_EVENT_PAGEFAULT)
            copy_to(fd, m.arg.pagefault.address);
    }
}

static char *watched(size_t n)
{
    char *p = pages(n, RW);
    struct uffdio_register r = {.range = {(uintptr_t)p, n * PG}, .mode = UFFDIO_REGISTER_MODE_MISSING};

    must(ioctl(fd, UFFDIO_REGISTER, &r));
    base = p;
    story[0] = 0;
    eagain = 0;
    return p;
}

/* The listener writes it down a little after it has read. */
static void is_story(const char *want, const char *fact)
{
    for (int i = 0; i < 2000 && strcmp((char *)story, want); i++)
        usleep(1000);
    is_str((char *)story, want, fact);
}

/* The end of an area, which is not to be in the story of the next one. */
static void unwatch(char *p, size_t n)
{
    story[0] = 0;
    must(munmap(p, n * PG));
    for (int i = 0; i < 2000 && !strchr((char *)story, '-'); i++)
        usleep(1000);
}

static int child_reads(char *p)
{
    return *(volatile char *)p == 'P' ? 7 : 1;
}

static void unmaps(void)
{
    char *p = watched(8);

    must(munmap(p + PG, 2 * PG));
    is_story("unmap 1-3 ", "munmap");
    is_num(eagain, 1, "until somebody reads of it nothing can be filled");
    must(mmap(p + 4 * PG, PG, RW, ANON | MAP_FIXED, -1, 0));
    is_story("unmap 1-3 unmap 4-5 ", "mmap over it");
    must(munmap(p, 8 * PG));
    is_story("unmap 1-3 unmap 4-5 unmap 0-8 ", "several areas with holes between: once");
}

static void removes(void)
{
    char *p = watched(4);

    is_num(p[0], 'P', "a page is brought");
    must(madvise(p, 2 * PG, MADV_DONTNEED));
    is_story("fault 0 remove 0-2 ", "MADV_DONTNEED");
    is_num(p[0], 'P', "and brought again");
    is_story("fault 0 remove 0-2 fault 0 ", "which is told");
    story[0] = 0;
    must(mprotect(p + PG, PG, PROT_READ));
    must(madvise(p, 3 * PG, MADV_FREE));
    is_story("remove 0-1 remove 1-2 remove 2-3 ", "MADV_FREE of three areas");
    story[0] = 0;
    is_err(madvise(p + 1, PG, MADV_DONTNEED), "EINVAL", "what is refused");
    madvise(p, PG, MADV_COLD);
    is_story("", "and what drops nothing is not told");
    unwatch(p, 4);
}

static void remaps(void)
{
    char *p = watched(4), *q;

    p[0] = 'x';
    is_story("fault 0 ", "a page");
    story[0] = 0;
    q = pages(4, PROT_NONE);
    must(mremap(p, 2 * PG, 2 * PG, MREMAP_MAYMOVE | MREMAP_FIXED, q));
    char want[128];
    snprintf(want, sizeof(want), "remap 0-%ld+2 unmap 0-2 ", at((uintptr_t)q));
    is_story(want, "mremap");
    story[0] = 0;
    is_num(q[0], 'x', "the page went along");
    is_num(q[PG], 'P', "and so did the watch");
    story[0] = 0;
    must(mremap(p + 2 * PG, 2 * PG, PG, 0));
    is_story("unmap 3-4 ", "shrinking");
    unwatch(p, 4);
    unwatch(q, 4);
}

static void forks(void)
{
    char *p = watched(2);
    struct uffd_msg m;
    int s = 0;

    p[0] = 'x';
    is_story("fault 0 ", "a page");
    story[0] = 0;
    fflush(stdout);
    pid_t pid = must(fork());
    if (!pid)
        _exit(child_reads(p + PG));
    is_story("fork ", "fork");
    is_true(child_fd > 2 && fcntl(child_fd, F_GETFD) == FD_CLOEXEC,
            "its message brings a descriptor, opened as the first was");
    is_true(fcntl(child_fd, F_GETFL) & O_NONBLOCK, "not blocking either");
    struct pollfd pf = {.fd = child_fd, .events = POLLIN};
    poll(&pf, 1, 5000);
    is_num(read(child_fd, &m, sizeof(m)), sizeof(m), "through which the child's faults come");
    is_true(m.event == UFFD_EVENT_PAGEFAULT && m.arg.pagefault.address == (uintptr_t)p + PG,
            "with their addresses");
    is_ok(copy_to(child_fd, m.arg.pagefault.address), "and are answered");
    waitpid(pid, &s, 0);
    is_num(WEXITSTATUS(s), 7, "so that it goes on");
    is_err(copy_to(child_fd, (uintptr_t)p), "ESRCH", "when it is over nothing can be filled");
    struct uffdio_register r = {.range = {(uintptr_t)p, PG}, .mode = UFFDIO_REGISTER_MODE_MISSING};
    is_err(ioctl(child_fd, UFFDIO_REGISTER, &r), "ENOMEM", "nor watched");
    close(child_fd);
}

int main(void)
{
    struct uffdio_api api = {.api = UFFD_API,
                             .features = UFFD_FEATURE_EVENT_FORK | UFFD_FEATURE_EVENT_REMAP |
                                         UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_EVENT_UNMAP};
    pthread_t th;

    memset(page, 'P', PG);
    fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        told_skip("events", "userfaultfd needs CAP_SYS_PTRACE");
        return done();
    }
    is_ok(ioctl(fd, UFFDIO_API, &api), "the four events can be asked for");
    must(pipe(stop_pipe));
    must(pthread_create(&th, NULL, listen, NULL));
    unmaps();
    removes();
    remaps();
    forks();
    must(write(stop_pipe[1], "", 1));
    pthread_join(th, NULL);
    return done();
}
