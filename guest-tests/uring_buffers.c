/* uring_buffers.c - io_uring: buffers that the kernel picks, from groups and rings; receiving more than once. */
#include "uring.h"

#define OP_READ_MULTISHOT 49
#define REG_PBUF_STATUS   26
#define RING_INC          2u /* IOU_PBUF_RING_INC */
#define CQE_F_BUF_MORE    16u
#define SIZE              16

struct buf {
    uint64_t addr;
    uint32_t len;
    uint16_t bid, tail; /* tail: of the ring, in the first one */
};
struct buf_reg {
    uint64_t addr;
    uint32_t entries;
    uint16_t bgid, flags;
    uint64_t resv[3];
};

static char bytes[8][SIZE];
static struct buf *ring;

static long register_ring(uint64_t addr, unsigned entries, unsigned bgid, unsigned flags)
{
    struct buf_reg b = {addr, entries, (uint16_t)bgid, (uint16_t)flags, {0}};
    return reg(IORING_REGISTER_PBUF_RING, &b, 1);
}
static long unregister_ring(unsigned bgid)
{
    struct buf_reg b = {.bgid = (uint16_t)bgid};
    return reg(IORING_UNREGISTER_PBUF_RING, &b, 1);
}
static long head_of(unsigned bgid)
{
    uint32_t status[10] = {bgid};
    return reg(REG_PBUF_STATUS, status, 1) < 0 ? -1 : (long)status[1];
}
/* Buffer n comes to the ring of four. */
static void add(unsigned n, unsigned bid)
{
    uint16_t tail = ring[0].tail;
    struct buf *b = &ring[tail & 3];

    b->addr = (uintptr_t)bytes[n];
    b->len = SIZE;
    b->bid = (uint16_t)bid;
    __atomic_store_n(&ring[0].tail, (uint16_t)(tail + 1), __ATOMIC_RELEASE);
}
static struct io_uring_sqe pick(int op, int fd, unsigned len, unsigned bgid)
{
    return SQE{.opcode = (uint8_t)op,
               .fd = fd,
               .len = len,
               .off = -1ull,
               .flags = IOSQE_BUFFER_SELECT,
               .buf_group = (uint16_t)bgid};
}
/* One request: its result, which buffer it took (b), or none, and whether more come (+) or are in the buffer (~). */
static const char *told(struct completion c)
{
    static char text[64];
    int n = c.res < 0 ? snprintf(text, sizeof(text), "%s", strerrorname_np(-c.res))
                      : snprintf(text, sizeof(text), "%d", c.res);

    if (!c.user_data)
        return "nothing";
    if (c.flags & IORING_CQE_F_BUFFER)
        n += snprintf(text + n, sizeof(text) - n, " b%u", c.flags >> 16);
    if (c.flags & IORING_CQE_F_MORE)
        n += snprintf(text + n, sizeof(text) - n, " +");
    if (c.flags & CQE_F_BUF_MORE)
        snprintf(text + n, sizeof(text) - n, " ~");
    return text;
}
static const char *did(struct io_uring_sqe s)
{
    s.user_data = 77;
    push(s);
    enter(1, 0, 0);
    wait_for(1);
    return told(pop());
}
static struct io_uring_sqe provide(void *addr, unsigned len, int n, unsigned bgid, unsigned bid)
{
    return SQE{.opcode = IORING_OP_PROVIDE_BUFFERS,
               .fd = n,
               .addr = (uintptr_t)addr,
               .len = len,
               .off = bid,
               .buf_group = (uint16_t)bgid};
}
static struct io_uring_sqe take_back(int n, unsigned bgid)
{
    return SQE{.opcode = IORING_OP_REMOVE_BUFFERS, .fd = n, .buf_group = (uint16_t)bgid};
}

