/* uring_ops.c - io_uring: requests that end at once and that wait, timeouts, cancelling, links, drains. */
#include "uring.h"
#include <netinet/in.h>

/* ---- operations ---- */

static void refused(void)
{
    struct io_uring_sqe s = nop(0, 0);

    s.opcode = 200;
    is_num(one(s), -EINVAL, "an operation that does not exist");
    s = nop(0, 0x80);
    is_num(one(s), -EINVAL, "a flag that does not exist");
    s = nop(0, 0);
    s.ioprio = 1;
    is_num(one(s), -EINVAL, "a priority where there is none");
    s = nop(0, 0);
    s.personality = 5;
    is_num(one(s), -EINVAL, "an identity that was not registered");
    is_num(one(nop(0, IOSQE_BUFFER_SELECT)), -EOPNOTSUPP, "a buffer for an operation without");
    is_num(one(io(IORING_OP_READ, 99, NULL, 0, 0, 0)), -EBADF, "no file");
    s = io(IORING_OP_READ, 99, NULL, 0, 0, 0);
    s.ioprio = 0xffff;
    is_num(one(s), -EINVAL, "a priority of no class comes first");
    s = nop(1, 0);
    s.opcode = 200;
    push(s);
    push(nop(2, 0));
    is_num(enter(2, 0, 0), 1, "an entry that is refused ends the submission");
    is_str(all(1), "1:EINVAL", "and completes");
    is_num(enter(1, 0, 0), 1, "the next one is taken later");
    is_str(all(1), "2:0", "and completes");
}

static void files(void)
{
    char buf[16] = "", path[] = "/tmp/uring-XXXXXX", moved[40];
    int fd = must(mkstemp(path));
    struct iovec v[2] = {{"abc", 3}, {"defg", 4}}, w[2] = {{buf, 2}, {buf + 2, 8}};
    struct statx stx = {0};

    is_num(one(io(IORING_OP_WRITE, fd, "hello world", 11, 0, 0)), 11, "WRITE");
    is_num(one(io(IORING_OP_READ, fd, buf, 5, 6, 0)), 5, "READ at an offset");
    is_str(buf, "world", "what was there");
    is_num(lseek(fd, 0, SEEK_CUR), 0, "the position has not moved");
    is_num(one(io(IORING_OP_READ, fd, buf, 4, -1, 0)), 4, "offset -1 is the position");
    is_num(lseek(fd, 0, SEEK_CUR), 4, "which moves");
    is_num(one(io(IORING_OP_READ, fd, (void *)8, 4, 0, 0)), -EFAULT, "a bad buffer");
    is_num(one(io(IORING_OP_READ, fd, buf, 4, -5, 0)), -EINVAL, "a bad offset");
    is_num(one(io(IORING_OP_WRITEV, fd, v, 2, 0, 0)), 7, "WRITEV");
    memset(buf, 0, sizeof buf);
    is_num(one(io(IORING_OP_READV, fd, w, 2, 0, 0)), 10, "READV");
    is_str(buf, "abcdefgorl", "all of it");
    struct io_uring_sqe s = io(IORING_OP_WRITE, fd, "!", 1, 0, 0);
    s.rw_flags = 0x10;
    is_num(one(s), 1, "RWF_APPEND");
    is_num(lseek(fd, 0, SEEK_END), 12, "makes it longer");
    s.rw_flags = 1 << 20;
    is_num(one(s), -EOPNOTSUPP, "an unknown RWF flag");
    is_num(one(SQE{.opcode = IORING_OP_FSYNC, .fd = fd}), 0, "FSYNC");
    is_num(one(SQE{.opcode = IORING_OP_FSYNC, .fd = fd, .fsync_flags = 2}), -EINVAL,
           "with a flag it has not");
    is_num(one(SQE{.opcode = IORING_OP_FSYNC, .fd = fd, .addr = 1}), -EINVAL, "or a field it has not");
    is_num(one(SQE{.opcode = IORING_OP_FALLOCATE, .fd = fd, .off = 0, .addr = 100}), 0, "FALLOCATE");
    is_num(lseek(fd, 0, SEEK_END), 100, "makes it longer, too");
    is_num(one(SQE{.opcode = IORING_OP_FADVISE, .fd = fd, .len = 100, .fadvise_advice = 99}), -EINVAL,
           "FADVISE");
    is_num(one(SQE{.opcode = IORING_OP_STATX,
                   .fd = AT_FDCWD,
                   .addr = (uintptr_t)path,
                   .len = STATX_SIZE,
                   .off = (uintptr_t)&stx}),
           0, "STATX");
    is_num((long)stx.stx_size, 100, "tells the size");
    close(fd);
    s = SQE{.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t)path, .open_flags = O_RDWR};
    fd = (int)one(s);
    is_true(fd >= 0, "OPENAT");
    s.addr = (uintptr_t) "/nonexistent/file";
    is_num(one(s), -ENOENT, "of what is not there");
    is_num(one(SQE{.opcode = IORING_OP_CLOSE, .fd = fd}), 0, "CLOSE");
    is_num(one(SQE{.opcode = IORING_OP_CLOSE, .fd = fd}), -EBADF, "once");
    is_num(one(SQE{.opcode = IORING_OP_CLOSE, .fd = r.fd}), -EBADF, "and not of a ring");
    is_num(one(SQE{.opcode = IORING_OP_CLOSE, .fd = 0, .len = 1}), -EINVAL, "nor with other fields");
    snprintf(moved, sizeof moved, "%s.moved", path);
    is_num(one(SQE{.opcode = IORING_OP_RENAMEAT,
                   .fd = AT_FDCWD,
                   .addr = (uintptr_t)path,
                   .len = (unsigned)AT_FDCWD,
                   .addr2 = (uintptr_t)moved}),
           0, "RENAMEAT");
    is_num(one(SQE{.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (uintptr_t)moved}), 0, "UNLINKAT");
    is_err(access(moved, F_OK), "ENOENT", "and it is gone");
}

