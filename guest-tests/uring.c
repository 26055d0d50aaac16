/* uring.c - io_uring: rings, entering the kernel, registering, kinds of rings, other processes. */
#include "uring.h"

/* ---- rings ---- */

static void rings(void)
{
    struct io_uring_params p = {.resv = {0, 1}};
    struct row row;

    is_err(setup_flags(0, 0, 0), "EINVAL", "a ring of no entries");
    is_ok(setup_flags(32768, 0, 0), "the largest ring");
    is_err(setup_flags(32769, 0, 0), "EINVAL", "one more");
    is_ok(setup_flags(32769, IORING_SETUP_CLAMP, 0), "unless it may be made smaller");
    is_err(setup_flags(4, 1u << 25, 0), "EINVAL", "a flag that does not exist");
    is_err(setup(4, (void *)8), "EFAULT", "nowhere to look for parameters");
    is_err(setup(4, &p), "EINVAL", "a reserved field that is not 0");
    is_err(setup_flags(4, IORING_SETUP_CQSIZE, 0), "EINVAL", "a completion ring of no entries");
    is_err(setup_flags(4, IORING_SETUP_CQSIZE, 2), "EINVAL", "or smaller than the other");
    is_ok(setup_flags(4, IORING_SETUP_CQSIZE, 3), "sizes are rounded up to powers of two first");
    is_err(setup_flags(4, IORING_SETUP_CQSIZE, CQ_ENTRIES_MAX + 1), "EINVAL", "or too large");
    is_err(setup_flags(4, IORING_SETUP_TASKRUN_FLAG, 0), "EINVAL",
           "TASKRUN_FLAG needs a mode that leaves work");
    is_err(setup_flags(4, IORING_SETUP_DEFER_TASKRUN, 0), "EINVAL", "DEFER_TASKRUN needs SINGLE_ISSUER");
    is_err(setup_flags(4, IORING_SETUP_ATTACH_WQ, 0), "EINVAL", "only a ring can be attached to");

    r = open_ring(3, 0, 0);
    is_true(r.p.sq_entries == 4 && r.p.cq_entries == 8, "3 entries become 4, with 8 completions");
    is_true(*word(r.p.sq_off.ring_mask) == 3 && *word(r.p.cq_off.ring_entries) == 8, "the rings say so too");
    is_num(r.p.sq_off.array, r.p.cq_off.cqes + 8 * 16, "the array of indices lies behind the completions");
    is_true(r.p.features & IORING_FEAT_SINGLE_MMAP && r.p.features & IORING_FEAT_NODROP,
            "one mapping, nothing dropped");
    is_true(row_of(r.mem, &row) && !strcmp(row.name, "anon_inode:[io_uring]") && !strcmp(row.perm, "rw-s"),
            "the rings in maps");
    is_true(row_of(r.sqes, &row) && row.off == IORING_OFF_SQES, "and the entries, at their offset");
    char link[64], path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", r.fd);
    ssize_t len = readlink(path, link, sizeof link - 1);
    link[len > 0 ? len : 0] = 0;
    is_str(link, "anon_inode:[io_uring]", "the descriptor's link");
    is_num(fcntl(r.fd, F_GETFD), FD_CLOEXEC, "it closes on exec");
    unsigned *cq = must(mmap(NULL, PG, RW, MAP_SHARED, r.fd, IORING_OFF_CQ_RING));
    is_num(cq[r.p.cq_off.ring_entries / 4], 8, "the completion ring by its own offset is the same memory");
    is_err((long)mmap(r.mem, PG, RW, MAP_SHARED, r.fd, 0), "EINVAL", "rings go where the kernel wants them");
    is_err((long)mmap(NULL, PG, RW, MAP_SHARED, r.fd, 0x18000000), "ENOMEM", "nothing is at other offsets");
    is_err((long)mmap(NULL, PG, PROT_READ | PROT_EXEC, MAP_SHARED, r.fd, 0), since(6, 16) ? "EPERM" : "ok",
           "rings are not code");
    is_err((long)mremap(r.mem, PG, 2 * PG, MREMAP_MAYMOVE), "EFAULT", "and do not grow");
    is_err(madvise(cq, PG, MADV_REMOVE), "ENODEV", "nor can they be emptied");
    is_err(read(r.fd, link, 1), "EINVAL", "the descriptor cannot be read");
    is_err(lseek(r.fd, 0, SEEK_SET), "ESPIPE", "and has no position");
}

