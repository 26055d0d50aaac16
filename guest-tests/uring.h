/* uring.h - rings of io_uring without liburing: for uring.c and uring_ops.c. */
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
#include <time.h>

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
static inline long setup_flags(unsigned n, unsigned flags, unsigned cq)
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
/* Waits for MIN completions, no longer than LIMIT. */
static long enter_within(unsigned min, const struct __kernel_timespec *limit)
{
    struct io_uring_getevents_arg ext = {.ts = (uintptr_t)limit};
    return syscall(SYS_io_uring_enter, r.fd, 0, min, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &ext,
                   sizeof ext);
}
static inline long reg(unsigned op, void *arg, unsigned n)
{
    return syscall(SYS_io_uring_register, r.fd, op, arg, n);
}

#define SQ_IDLE 10 /* milliseconds: how long a thread that looks for requests waits for more */
static struct ring open_ring(unsigned n, unsigned flags, unsigned cq)
{
    struct ring x = {.p = {.flags = flags, .cq_entries = cq, .sq_thread_idle = SQ_IDLE}};
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
static inline unsigned sq_flags(void)
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
static long milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
#define LIMIT 20 /* seconds: what is not there by then never comes, on any machine */
/* Until N are ready, or LIMIT is over: what never comes is a fact that does not hold, not a program that does
 * not end. A timeout that is over ends a wait early, maybe before its own completion: then anew. */
static void wait_for(unsigned n)
{
    struct __kernel_timespec limit = {LIMIT, 0};
    long start = milliseconds();
    do
        enter_within(n, &limit);
    while (ready() < n && milliseconds() - start < LIMIT * 1000);
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
static inline long one(struct io_uring_sqe sqe)
{
    sqe.user_data = 77;
    push(sqe);
    if (must(enter(1, 1, IORING_ENTER_GETEVENTS)) != 1)
        return LONG_MIN;
    if (!ready())
        wait_for(1);
    struct completion c = pop();
    return c.user_data == 77 ? c.res : LONG_MIN + 1;
}
/* All completions there are, by user_data, as "1:5 2:-ECANCELED". */
static inline const char *all(unsigned wait)
{
    static char text[512];
    long res[32] = {0};
    unsigned flags[32] = {0}, seen[32] = {0};
    size_t n = 0;
    wait_for(wait);
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
static inline struct io_uring_sqe nop(uint64_t id, unsigned flags)
{
    return SQE{.opcode = IORING_OP_NOP, .flags = (uint8_t)flags, .user_data = id};
}
static inline struct io_uring_sqe io(int op, int fd, void *buf, unsigned len, uint64_t off, uint64_t id)
{
    return SQE{
        .opcode = (uint8_t)op, .fd = fd, .addr = (uintptr_t)buf, .len = len, .off = off, .user_data = id};
}
static inline struct io_uring_sqe poll_add(int fd, unsigned events, unsigned how, uint64_t id)
{
    return SQE{.opcode = IORING_OP_POLL_ADD, .fd = fd, .poll32_events = events, .len = how, .user_data = id};
}
static inline struct io_uring_sqe timeout(int op, struct __kernel_timespec *ts, unsigned count,
                                          unsigned flags, uint64_t id)
{
    return SQE{.opcode = (uint8_t)op,
               .fd = -1,
               .addr = (uintptr_t)ts,
               .len = 1,
               .off = count,
               .timeout_flags = flags,
               .user_data = id};
}

/* False: there is none here, and that was said. */
static bool have_uring(void)
{
    struct io_uring_params p = {0};
    long fd = setup(1, &p);

    if (fd < 0)
        return told_skip("io_uring", "this kernel does not have it, or forbids it"), false;
    close((int)fd);
    return true;
}