static void memory(void)
{
    char *p = pages(2, RW);
    struct io_uring_sqe s = {
        .opcode = IORING_OP_MADVISE, .addr = (uintptr_t)p, .len = 2 * PG, .fadvise_advice = MADV_DONTNEED};

    fill(p, 2, 'a');
    is_num(one(s), 0, "MADVISE");
    is_num(p[0], 0, "drops what was there");
    s.addr++;
    is_num(one(s), -EINVAL, "of an address within a page");
    s.addr--;
    s.buf_index = 1;
    is_num(one(s), -EINVAL, "with a field it has not");
    if (syscall(SYS_mseal_, p, 0, 0) && errno == ENOSYS) {
        told_skip("sealed memory through io_uring", "this kernel has no mseal");
        told_skip("stays", "this kernel has no mseal");
        return;
    }
    fill(p, 2, 'a');
    must(mprotect(p, 2 * PG, PROT_READ));
    must(syscall(SYS_mseal_, p, 2 * PG, 0));
    s.buf_index = 0;
    is_num(one(s), -EPERM, "sealed memory through io_uring");
    is_num(p[0], 'a', "stays");
}

/* ---- waiting ---- */

static void waiting(void)
{
    char buf[8] = "";
    int p[2], n[2];
    must(pipe(p));
    must(pipe2(n, O_NONBLOCK));

    push(io(IORING_OP_READ, p[0], buf, 4, 0, 1));
    push(io(IORING_OP_READ, n[0], buf + 4, 3, 0, 2));
    is_num(enter(2, 0, 0), 2, "reads of empty pipes, one O_NONBLOCK");
    is_str(all(0), "", "wait");
    must(write(p[1], "ab", 2));
    is_str(all(1), "1:2", "until there is something");
    must(write(n[1], "xyz", 3));
    is_str(all(1), "2:3", "O_NONBLOCK or not");
    is_str(buf, "ab", "what was written");
    push(io(IORING_OP_READ, p[0], buf, 4, 0, 1));
    must(enter(1, 0, 0));
    must(write(p[1], "q", 1));
    if (since(6, 12))
        is_num(ready(), 1, "the completion is there when the call that caused it returns");
    else
        told_skip("the completion is there when the call that caused it returns", "6.1 may be later");
    is_str(all(1), "1:1", "with what was written");
    struct io_uring_sqe s = io(IORING_OP_READ, p[0], buf, 4, 0, 3);
    s.rw_flags = 8;
    push(s);
    must(enter(1, 0, 0));
    is_str(all(1), since(6, 12) ? "3:EAGAIN" : "3:EOPNOTSUPP", "RWF_NOWAIT does not wait");
    push(io(IORING_OP_READ, p[0], buf, 4, 0, 4));
    must(enter(1, 0, 0));
    must(close(p[1]));
    is_str(all(1), "4:0", "an end of file");
    push(io(IORING_OP_READ, n[0], buf, 4, 0, 5));
    must(enter(1, 0, 0));
    close(n[0]);
    must(write(n[1], "z", 1));
    is_str(all(1), "5:1", "the request holds the file though its descriptor is closed");
    close(n[1]);
    close(p[0]);

    int e = eventfd(0, 0);
    uint64_t count = 5;
    push(poll_add(e, POLLIN, 0, 6));
    must(enter(1, 0, 0));
    is_str(all(0), "", "POLL_ADD waits");
    must(write(e, &count, 8));
    is_str(all(1), "6:1", "for what it was told");
    push(poll_add(e, POLLIN, 0, 7));
    must(enter(1, 0, 0));
    is_str(all(1), "7:1", "and not if it is there");
    must(read(e, &count, 8));
    push(poll_add(e, POLLIN, IORING_POLL_ADD_MULTI, 8));
    must(enter(1, 0, 0));
    must(write(e, &count, 8));
    is_str(all(1), "8:1+", "again and again");
    must(read(e, &count, 8));
    must(write(e, &count, 8));
    is_str(all(1), "8:1+", "with IORING_POLL_ADD_MULTI");
    must(read(e, &count, 8));
    is_num(one(SQE{.opcode = IORING_OP_POLL_REMOVE, .fd = -1, .addr = 99}), -ENOENT, "POLL_REMOVE of none");
    push(SQE{.opcode = IORING_OP_POLL_REMOVE, .fd = -1, .addr = 8, .user_data = 9});
    must(enter(1, 0, 0));
    is_str(all(2), "8:ECANCELED 9:0", "ends it");
    push(poll_add(e, POLLPRI, 0, 10));
    push(SQE{.opcode = IORING_OP_POLL_REMOVE,
             .fd = -1,
             .addr = 10,
             .len = IORING_POLL_UPDATE_EVENTS,
             .poll32_events = POLLOUT,
             .user_data = 11});
    must(enter(2, 0, 0));
    is_str(all(2), "10:4 11:0", "or changes what it waits for");
    close(e);
}

