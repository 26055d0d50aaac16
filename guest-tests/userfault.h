/*
 * userfault.h - a thread that brings the pages its process watches with userfaultfd, and remembers which: for
 * userfault_calls.c and userfault_pages.c.
 */
#include "probe.h"
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

static int fd, stop_pipe[2];
static char page[PG] __attribute__((aligned(4096)));
static volatile int faults;
static volatile uint64_t where[16], flags[16];

/* Brings every page that is asked for, until it is told to end. */
static void *bring(void *arg)
{
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = stop_pipe[0], .events = POLLIN}};
    struct uffd_msg m;

    for (;;) {
        poll(p, 2, -1);
        if (p[1].revents)
            return NULL;
        if (read(fd, &m, sizeof(m)) != sizeof(m))
            continue;
        where[faults & 15] = m.arg.pagefault.address;
        flags[faults & 15] = m.arg.pagefault.flags;
        faults++;
        if (m.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP) {
            struct uffdio_writeprotect wp = {.range = {m.arg.pagefault.address, PG}};
            ioctl(fd, UFFDIO_WRITEPROTECT, &wp);
        } else {
            struct uffdio_copy c = {.dst = m.arg.pagefault.address, .src = (uintptr_t)page, .len = PG};
            ioctl(fd, UFFDIO_COPY, &c);
        }
    }
}

/* n pages that are watched, and nothing told yet. */
static char *watched_as(size_t n, int prot)
{
    char *p = pages(n, prot);
    struct uffdio_register r = {.range = {(uintptr_t)p, n * PG}, .mode = UFFDIO_REGISTER_MODE_MISSING};

    must(ioctl(fd, UFFDIO_REGISTER, &r));
    faults = 0;
    return p;
}

static char *watched(size_t n)
{
    return watched_as(n, RW);
}

static pthread_t bringer;

/* From here on pages are brought, full of P. False: userfaultfd is not permitted. */
static bool start_bringing(uint64_t *features)
{
    struct uffdio_api api = {.api = UFFD_API};

    memset(page, 'P', PG);
    fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    must(ioctl(fd, UFFDIO_API, &api));
    *features = api.features;
    must(pipe(stop_pipe));
    must(pthread_create(&bringer, NULL, bring, NULL));
    return true;
}

static void stop_bringing(void)
{
    must(write(stop_pipe[1], "", 1));
    pthread_join(bringer, NULL);
}
