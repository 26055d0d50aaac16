/* aio.c - asynchronous I/O: contexts, their rings, requests and events. */
#include "probe.h"
#include <linux/aio_abi.h>
#include <poll.h>
#include <sys/eventfd.h>

static aio_context_t ctx;

static long setup(unsigned nr, aio_context_t *c)
{
    return syscall(SYS_io_setup, nr, c);
}
static long submit(struct iocb *cb)
{
    return syscall(SYS_io_submit, ctx, 1L, &cb);
}
static long events(long min, long max, struct io_event *e, struct timespec *ts)
{
    return syscall(SYS_io_getevents, ctx, min, max, e, ts);
}
static long one_result(struct iocb *cb)
{
    struct io_event e = {0};
    return submit(cb) == 1 && events(1, 1, &e, NULL) == 1 && e.obj == (uintptr_t)cb && e.data == cb->aio_data
               ? e.res
               : -999;
}

int main(void)
{
    aio_context_t c = 0;
    struct timespec none = {0, 0}, soon = {0, 1000000};
    struct io_event e[4] = {0};
    char buf[16] = "0123456789";
    int fd = (int)must(syscall(SYS_memfd_create, "aio", 0)), p[2];

    is_err(setup(0, &c), "EINVAL", "a context for no requests");
    c = 5;
    is_err(setup(1, &c), "EINVAL", "the word for the context must be 0");
    c = 0;
    long max = atol(proc_read("/proc/sys/fs/aio-max-nr"));
    is_true(max > 0, "the machine has a number of requests");
    is_err(setup((unsigned)max + 1, &c), "EAGAIN", "more than that");
    is_err(setup(0x7fffffff, &c), "EINVAL", "more than a ring can hold");
    is_err(setup(1, (void *)8), "EFAULT", "nowhere to put the context");
    is_ok(setup(8, &ctx), "a context");
    is_true(atol(proc_read("/proc/sys/fs/aio-nr")) >= 8, "its requests are counted");
    uint32_t *ring = (uint32_t *)ctx;
    is_num(ring[1], 127, "its ring fills a page");
    is_num(ring[4], 0xa10a10a1, "the ring's magic number");
    is_true(mremap(ring, PG, 2 * PG, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT,
            "a ring does not grow");
    is_err(syscall(SYS_io_destroy, 0L), "EINVAL", "no context at 0");
    is_err(syscall(SYS_io_destroy, buf), "EINVAL", "nor where there is no ring");

    struct iocb w = {.aio_lio_opcode = IOCB_CMD_PWRITE,
                     .aio_fildes = fd,
                     .aio_buf = (uintptr_t)buf,
                     .aio_nbytes = 10,
                     .aio_data = 7};
    is_num(one_result(&w), 10, "a write");
    char back[16] = "";
    struct iocb r = w;
    r.aio_lio_opcode = IOCB_CMD_PREAD;
    r.aio_buf = (uintptr_t)back;
    r.aio_offset = 4;
    is_num(one_result(&r), 6, "a read, cut at the end of the file");
    is_str(back, "456789", "reads what was written");
    struct iocb bad = r;
    bad.aio_buf = 8;
    is_num(one_result(&bad), -EFAULT, "a bad buffer is told by the event");
    bad = r;
    bad.aio_fildes = 99;
    is_err(submit(&bad), "EBADF", "a bad descriptor by io_submit");
    bad = r;
    bad.aio_lio_opcode = 77;
    is_err(submit(&bad), "EINVAL", "an operation that does not exist");
    bad = r;
    bad.aio_reserved2 = 1;
    is_err(submit(&bad), "EINVAL", "a reserved field that is not 0");
    is_err(syscall(SYS_io_submit, ctx, -1L, NULL), "EINVAL", "a negative number of requests");
    is_num(syscall(SYS_io_submit, ctx, 0L, NULL), 0, "no requests");
    struct iocb *two[] = {&r, &bad};
    is_num(syscall(SYS_io_submit, ctx, 2L, two), 1, "a bad request after a good one: the good one counts");
    is_num(events(1, 4, e, NULL), 1, "and has its event");
    is_num(events(0, 4, e, NULL), 0, "no more events");
    is_num(events(1, 4, e, &none), 0, "nor at once");
    is_num(events(1, 4, e, &soon), 0, "nor soon");
    is_err(events(2, 1, e, NULL), "EINVAL", "at least more than at most");
    is_err(events(1, 1, e, (void *)8), "EFAULT", "a bad timeout");

    int counter = eventfd(0, 0);
    must(pipe(p));
    struct iocb poll_in = {
        .aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = (unsigned)p[0], .aio_buf = POLLIN, .aio_data = 9};
    is_num(submit(&poll_in), 1, "a request to watch a pipe");
    is_num(events(1, 1, e, &none), 0, "is not over");
    must(write(p[1], "x", 1));
    is_num(events(1, 1, e, NULL), 1, "is over when there is something to read");
    is_true(e[0].data == 9 && (e[0].res & POLLIN), "with what is ready");
    must(read(p[0], buf, 1));
    must(submit(&poll_in));
    is_err(syscall(SYS_io_cancel, ctx, &poll_in, e), "EINPROGRESS", "it can be cancelled");
    is_num(events(1, 1, e, NULL) == 1 ? e[0].res : -1, 0, "and then has an event with nothing ready");
    is_err(syscall(SYS_io_cancel, ctx, &poll_in, e), "EINVAL", "but once");
    w.aio_flags = IOCB_FLAG_RESFD;
    w.aio_resfd = (unsigned)counter;
    must(submit(&w));
    uint64_t n = 0;
    must(events(1, 1, e, NULL));
    is_true(read(counter, &n, 8) == 8 && n == 1, "an eventfd counts what is over");
    w.aio_resfd = (unsigned)fd;
    is_err(submit(&w), "EINVAL", "only an eventfd can");

    char *to = arena(1);
    is_true(mremap(ring, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to, "a ring can be moved");
    is_err(syscall(SYS_io_destroy, ctx), "EINVAL", "the old address names no context");
    pid_t child = fork();
    if (!child)
        _exit(syscall(SYS_io_destroy, to) == -1 && errno == EINVAL ? 0 : 1);
    int s;
    waitpid(child, &s, 0);
    is_num(s, 0, "a child has no contexts");
    is_ok(syscall(SYS_io_destroy, to), "the new one does");
    is_str(try_access(to, 'r'), "SEGV_MAPERR", "and its end unmaps the ring");
    return done();
}