static void entering(void)
{
    struct io_uring_getevents_arg ext = {0};
    struct __kernel_timespec soon = {0, 1000000}, bad = {0, 0};
    struct pollfd pfd = {.fd = r.fd, .events = POLLIN | POLLOUT};

    is_err(syscall(SYS_io_uring_enter, 99, 0, 0, 0, NULL, 0), "EBADF", "no descriptor");
    is_err(syscall(SYS_io_uring_enter, 1, 0, 0, 0, NULL, 0), "EOPNOTSUPP", "no ring");
    is_err(syscall(SYS_io_uring_enter, 99, 0, 0, 1 << 20, NULL, 0), "EINVAL", "flags come first");
    is_num(enter(4, 0, 0), 0, "nothing to submit");
    is_num(enter(4, 4, IORING_ENTER_GETEVENTS), 0, "then nothing is waited for either");
    is_true(poll(&pfd, 1, 0) == 1 && pfd.revents == POLLOUT, "poll: there is room, and no completion");
    push(nop(1, 0));
    is_num(enter(1, 0, 0), 1, "one request");
    is_true(poll(&pfd, 1, 0) == 1 && pfd.revents == (POLLIN | POLLOUT), "poll: a completion");
    struct completion c = pop();
    is_true(c.user_data == 1 && c.res == 0 && c.flags == 0, "NOP brings 0");
    is_num(*word(r.p.sq_off.head), 1, "the entry was taken");
    ext.ts = (uintptr_t)&soon;
    is_err(syscall(SYS_io_uring_enter, r.fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &ext,
                   sizeof ext),
           "ETIME", "waiting has an end");
    is_err(syscall(SYS_io_uring_enter, r.fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &ext, 7),
           "EINVAL", "the argument has a size");
    ext.ts = 8;
    is_err(syscall(SYS_io_uring_enter, r.fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &ext,
                   sizeof ext),
           "EFAULT", "a bad time");
    ext.ts = (uintptr_t)&bad;
    push(nop(1, 0));
    is_num(syscall(SYS_io_uring_enter, r.fd, 1, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &ext,
                   sizeof ext),
           1, "what was submitted counts");
    pop();
    push(nop(1, 0));
    push(nop(2, 0));
    word(r.p.sq_off.array)[(*word(r.p.sq_off.tail) - 1) & 3] = 9;
    is_num(enter(2, 0, 0), 1, "an index out of range ends the submission");
    is_num(*word(r.p.sq_off.dropped), 1, "and is counted as dropped");
    pop();
}

static void on_alarm(int sig)
{
}
static void interrupted(void)
{
    sigset_t none;
    uint64_t mask = 0;
    struct sigaction sa = {.sa_handler = on_alarm};

    sigaction(SIGALRM, &sa, NULL);
    sigemptyset(&none);
    sigaddset(&none, SIGALRM);
    sigprocmask(SIG_BLOCK, &none, NULL);
    raise(SIGALRM);
    is_err(syscall(SYS_io_uring_enter, r.fd, 0, 1, IORING_ENTER_GETEVENTS, &mask, 8), "EINTR",
           "a signal that only the call lets through ends it");
    is_err(syscall(SYS_io_uring_enter, r.fd, 0, 1, IORING_ENTER_GETEVENTS, &mask, 7), "EINVAL",
           "a mask has a size");
    sigprocmask(SIG_UNBLOCK, &none, NULL);
}

/* ---- registering ---- */

