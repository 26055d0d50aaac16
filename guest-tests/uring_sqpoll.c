/* uring_sqpoll.c - io_uring with a thread that looks for requests (IORING_SETUP_SQPOLL), while that sleeps. */
#include "uring.h"

/* Does the thread sleep? It has had far more time than SQ_IDLE; asking again and again is no fixed number of calls. */
static bool sleeps(void)
{
    usleep(500000);
    return sq_flags() & IORING_SQ_NEED_WAKEUP;
}

int main(void)
{
    struct io_uring_params p = {.flags = IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF, .sq_thread_cpu = 99999};
    struct io_uring_sqe bad = nop(2, 0);

    if (!have_uring())
        return done();
    is_err(setup_flags(4, IORING_SETUP_SQ_AFF, 0), "EINVAL", "a processor for a thread that is not");
    is_err(setup(4, &p), "EINVAL", "a processor that is not");
    is_err(setup_flags(4, IORING_SETUP_SQPOLL | IORING_SETUP_COOP_TASKRUN, 0), "EINVAL",
           "nobody to be interrupted");
    is_err(setup_flags(4, IORING_SETUP_SQPOLL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, 0),
           "EINVAL", "nor to defer anything to");
    p = (struct io_uring_params){.flags = IORING_SETUP_SQPOLL};
    long fd = setup(4, &p);
    if (fd < 0) {
        told_skip("a thread that looks for requests", "not for this user");
        return done();
    }
    close((int)fd);
    r = open_ring(4, IORING_SETUP_SQPOLL, 0);
    is_true(r.p.features & IORING_FEAT_SQPOLL_NONFIXED, "files need not be registered");
    is_true(sleeps(), "the thread sleeps when it has nothing to do");
    push(nop(1, 0));
    is_num(enter(1, 0, 0), 1, "what is submitted while it sleeps counts");
    usleep(20000);
    is_num(ready(), 0, "but nobody takes it");
    is_num(enter(0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP), 0, "until it is woken");
    is_str(all(1), "1:0", "then it is done");
    is_true(sleeps(), "it sleeps again");
    bad.opcode = 200;
    push(nop(1, 0));
    push(bad);
    push(nop(3, 0));
    is_num(enter(3, 3, IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP), 3, "three requests");
    is_str(all(3), "1:0 2:EINVAL 3:0", "of which a bad one stops no other");
    is_num(enter(0, 0, IORING_ENTER_SQ_WAIT), 0, "there is room for more");
    return done();
}