static void timeouts(void)
{
    struct __kernel_timespec soon = {0, 1000000}, late = {100, 0}, negative = {-1, 0};

    is_num(one(timeout(IORING_OP_TIMEOUT, &soon, 0, 0, 0)), -ETIME, "TIMEOUT");
    is_num(one(timeout(IORING_OP_TIMEOUT, &soon, 0, IORING_TIMEOUT_ABS, 0)), -ETIME,
           "at a time that is past");
    is_num(one(timeout(IORING_OP_TIMEOUT, &negative, 0, 0, 0)), -EINVAL, "a negative time");
    is_num(one(timeout(IORING_OP_TIMEOUT, (void *)8, 0, 0, 0)), -EFAULT, "no time");
    is_num(one(timeout(IORING_OP_TIMEOUT, &soon, 0, 1 << 20, 0)), -EINVAL, "a flag it has not");
    is_num(one(timeout(IORING_OP_TIMEOUT, &soon, 0, IORING_TIMEOUT_BOOTTIME | IORING_TIMEOUT_REALTIME, 0)),
           -EINVAL, "two clocks");
    push(timeout(IORING_OP_TIMEOUT, &late, 2, 0, 1));
    must(enter(1, 0, 0));
    push(nop(2, 0));
    must(enter(1, 0, 0));
    is_str(all(1), "2:0", "a timeout of two completions, after one");
    push(nop(3, 0));
    must(enter(1, 0, 0));
    is_str(all(2), "1:0 3:0", "and after two");
    push(timeout(IORING_OP_TIMEOUT, &late, 0, 0, 4));
    push(SQE{.opcode = IORING_OP_TIMEOUT_REMOVE, .fd = -1, .addr = 4, .user_data = 5});
    must(enter(2, 0, 0));
    is_str(all(2), "4:ECANCELED 5:0", "TIMEOUT_REMOVE");
    is_num(one(SQE{.opcode = IORING_OP_TIMEOUT_REMOVE, .fd = -1, .addr = 4}), -ENOENT, "of none");
    push(timeout(IORING_OP_TIMEOUT, &late, 0, 0, 6));
    push(SQE{.opcode = IORING_OP_TIMEOUT_REMOVE,
             .fd = -1,
             .addr = 6,
             .addr2 = (uintptr_t)&soon,
             .timeout_flags = IORING_TIMEOUT_UPDATE,
             .user_data = 7});
    must(enter(2, 0, 0));
    is_str(all(2), "6:ETIME 7:0", "it can also change the time");
    /* Only a wait that has begun; on a machine that is too slow for the first time a second one is tried. */
    struct __kernel_timespec wait = {0, 250000000}, limit = {LIMIT, 0};
    const char *came = "";
    bool ended = false;
    for (int i = 0; i < 2 && !ended; i++, wait.tv_sec = 5) {
        push(timeout(IORING_OP_TIMEOUT, &wait, 0, 0, 8));
        must(enter(1, 0, 0));
        long start = milliseconds();
        enter_within(2, &limit);
        ended = milliseconds() - start < LIMIT * 1000;
        came = all(1);
    }
    is_true(ended, "a timeout ends a wait for more");
    is_str(came, "8:ETIME", "than itself");
}