static void registering(void)
{
    struct {
        struct io_uring_probe p;
        struct io_uring_probe_op ops[256];
    } probe = {0};
    char *buf = pages(2, RW);
    struct iovec v[2] = {{buf, PG}, {NULL, 0}}, bad = {(void *)8, 8};
    int fd = (int)must(syscall(SYS_memfd_create, "reg", 0)), fds[3] = {fd, -1, 1},
        e = eventfd(0, EFD_NONBLOCK);
    struct io_uring_files_update up = {.offset = 1, .fds = (uintptr_t)fds};

    is_err(syscall(SYS_io_uring_register, 99, 0, NULL, 0), "EBADF", "no descriptor");
    is_err(syscall(SYS_io_uring_register, 1, 0, NULL, 0), "EOPNOTSUPP", "no ring");
    is_err(reg(99, NULL, 0), "EINVAL", "an operation that does not exist");
    is_ok(reg(IORING_REGISTER_PROBE, &probe, 256), "PROBE");
    is_true(probe.ops[IORING_OP_MADVISE].flags && probe.ops[IORING_OP_READ].flags, "tells what is there");
    is_err(reg(IORING_REGISTER_PROBE, &probe, 256), "EINVAL", "and wants zeroes");
    is_err(reg(IORING_REGISTER_ENABLE_RINGS, NULL, 0), "EBADFD", "ENABLE_RINGS of one that is");

    is_err(reg(IORING_UNREGISTER_BUFFERS, NULL, 0), "ENXIO", "no buffers");
    is_err(reg(IORING_REGISTER_BUFFERS, &bad, 1), "EFAULT", "a bad buffer");
    is_err(reg(IORING_REGISTER_BUFFERS, v, 0), "EINVAL", "none");
    is_ok(reg(IORING_REGISTER_BUFFERS, v, 2), "BUFFERS");
    is_err(reg(IORING_REGISTER_BUFFERS, v, 2), "EBUSY", "once");
    memcpy(buf, "fixed", 5);
    struct io_uring_sqe s = io(IORING_OP_WRITE_FIXED, fd, buf, 5, 0, 0);
    is_num(one(s), 5, "WRITE_FIXED");
    s = io(IORING_OP_READ_FIXED, fd, buf + 10, 5, 0, 0);
    is_true(one(s) == 5 && !memcmp(buf + 10, "fixed", 5), "READ_FIXED");
    s.addr = (uintptr_t)buf + PG - 1;
    is_num(one(s), -EFAULT, "past the end of the buffer");
    s.addr = (uintptr_t)buf;
    s.buf_index = 1;
    is_num(one(s), -EFAULT, "a buffer that is not there");
    s.buf_index = 7;
    is_num(one(s), -EFAULT, "or out of range");
    is_ok(reg(IORING_UNREGISTER_BUFFERS, NULL, 0), "and no more");

    is_err(reg(IORING_REGISTER_FILES, fds, 0), "EINVAL", "no files");
    fds[2] = 99;
    is_err(reg(IORING_REGISTER_FILES, fds, 3), "EBADF", "a bad one");
    fds[2] = r.fd;
    is_err(reg(IORING_REGISTER_FILES, fds, 3), "EBADF", "or a ring");
    fds[2] = 1;
    is_ok(reg(IORING_REGISTER_FILES, fds, 3), "FILES");
    s = io(IORING_OP_READ, 0, buf, 5, 0, 0);
    s.flags = IOSQE_FIXED_FILE;
    is_num(one(s), 5, "IOSQE_FIXED_FILE");
    s.fd = 1;
    is_num(one(s), -EBADF, "an empty slot");
    is_num(reg(IORING_REGISTER_FILES_UPDATE, &up, 1), 1, "FILES_UPDATE");
    is_num(one(s), 5, "fills it");
    up.offset = 3;
    is_err(reg(IORING_REGISTER_FILES_UPDATE, &up, 1), "EINVAL", "not past the end");
    s = SQE{
        .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t) "/proc/self/comm", .file_index = 3};
    is_num(one(s), 0, "OPENAT into a slot");
    s = io(IORING_OP_READ, 2, buf, 5, 0, 0);
    s.flags = IOSQE_FIXED_FILE;
    is_true(one(s) > 0, "which can be read");
    is_num(one(SQE{.opcode = IORING_OP_CLOSE, .file_index = 3}), 0, "CLOSE of a slot");
    is_num(one(SQE{.opcode = IORING_OP_CLOSE, .file_index = 3}), -EBADF, "once");
    is_ok(reg(IORING_UNREGISTER_FILES, NULL, 0), "and no more");

    uint64_t count = 0, tags[1] = {55};
    struct io_uring_rsrc_register rr = {.nr = 1, .data = (uintptr_t)fds, .tags = (uintptr_t)tags};
    is_err(reg(IORING_REGISTER_FILES2, &rr, 8), "EINVAL", "FILES2 has a size");
    is_ok(reg(IORING_REGISTER_FILES2, &rr, sizeof rr), "FILES2, with a tag");
    up.offset = 0;
    fds[0] = -1;
    is_num(reg(IORING_REGISTER_FILES_UPDATE, &up, 1), 1, "that is told");
    wait_for(1);
    is_num((long)pop().user_data, 55, "when the file goes");
    must(reg(IORING_UNREGISTER_FILES, NULL, 0));
    is_err(reg(IORING_REGISTER_EVENTFD, &fd, 1), "EINVAL", "EVENTFD of a file");
    is_ok(reg(IORING_REGISTER_EVENTFD, &e, 1), "EVENTFD");
    is_err(reg(IORING_REGISTER_EVENTFD, &e, 1), "EBUSY", "once");
    one(nop(0, 0));
    is_true(read(e, &count, 8) == 8 && count == 1, "counts completions");
    *word(r.p.cq_off.flags) = IORING_CQ_EVENTFD_DISABLED;
    one(nop(0, 0));
    is_err(read(e, &count, 8), "EAGAIN", "unless the ring says not to");
    *word(r.p.cq_off.flags) = 0;
    push(poll_add(e, POLLIN, IORING_POLL_ADD_MULTI, 1));
    push(nop(2, 0));
    must(enter(2, 0, 0));
    is_str(all(2), "1:1 2:0", "to watch it again and again would never end: once");
    must(read(e, &count, 8));
    is_ok(reg(IORING_UNREGISTER_EVENTFD, NULL, 0), "and no more");
    is_err(reg(IORING_UNREGISTER_EVENTFD, NULL, 0), "ENXIO", "at all");
    close(e), close(fd);
}