static void groups(void)
{
    int p[2];

    must(pipe(p));
    is_str(did(pick(IORING_OP_READ, p[0], SIZE, 1)), "ENOBUFS", "no group");
    is_str(did(provide(bytes, SIZE, 0, 1, 0)), "E2BIG", "none to provide");
    is_str(did(provide(bytes, 0, 1, 1, 0)), "EINVAL", "of no length");
    is_str(did(provide(bytes, SIZE, 2, 1, 65535)), "EINVAL", "numbers that end in between");
    is_str(did(provide(bytes, SIZE, 1, 1, 65536)), "E2BIG", "a number too large");
    is_str(did(provide((void *)(1ul << 62), SIZE, 1, 1, 0)), "EFAULT", "outside of the address space");
    is_str(did(provide(bytes, SIZE, 3, 1, 10)), "0", "three buffers");
    must(write(p[1], "hello", 5));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 1)), "5 b10", "the first of them");
    is_str(bytes[0], "hello", "has what was read");
    must(write(p[1], "0123456789abcdefghijXY", 22));
    is_str(did(pick(IORING_OP_READ, p[0], 4, 1)), "4 b11", "less than it holds");
    is_str(did(pick(IORING_OP_READ, p[0], 100, 1)), "16 b12", "no more than it holds");
    is_true(!memcmp(bytes[1], "0123", 4) && !memcmp(bytes[2], "456789abcdefghij", 16), "each in its place");
    is_str(did(pick(IORING_OP_READ, p[0], 0, 1)), "ENOBUFS", "no more of them");
    is_str(did(provide(bytes[3], SIZE, 1, 1, 77)), "0", "another");
    is_str(did(pick(IORING_OP_READ, p[0], 0, 1)), "2 b77", "is taken then");
    is_str(did(take_back(5, 9)), "ENOENT", "taking back from no group");
    is_str(did(provide(bytes, SIZE, 4, 1, 0)), "0", "four");
    is_str(did(take_back(3, 1)), "3", "three taken back");
    is_str(did(take_back(3, 1)), "1", "and what was left");
    is_str(did(take_back(0, 1)), "EINVAL", "nothing to take back");
    is_str(did(provide(bytes, SIZE, 1, 1, 5)), "0", "one");
    is_str(did(pick(IORING_OP_READ, 99, 0, 1)), "EBADF", "no file");
    is_str(did(pick(IORING_OP_READ, p[1], 0, 1)), "EBADF b5", "one that cannot be read costs a buffer");
    is_str(did(provide(bytes, SIZE, 1, 1, 4)), "0", "another");
    struct io_uring_sqe s = pick(IORING_OP_READ, p[0], 0, 1);
    s.user_data = 9;
    push(s);
    must(enter(1, 0, 0));
    is_num(ready(), 0, "who waits");
    is_str(did(take_back(1, 1)), "0", "has its buffer already");
    must(write(p[1], "z", 1));
    wait_for(1);
    is_str(told(pop()), "1 b4", "and uses it");
    close(p[1]);
    is_str(did(provide(bytes, SIZE, 1, 1, 7)), "0", "one");
    is_str(did(pick(IORING_OP_READ, p[0], 0, 1)), "0 b7", "the end of a file takes one, too");
    is_str(did(pick(IORING_OP_NOP, -1, 0, 1)), "EOPNOTSUPP", "an operation without buffers");
    close(p[0]);
}

static void rings(void)
{
    int p[2];

    must(pipe(p));
    ring = (struct buf *)pages(1, RW);
    is_err(register_ring((uintptr_t)ring, 3, 2, 0), "EINVAL", "a ring has a power of two entries");
    is_err(register_ring((uintptr_t)ring, 65536, 2, 0), "EINVAL", "less than 65536");
    is_err(register_ring((uintptr_t)ring, 4, 2, 8), "EINVAL", "a flag that does not exist");
    is_err(register_ring((uintptr_t)ring + 8, 4, 2, 0), "EINVAL", "at the beginning of a page");
    is_err(register_ring(0, 4, 2, 0), "EFAULT", "that is there");
    is_err(unregister_ring(2), "ENOENT", "no ring");
    is_num(head_of(2), -1, "nor its state");
    is_ok(register_ring((uintptr_t)ring, 4, 2, 0), "a ring of buffers");
    is_err(register_ring((uintptr_t)ring, 4, 2, 0), "EEXIST", "once");
    is_num(head_of(2), 0, "of which nothing was taken");
    is_str(did(pick(IORING_OP_READ, p[0], 0, 2)), "ENOBUFS", "and which has none");
    is_str(did(provide(bytes, SIZE, 1, 2, 0)), "EINVAL", "a ring is not provided to");
    is_str(did(take_back(1, 2)), "EINVAL", "nor taken back from");
    memset(bytes, 0, sizeof(bytes));
    add(0, 100);
    add(1, 101);
    must(write(p[1], "ring", 4));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 2)), "4 b100", "the first");
    is_str(bytes[0], "ring", "has the bytes");
    is_num(head_of(2), 1, "one was taken");
    must(write(p[1], "more", 4));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 2)), "4 b101", "the second");
    must(write(p[1], "!", 1));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 2)), "ENOBUFS", "there is no third");
    for (unsigned i = 0; i < 4; i++)
        add(i, i);
    is_str(did(pick(IORING_OP_READ, p[1], 0, 2)), "EBADF", "an error costs no buffer of a ring");
    is_str(did(pick(IORING_OP_READ, p[0], 0, 2)), "1 b0", "round it goes");
    must(write(p[1], "??", 2));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 2)), "2 b1", "and round");
    is_num(head_of(2), 4, "its head only grows");
    struct iovec v = {NULL, 3};
    must(write(p[1], "vector", 6));
    struct io_uring_sqe s = pick(IORING_OP_READV, p[0], 1, 2);
    s.addr = (uintptr_t)&v;
    is_str(did(s), "3 b2", "READV says how much in its one piece");
    s.len = 2;
    is_str(did(s), "EINVAL", "and has no second");
    is_ok(unregister_ring(2), "the ring goes");
    is_str(did(pick(IORING_OP_READ, p[0], 0, 2)), "ENOBUFS", "with its buffers");
    close(p[0]), close(p[1]);
}

