/* uring.c - io_uring: rings, requests that end at once and that wait, links, drains, timeouts, cancelling,
 * registering. */
#include "probe.h"
#include <limits.h>
#include <linux/io_uring.h>
#include <linux/stat.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#define SQE            (struct io_uring_sqe)
#define CQ_ENTRIES_MAX 65536

struct ring {
    struct io_uring_params p;
    int fd;
    char *mem; /* both rings */
    struct io_uring_sqe *sqes;
};
static struct ring r;

static long setup(unsigned n, struct io_uring_params *p)
{
    return syscall(SYS_io_uring_setup, n, p);
}
static long setup_flags(unsigned n, unsigned flags, unsigned cq)
{
    struct io_uring_params p = {.flags = flags, .cq_entries = cq};
    long fd = setup(n, &p);
    if (fd >= 0)
        close((int)fd);
    return fd < 0 ? -1 : 0;
}
static long enter(unsigned submit, unsigned min, unsigned flags)
{
    return syscall(SYS_io_uring_enter, r.fd, submit, min, flags, NULL, 0);
}
static long reg(unsigned op, void *arg, unsigned n)
{
    return syscall(SYS_io_uring_register, r.fd, op, arg, n);
}

static struct ring open_ring(unsigned n, unsigned flags, unsigned cq)
{
    struct ring x = {.p = {.flags = flags, .cq_entries = cq}};
    x.fd = (int)must(setup(n, &x.p));
    size_t size = x.p.cq_off.cqes + x.p.cq_entries * sizeof(struct io_uring_cqe) + x.p.sq_entries * 4 + 64;
    x.mem = must(mmap(NULL, size, RW, MAP_SHARED, x.fd, IORING_OFF_SQ_RING));
    x.sqes =
        must(mmap(NULL, x.p.sq_entries * sizeof(struct io_uring_sqe), RW, MAP_SHARED, x.fd, IORING_OFF_SQES));
    return x;
}
static unsigned *word(unsigned off)
{
    return (unsigned *)(r.mem + off);
}
static unsigned sq_flags(void)
{
    return __atomic_load_n(word(r.p.sq_off.flags), __ATOMIC_ACQUIRE);
}

static void push(struct io_uring_sqe sqe)
{
    unsigned tail = *word(r.p.sq_off.tail), i = tail & (r.p.sq_entries - 1);
    r.sqes[i] = sqe;
    if (r.p.sq_off.array)
        word(r.p.sq_off.array)[i] = i;
    __atomic_store_n(word(r.p.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
}
static unsigned ready(void)
{
    return __atomic_load_n(word(r.p.cq_off.tail), __ATOMIC_ACQUIRE) - *word(r.p.cq_off.head);
}
struct completion { /* struct io_uring_cqe */
    uint64_t user_data;
    int res;
    unsigned flags;
};
/* The next one; user_data 0: there is none. */
static struct completion pop(void)
{
    struct completion c = {0};
    unsigned head = *word(r.p.cq_off.head);
    if (!ready())
        return c;
    c = ((struct completion *)(r.mem + r.p.cq_off.cqes))[head & (r.p.cq_entries - 1)];
    __atomic_store_n(word(r.p.cq_off.head), head + 1, __ATOMIC_RELEASE);
    return c;
}
/* One request alone: its result. */
static long one(struct io_uring_sqe sqe)
{
    sqe.user_data = 77;
    push(sqe);
    if (must(enter(1, 1, IORING_ENTER_GETEVENTS)) != 1)
        return LONG_MIN;
    struct completion c = pop();
    return c.user_data == 77 ? c.res : LONG_MIN + 1;
}
/* All completions there are, by user_data, as "1:5 2:-ECANCELED". */
static const char *all(unsigned wait)
{
    static char text[512];
    long res[32] = {0};
    unsigned flags[32] = {0}, seen[32] = {0};
    size_t n = 0;
    must(enter(0, wait, IORING_ENTER_GETEVENTS));
    for (struct completion c = pop(); c.user_data; c = pop()) {
        res[c.user_data % 32] = c.res;
        flags[c.user_data % 32] = c.flags;
        seen[c.user_data % 32]++;
    }
    text[0] = 0;
    for (int i = 0; i < 32; i++) {
        if (!seen[i])
            continue;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%d:", n ? " " : "", i);
        n += (size_t)(res[i] < 0 ? snprintf(text + n, sizeof text - n, "%s", strerrorname_np((int)-res[i]))
                                 : snprintf(text + n, sizeof text - n, "%ld", res[i]));
        if (flags[i] & IORING_CQE_F_MORE)
            n += (size_t)snprintf(text + n, sizeof text - n, "+");
    }
    return text;
}
static struct io_uring_sqe nop(uint64_t id, unsigned flags)
{
    return SQE{.opcode = IORING_OP_NOP, .flags = (uint8_t)flags, .user_data = id};
}
static struct io_uring_sqe io(int op, int fd, void *buf, unsigned len, uint64_t off, uint64_t id)
{
    return SQE{
        .opcode = (uint8_t)op, .fd = fd, .addr = (uintptr_t)buf, .len = len, .off = off, .user_data = id};
}
static struct io_uring_sqe poll_add(int fd, unsigned events, unsigned how, uint64_t id)
{
    return SQE{.opcode = IORING_OP_POLL_ADD, .fd = fd, .poll32_events = events, .len = how, .user_data = id};
}
static struct io_uring_sqe timeout(int op, struct __kernel_timespec *ts, unsigned count, unsigned flags,
                                   uint64_t id)
{
    return SQE{.opcode = (uint8_t)op,
               .fd = -1,
               .addr = (uintptr_t)ts,
               .len = 1,
               .off = count,
               .timeout_flags = flags,
               .user_data = id};
}

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
    push(timeout(IORING_OP_TIMEOUT, &soon, 0, 0, 8));
    is_num(enter(1, 2, IORING_ENTER_GETEVENTS), 1, "a timeout ends a wait for more");
    is_str(all(1), "8:ETIME", "than itself");
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
        must(enter(1, 2, IORING_ENTER_GETEVENTS));
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
    must(enter(0, 1, IORING_ENTER_GETEVENTS));
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
    struct __kernel_timespec soon = {1, 0}; /* later than the end of the child, however busy the machine */
    if (!fork()) {
        push(poll_add(r.fd, POLLIN, 0, 8));
        push(timeout(IORING_OP_TIMEOUT, &soon, 0, 0, 7));
        _exit(enter(2, 0, 0) == 2 ? 0 : 1);
    }
    wait(&st);
    sleep(3); /* a timeout that is over would end a wait before it is told */
    is_str(all(0), "7:ETIME 8:ECANCELED", "but a timeout goes on, and who watched the ring is told");
    push(io(IORING_OP_READ, p[0], buf, 4, 0, 1));
    must(enter(1, 0, 0));
    close(r.fd);
    must(write(p[1], "a", 1));
    is_num(ready(), 1, "a mapping keeps the ring when its descriptor is closed");
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
    struct io_uring_params p = {0};
    long fd = setup(1, &p);

    if (fd < 0) {
        told_skip("io_uring", "this kernel does not have it, or forbids it");
        return done();
    }
    close((int)fd);
    rings();
    entering();
    interrupted();
    refused();
    files();
    memory();
    waiting();
    timeouts();
    cancelling();
    links();
    drains();
    sockets();
    registering();
    overflow();
    kinds();
    processes();
    return done();
}