static void cancelling(void)
{
    char buf[4];
    int p[2], q[2];
    must(pipe(p));
    must(pipe(q));

    push(io(IORING_OP_READ, p[0], buf, 4, 0, 1));
    push(SQE{.opcode = IORING_OP_ASYNC_CANCEL, .fd = -1, .addr = 1, .user_data = 2});
    must(enter(2, 0, 0));
    is_str(all(2), "1:ECANCELED 2:0", "ASYNC_CANCEL");
    is_num(one(SQE{.opcode = IORING_OP_ASYNC_CANCEL, .fd = -1, .addr = 1}), -ENOENT, "of none");
    push(io(IORING_OP_READ, p[0], buf, 4, 0, 3));
    push(io(IORING_OP_READ, q[0], buf, 4, 0, 4));
    must(enter(2, 0, 0));
    push(SQE{.opcode = IORING_OP_ASYNC_CANCEL,
             .fd = q[0],
             .cancel_flags = IORING_ASYNC_CANCEL_FD,
             .user_data = 5});
    must(enter(1, 0, 0));
    is_str(all(2), "4:ECANCELED 5:0", "by file");
    push(io(IORING_OP_READ, q[0], buf, 4, 0, 3));
    must(enter(1, 0, 0));
    is_num(one(SQE{.opcode = IORING_OP_ASYNC_CANCEL, .fd = -1, .cancel_flags = 1 << 20}), -EINVAL,
           "a flag it has not");
    push(SQE{
        .opcode = IORING_OP_ASYNC_CANCEL, .fd = -1, .cancel_flags = IORING_ASYNC_CANCEL_ANY, .user_data = 5});
    must(enter(1, 0, 0));
    is_str(all(3), "3:ECANCELED 5:2", "all there are");
    close(p[0]), close(p[1]), close(q[0]), close(q[1]);
}