/* A buffer that is used up bit by bit. */
static void in_pieces(void)
{
    int p[2];

    if (!since(6, 12)) {
        told_skip("buffers used in pieces", "since Linux 6.12");
        return;
    }
    must(pipe(p));
    memset(ring, 0, PG);
    memset(bytes, 0, sizeof(bytes));
    is_ok(register_ring((uintptr_t)ring, 4, 3, RING_INC), "a ring whose buffers are used in pieces");
    add(0, 50);
    must(write(p[1], "abc", 3));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 3)), "3 b50 ~", "a part of it, and more to come");
    must(write(p[1], "defgh", 5));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 3)), "5 b50 ~", "the next part");
    is_str(bytes[0], "abcdefgh", "behind the first");
    must(write(p[1], "0123456789", 10));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 3)), "8 b50", "its end");
    is_num(head_of(3), 1, "then it is used up");
    is_ok(unregister_ring(3), "done");
    close(p[0]), close(p[1]);
}

static void receiving(void)
{
    int s[2], d[2];
    char text[8];

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, d));
    memset(ring, 0, PG);
    must(register_ring((uintptr_t)ring, 4, 4, 0));
    add(0, 0);
    must(send(d[0], "datagram", 8, 0));
    is_str(did(SQE{.opcode = IORING_OP_RECV, .fd = d[1], .flags = IOSQE_BUFFER_SELECT, .buf_group = 4}),
           "8 b0", "RECV");
    for (unsigned i = 1; i < 4; i++)
        add(i, i);
    struct io_uring_sqe m = {
        .opcode = IORING_OP_RECV, .fd = d[1], .ioprio = IORING_RECV_MULTISHOT, .user_data = 9};
    is_num(one(m), -EINVAL, "receiving more than once wants buffers");
    m.flags = IOSQE_BUFFER_SELECT;
    m.buf_group = 4;
    m.msg_flags = MSG_WAITALL;
    is_num(one(m), -EINVAL, "and not all of anything");
    m.msg_flags = 0;
    push(m);
    must(enter(1, 0, 0));
    is_num(ready(), 0, "nothing is there yet");
    must(send(d[0], "one", 3, 0));
    wait_for(1);
    is_str(told(pop()), "3 b1 +", "a datagram comes");
    must(send(d[0], "three", 5, 0));
    wait_for(1);
    is_str(told(pop()), "5 b2 +", "and another");
    must(send(d[0], "", 0, 0));
    must(send(d[0], "x", 1, 0));
    wait_for(1);
    is_str(told(pop()), "0", "an empty one is the end, and takes no buffer");
    is_num(recv(d[1], text, 8, MSG_DONTWAIT), 1, "so that nobody took the next");
    add(0, 20);
    m.fd = s[1];
    push(m);
    must(enter(1, 0, 0));
    must(write(s[0], "stream", 6));
    wait_for(1);
    is_str(told(pop()), "6 b3 +", "a stream");
    must(write(s[0], "0123456789abcdefghij", 20));
    wait_for(2);
    is_str(told(pop()), "16 b20 +", "more than a buffer holds");
    is_str(told(pop()), "ENOBUFS", "ends it when there is no other");
    add(2, 22);
    add(3, 23);
    push(m);
    must(enter(1, 0, 0));
    is_str(told(pop()), "4 b22 +", "it can go on");
    close(s[0]);
    wait_for(1);
    is_str(told(pop()), "0", "to the end of the stream");
    must(unregister_ring(4));
    close(s[1]), close(d[0]), close(d[1]);
}