/* ---- other kinds of rings, and other processes ---- */

static void overflow(void)
{
    close(r.fd);
    r = open_ring(4, IORING_SETUP_CQSIZE, 4);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++)
            push(nop((uint64_t)round * 3 + (uint64_t)i + 1, 0));
        must(enter(3, 0, 0));
    }
    is_num(ready(), 4, "six completions in a ring of four");
    is_true(sq_flags() & IORING_SQ_CQ_OVERFLOW, "the ring tells");
    is_num(*word(r.p.cq_off.overflow), 0, "that none was lost");
    for (unsigned i = 1; i <= 4; i++)
        pop();
    must(enter(0, 0, IORING_ENTER_GETEVENTS));
    is_num(ready(), 2, "the others come when there is room");
    is_true(pop().user_data == 5 && pop().user_data == 6, "in order");
    is_true(!(sq_flags() & IORING_SQ_CQ_OVERFLOW), "and then nothing is left");
}

static void kinds(void)
{
    char buf[4];
    int p[2];
    must(pipe(p));

    close(r.fd);
    r = open_ring(4, IORING_SETUP_R_DISABLED, 0);
    push(nop(1, 0));
    is_err(enter(1, 0, 0), "EBADFD", "R_DISABLED: not yet");
    struct io_uring_restriction lim[] = {
        {.opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_NOP},
        {.opcode = IORING_RESTRICTION_REGISTER_OP, .register_op = IORING_REGISTER_PROBE}};
    is_ok(reg(IORING_REGISTER_RESTRICTIONS, lim, 2), "RESTRICTIONS");
    is_err(reg(IORING_REGISTER_RESTRICTIONS, lim, 2), "EBUSY", "once");
    is_ok(reg(IORING_REGISTER_ENABLE_RINGS, NULL, 0), "ENABLE_RINGS");
    is_num(enter(1, 0, 0), 1, "now");
    is_str(all(1), "1:0", "an operation that is allowed");
    is_num(one(io(IORING_OP_READ, p[0], buf, 4, 0, 0)), -EACCES, "and one that is not");
    is_err(reg(IORING_UNREGISTER_FILES, NULL, 0), "EACCES", "the same for io_uring_register");
    close(r.fd);

    r = open_ring(4, IORING_SETUP_SUBMIT_ALL, 0);
    struct io_uring_sqe bad = nop(1, 0);
    bad.opcode = 200;
    push(bad);
    push(nop(2, 0));
    is_num(enter(2, 0, 0), 2, "SUBMIT_ALL does not stop at a refused entry");
    is_str(all(2), "1:EINVAL 2:0", "both complete");
    close(r.fd);

    r = open_ring(4, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG, 0);
    int e = eventfd(0, EFD_NONBLOCK);
    uint64_t count = 0;
    must(reg(IORING_REGISTER_EVENTFD, &e, 1));
    push(io(IORING_OP_READ, p[0], buf, 4, 0, 1));
    must(enter(1, 0, 0));
    must(write(p[1], "ab", 2));
    is_num(ready(), 0, "DEFER_TASKRUN: nothing completes by itself");
    is_true(sq_flags() & 4 /* IORING_SQ_TASKRUN */, "the ring tells that there is work");
    struct pollfd told = {.fd = e, .events = POLLIN};
    must(poll(&told, 1, LIMIT * 1000)); /* since Linux 7.1 a little later */
    is_true(read(e, &count, 8) == 8 && count == 1, "and so does its eventfd");
    is_str(all(1), "1:2", "which is done when asked for");
    is_true(!(sq_flags() & 4), "and then no more");
    push(nop(1, 0));
    if (!fork())
        _exit(enter(1, 0, 0) == -1 && errno == EEXIST ? 0 : 1);
    int st;
    wait(&st);
    is_num(st, 0, "SINGLE_ISSUER: nobody else may submit");
    close(e);
    close(r.fd);

    r = open_ring(4, IORING_SETUP_CQE32 | IORING_SETUP_SQE128, 0);
    is_num(r.p.sq_off.array, 2 * (r.p.cq_off.cqes + 8 * 16), "CQE32: twice as much room");
    close(r.fd);

    if (since(6, 6)) {
        r = open_ring(4, 1u << 16 /* IORING_SETUP_NO_SQARRAY */, 0);
        is_num(r.p.sq_off.array, 0, "NO_SQARRAY: no indices");
        is_num(one(nop(0, 0)), 0, "entries are taken in their order");
        close(r.fd);
    } else {
        told_skip("NO_SQARRAY: no indices", "came with Linux 6.6");
        told_skip("entries are taken in their order", "came with Linux 6.6");
    }
    close(p[0]), close(p[1]);
}