/* ---- links and drains ---- */

static void links(void)
{
    char buf[8];
    struct __kernel_timespec soon = {0, 1000000}, late = {100, 0};
    int p[2], fd = (int)must(syscall(SYS_memfd_create, "links", 0));
    struct io_uring_sqe s;
    must(pipe(p));

    push(nop(1, IOSQE_IO_LINK));
    push(nop(2, IOSQE_IO_LINK));
    push(nop(3, 0));
    is_num(enter(3, 0, 0), 3, "a chain of three");
    is_str(all(3), "1:0 2:0 3:0", "in order");
    s = io(IORING_OP_READ, 99, buf, 4, 0, 1);
    s.flags = IOSQE_IO_LINK;
    push(s);
    push(nop(2, IOSQE_IO_LINK));
    push(nop(3, 0));
    must(enter(3, 0, 0));
    is_str(all(3), "1:EBADF 2:ECANCELED 3:ECANCELED", "a failure cancels what follows");
    s.flags = IOSQE_IO_HARDLINK;
    push(s);
    push(nop(2, 0));
    must(enter(2, 0, 0));
    is_str(all(2), "1:EBADF 2:0", "but not behind a hard link");
    must(write(fd, "ab", 2));
    s = io(IORING_OP_READ, fd, buf, 4, 0, 1);
    s.flags = IOSQE_IO_LINK;
    push(s);
    push(nop(2, 0));
    must(enter(2, 0, 0));
    is_str(all(2), "1:2 2:ECANCELED", "a short read is a failure, too");
    push(nop(1, IOSQE_IO_LINK));
    s = nop(2, IOSQE_IO_LINK);
    s.opcode = 200;
    push(s);
    push(nop(3, 0));
    is_num(enter(3, 0, 0), 3, "a refused entry within a chain");
    is_str(all(3), "1:ECANCELED 2:EINVAL 3:ECANCELED", "cancels all of it");
    s = io(IORING_OP_READ, p[0], buf, 2, 0, 1);
    s.flags = IOSQE_IO_LINK;
    push(s);
    push(io(IORING_OP_WRITE, fd, buf, 2, 0, 2));
    must(enter(2, 0, 0));
    is_str(all(0), "", "a chain that waits");
    must(write(p[1], "xy", 2));
    is_str(all(2), "1:2 2:2", "goes on");
    is_true(pread(fd, buf + 4, 2, 0) == 2 && !memcmp(buf + 4, "xy", 2), "with what came");
    struct iovec v = {buf, 2};
    push(nop(1, IOSQE_IO_LINK));
    push(io(IORING_OP_READV, fd, &v, 1, 0, 2));
    must(enter(2, 0, 0));
    v = (struct iovec){(void *)8, 1};
    is_str(all(2), "1:0 2:2", "a vector is read when it is submitted");
    push(io(IORING_OP_READV, fd, (void *)8, 1, 0, 1));
    push(nop(2, 0));
    is_num(enter(2, 0, 0), since(6, 12) ? 1 : 2, "and a bad one ends the submission");
    must(enter(1, 0, 0));
    is_str(all(2), "1:EFAULT 2:0", "with its completion");
    push(nop(1, IOSQE_CQE_SKIP_SUCCESS));
    push(nop(2, 0));
    must(enter(2, 0, 0));
    is_str(all(1), "2:0", "IOSQE_CQE_SKIP_SUCCESS: no completion");
    s = io(IORING_OP_READ, 99, buf, 4, 0, 1);
    s.flags = IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
    push(s);
    push(nop(2, 0));
    must(enter(2, 0, 0));
    is_str(all(1), "1:EBADF", "but for a failure, which then speaks for those behind it");

    s = io(IORING_OP_READ, p[0], buf, 2, 0, 1);
    s.flags = IOSQE_IO_LINK;
    push(s);
    push(timeout(IORING_OP_LINK_TIMEOUT, &soon, 0, 0, 2));
    must(enter(2, 0, 0));
    is_str(all(2), "1:ECANCELED 2:ETIME", "LINK_TIMEOUT ends what takes too long");
    must(write(p[1], "xy", 2));
    push(s);
    push(timeout(IORING_OP_LINK_TIMEOUT, &late, 0, 0, 2));
    must(enter(2, 0, 0));
    is_str(all(2), "1:2 2:ECANCELED", "and is cancelled by what does not");
    push(nop(1, IOSQE_IO_LINK));
    s = timeout(IORING_OP_LINK_TIMEOUT, &late, 0, 0, 2);
    s.flags = IOSQE_CQE_SKIP_SUCCESS;
    push(s);
    must(enter(2, 0, 0));
    is_str(all(1), "1:0", "which is no failure of its own");
    is_num(one(timeout(IORING_OP_LINK_TIMEOUT, &late, 0, 0, 2)), -EINVAL, "it stands behind something");
    close(fd), close(p[0]), close(p[1]);
}