static void reading(void)
{
    int p[2];

    if (!since(6, 7)) {
        told_skip("READ_MULTISHOT", "since Linux 6.7");
        return;
    }
    must(pipe(p));
    memset(ring, 0, PG);
    must(register_ring((uintptr_t)ring, 4, 5, 0));
    struct io_uring_sqe m = pick(OP_READ_MULTISHOT, p[0], 0, 5);
    m.off = 0;
    m.user_data = 9;
    for (unsigned i = 0; i < 3; i++)
        add(i, i);
    push(m);
    must(enter(1, 0, 0));
    must(write(p[1], "abc", 3));
    wait_for(1);
    is_str(told(pop()), "3 b0 +", "READ_MULTISHOT");
    must(write(p[1], "de", 2));
    wait_for(1);
    is_str(told(pop()), "2 b1 +", "goes on");
    close(p[1]);
    wait_for(1);
    is_str(told(pop()), "0", "to the end");
    m.flags = 0;
    is_num(one(m), -EINVAL, "it wants buffers");
    m.flags = IOSQE_BUFFER_SELECT;
    m.fd = temp_file(1);
    add(3, 3);
    is_num(one(m), -EBADFD, "and something that can be waited for");
    must(unregister_ring(5));
}

#define RING_MMAP 1u /* IOU_PBUF_RING_MMAP */

static void *map_ring(unsigned bgid, size_t len)
{
    return mmap(NULL, len, RW, MAP_SHARED, r.fd, (off_t)(0x80000000ul | (unsigned long)bgid << 16));
}

/* The kernel's own memory, that the program maps. */
static void mapped(void)
{
    struct buf *mine = ring;
    int p[2];

    must(pipe(p));
    is_err(map_ring(30, PG), "ENOMEM", "no ring to map");
    if (register_ring(0, 4, 30, RING_MMAP)) {
        told_skip("rings of the kernel's own memory", "IOU_PBUF_RING_MMAP came with Linux 6.4");
        return;
    }
    is_err(register_ring(0, 4, 30, RING_MMAP), "EEXIST", "a ring of the kernel's memory, twice");
    ring = map_ring(30, PG);
    is_true(ring != MAP_FAILED && !ring[0].tail && !ring[3].addr, "it can be mapped, and is empty");
    if (ring == MAP_FAILED)
        return;
    is_str(did(pick(IORING_OP_READ, p[0], 0, 30)), "ENOBUFS", "nothing in it");
    add(5, 50);
    add(6, 60);
    must(write(p[1], "first", 5));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 30)), "5 b50", "what is put there is taken");
    is_str(bytes[5], "first", "and filled");
    must(write(p[1], "second", 6));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 30)), "6 b60", "in order");
    is_num(head_of(30), 2, "two were");
    is_ok(register_ring((uintptr_t)mine, 4, 31, 0), "a ring of the program's memory");
    is_err(map_ring(31, PG), "ENOMEM", "cannot be mapped");
    is_ok(unregister_ring(31), "it goes");
    is_ok(unregister_ring(30), "the other goes");
    is_err(map_ring(30, PG), "ENOMEM", "and cannot be mapped any more");
    is_num(ring[0].tail, 2, "who has mapped it keeps it");
    must(munmap(ring, PG));
    is_ok(register_ring(0, 2, 30, RING_MMAP | RING_INC), "another, whose buffers are used bit by bit");
    ring = map_ring(30, PG);
    is_true(ring != MAP_FAILED && !ring[0].tail, "begins anew");
    ring[0] = (struct buf){(uintptr_t)bytes[7], SIZE, 70, 1};
    must(write(p[1], "ab", 2));
    is_str(did(pick(IORING_OP_READ, p[0], 0, 30)), "2 b70 ~", "a part of a buffer");
    is_true(ring[0].addr == (uintptr_t)bytes[7] + 2 && ring[0].len == SIZE - 2,
            "leaves the rest in the ring");
    must(munmap(ring, PG));
    must(unregister_ring(30));
    ring = mine;
}

int main(void)
{
    if (have_uring()) {
        r = open_ring(8, 0, 0);
        groups();
        rings();
        mapped();
        in_pieces();
        receiving();
        reading();
    }
    return done();
}