/* What comes of a timeout, and of watching the ring, that a child leaves behind. The timeout has to be later
 * than the child's end: on a machine that is too slow for the first time a second one is tried. */
static const char *left_by_child(void)
{
    const char *came = "";
    bool late = true;
    for (unsigned seconds = 1; seconds <= 10 && late; seconds += 9) {
        struct __kernel_timespec after = {seconds, 0};
        long start = milliseconds();
        if (!fork()) {
            push(poll_add(r.fd, POLLIN, 0, 8));
            push(timeout(IORING_OP_TIMEOUT, &after, 0, 0, 7));
            _exit(enter(2, 0, 0) == 2 ? 0 : 1);
        }
        wait(NULL);
        late = milliseconds() - start >= seconds * 1000l;
        sleep(seconds + 1); /* a wait that the timeout ends may need another one: the same calls each time */
        came = all(2);
    }
    return came;
}

/* Of the request of that number, when it comes, whatever else does: the ring may be closed, so that no call waits for it. Linux 6.1
 * reads in a thread of its own; all bring what the child left undone as well, at any time. */
static int result_of(uint64_t id)
{
    struct completion c;

    for (int i = 0; i < LIMIT * 1000; i++) {
        while ((c = pop()).user_data)
            if (c.user_data == id)
                return c.res;
        usleep(1000);
    }
    return INT_MIN;
}

static void processes(void)
{
    char buf[4];
    int p[2], st;
    must(pipe(p));

    r = open_ring(4, 0, 0);
    if (!fork()) {
        push(nop(9, 0));
        if (enter(1, 0, 0) != 1)
            _exit(1);
        push(io(IORING_OP_READ, p[0], buf, 4, 0, 8));
        _exit(enter(1, 0, 0) == 1 ? 0 : 2);
    }
    wait(&st);
    is_num(st, 0, "a child has the ring, too");
    is_str(all(1), "9:0", "what it left undone ends with it");
    is_str(left_by_child(), "7:ETIME 8:ECANCELED", "but a timeout goes on, and who watched the ring is told");
    push(io(IORING_OP_READ, p[0], buf, 4, 0, 1));
    must(enter(1, 0, 0));
    close(r.fd);
    must(write(p[1], "a", 1));
    is_num(result_of(1), 1, "a mapping keeps the ring when its descriptor is closed");
    int ep = epoll_create1(0);
    r = open_ring(4, 0, 0);
    struct epoll_event ev = {.events = EPOLLIN}, got;
    must(epoll_ctl(ep, EPOLL_CTL_ADD, r.fd, &ev));
    is_num(epoll_wait(ep, &got, 1, 0), 0, "epoll on a ring: nothing");
    push(nop(1, 0));
    must(enter(1, 0, 0));
    is_num(epoll_wait(ep, &got, 1, 0), 1, "and a completion");
    push(poll_add(ep, POLLIN, IORING_POLL_ADD_MULTI, 2));
    must(enter(1, 0, 0));
    is_true(strstr(all(1), "2:1"), "a ring that watches itself through epoll does not go on for ever");
    close(ep), close(p[0]), close(p[1]);
}

int main(void)
{
    if (have_uring()) {
        rings();
        entering();
        interrupted();
        registering();
        overflow();
        kinds();
        processes();
    }
    return done();
}