static void drains(void)
{
    char buf[4];
    int p[2];
    must(pipe(p));
    close(r.fd);
    r = open_ring(8, 0, 0);

    push(io(IORING_OP_READ, p[0], buf, 4, 0, 1));
    push(nop(2, IOSQE_IO_DRAIN));
    push(nop(3, 0));
    is_num(enter(3, 0, 0), 3, "a drain behind what waits");
    is_str(all(0), "", "keeps itself and what comes later back");
    must(write(p[1], "ab", 2));
    is_str(all(3), "1:2 2:0 3:0", "until that is over");
    push(nop(4, 0));
    must(enter(1, 0, 0));
    is_str(all(1), "4:0", "and then no more");
    push(nop(5, IOSQE_CQE_SKIP_SUCCESS));
    push(nop(6, IOSQE_IO_DRAIN));
    must(enter(2, 0, 0));
    is_str(all(1), "6:EOPNOTSUPP", "not where completions may be missing");
    close(p[0]), close(p[1]);
}

/* ---- sockets and pipes ---- */

static void sockets(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char buf[8] = "";
    int s = must(socket(AF_UNIX, SOCK_STREAM, 0)), c, got[2];

    strcpy(a.sun_path, "/tmp/uring-XXXXXX");
    close(must(mkstemp(a.sun_path)));
    must(unlink(a.sun_path));
    must(bind(s, (void *)&a, sizeof a));
    must(listen(s, 4));
    struct io_uring_sqe acc = {
        .opcode = IORING_OP_ACCEPT, .fd = s, .ioprio = IORING_ACCEPT_MULTISHOT, .user_data = 1};
    push(acc);
    must(enter(1, 0, 0));
    is_str(all(0), "", "ACCEPT waits");
    for (int i = 0; i < 2; i++) {
        c = (int)one(SQE{.opcode = IORING_OP_SOCKET, .fd = AF_UNIX, .off = SOCK_STREAM});
        if (i == 0)
            is_true(c >= 0, "SOCKET");
        push(SQE{
            .opcode = IORING_OP_CONNECT, .fd = c, .addr = (uintptr_t)&a, .off = sizeof a, .user_data = 2});
        must(enter(1, 0, 0));
        wait_for(2);
        struct completion x = pop(), y = pop(), t = x;
        if (x.user_data == 1)
            x = y, y = t;
        is_true(x.user_data == 2 && x.res == 0, i ? "CONNECT again" : "CONNECT");
        is_true(y.user_data == 1 && y.res >= 0 && y.flags == IORING_CQE_F_MORE,
                "and the other side is accepted");
        got[i] = y.res;
    }
    push(SQE{.opcode = IORING_OP_ASYNC_CANCEL, .fd = -1, .addr = 1, .user_data = 3});
    must(enter(1, 0, 0));
    is_str(all(2), "1:ECANCELED 3:0", "until it is cancelled");
    push(io(IORING_OP_RECV, got[1], buf, 8, 0, 1));
    must(enter(1, 0, 0));
    is_str(all(0), "", "RECV waits");
    push(io(IORING_OP_SEND, c, "data", 4, 0, 2));
    must(enter(1, 0, 0));
    is_str(all(2), "1:4 2:4", "for SEND");
    is_str(buf, "data", "what was sent");
    struct iovec v = {"more!", 5}, w = {buf, 8};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1}, n = {.msg_iov = &w, .msg_iovlen = 1};
    push(io(IORING_OP_SENDMSG, c, &m, 1, 0, 1));
    push(io(IORING_OP_RECVMSG, got[1], &n, 1, 0, 2));
    must(enter(2, 0, 0));
    is_str(all(2), "1:5 2:5", "SENDMSG and RECVMSG");
    struct io_uring_sqe x = io(IORING_OP_RECV, got[1], buf, 8, 0, 0);
    x.msg_flags = MSG_DONTWAIT;
    is_num(one(x), -EAGAIN, "MSG_DONTWAIT does not wait");
    is_num(one(SQE{.opcode = IORING_OP_SHUTDOWN, .fd = c, .len = SHUT_WR}), 0, "SHUTDOWN");
    is_num(one(io(IORING_OP_RECV, got[1], buf, 8, 0, 0)), 0, "ends the stream");
    close(got[1]);
    is_num(one(io(IORING_OP_SEND, c, "data", 4, 0, 0)), -EPIPE, "EPIPE, and no SIGPIPE");
    is_num(one(io(IORING_OP_SEND, 1, "data", 4, 0, 0)), -ENOTSOCK, "SEND to a file");
    close(c), close(s), close(got[0]);
    must(unlink(a.sun_path));

    int p[2], q[2];
    must(pipe(p));
    must(pipe(q));
    push(SQE{.opcode = IORING_OP_SPLICE,
             .fd = q[1],
             .splice_fd_in = p[0],
             .splice_off_in = -1ull,
             .off = -1ull,
             .len = 3,
             .user_data = 1});
    push(io(IORING_OP_WRITE, p[1], "abc", 3, 0, 2));
    must(enter(2, 0, 0));
    is_str(all(2), "1:3 2:3", "SPLICE from a pipe that is filled later");
    is_num(one(SQE{.opcode = IORING_OP_SPLICE,
                   .fd = q[1],
                   .splice_fd_in = p[0],
                   .splice_off_in = 0,
                   .off = -1ull,
                   .len = 3}),
           -ESPIPE, "a pipe has no offset");
    is_num(one(SQE{.opcode = IORING_OP_TEE, .fd = p[1], .splice_fd_in = q[0], .len = 2}), 2, "TEE");
    close(p[0]), close(p[1]), close(q[0]), close(q[1]);
}

/* CONNECT waits where connect(2) would not. */
static void connecting(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof a;
    int s = must(socket(AF_INET, SOCK_STREAM, 0)), c = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    struct io_uring_sqe x;

    must(bind(s, (void *)&a, len));
    must(getsockname(s, (void *)&a, &len));
    x = SQE{.opcode = IORING_OP_CONNECT, .fd = c, .addr = (uintptr_t)&a, .off = sizeof a};
    is_num(one(x), -ECONNREFUSED, "CONNECT of a socket that does not wait is refused");
    must(listen(s, 1));
    is_num(one(x), 0, "or made");
    close(c), close(s);
}

int main(void)
{
    if (have_uring()) {
        r = open_ring(3, 0, 0);
        refused();
        files();
        memory();
        waiting();
        timeouts();
        cancelling();
        links();
        drains();
        sockets();
        connecting();
    }
    return done();
}
