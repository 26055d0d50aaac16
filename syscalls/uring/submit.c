/*
 * submit.c - from submission queue entries to requests: checks, links and drains (io_init_req(),
 * io_submit_sqe(), Linux 6.18).
 */
#include "uring.h"

#define VALID_FLAGS                                                                                          \
    (IOSQE_FIXED_FILE | IOSQE_IO_DRAIN | IOSQE_IO_LINK | IOSQE_IO_HARDLINK | IOSQE_ASYNC |                   \
     IOSQE_BUFFER_SELECT | IOSQE_CQE_SKIP_SUCCESS)
#define LINK_FLAGS (IOSQE_IO_LINK | IOSQE_IO_HARDLINK)

/* The chain that is being put together. */
struct chain {
    struct uring_req *head, *last;
};

static int check_zero(const struct io_uring_sqe *sqe, const char *fields)
{
    bool bad = false;

    for (; fields && *fields; fields++)
        switch (*fields) {
        case 'a':
            bad |= sqe->addr != 0;
            break;
        case 'o':
            bad |= sqe->off != 0;
            break;
        case 'l':
            bad |= sqe->len != 0;
            break;
        case 'r':
            bad |= sqe->rw_flags != 0;
            break;
        case 'b':
            bad |= sqe->buf_index != 0;
            break;
        case 's':
            bad |= sqe->splice_fd_in != 0;
            break;
        }
    return bad ? -EINVAL : 0;
}

static bool allowed(const struct uring *ring, const struct io_uring_sqe *sqe)
{
    const struct uring_restrictions *lim = &ring->limits;

    if (!lim->registered)
        return true;
    return sqe->opcode < 64 && lim->sqe_ops >> sqe->opcode & 1 &&
           (sqe->flags & lim->flags_required) == lim->flags_required &&
           !(sqe->flags & ~(lim->flags_allowed | lim->flags_required));
}

/* IOSQE_IO_DRAIN, and what follows from those before. */
static int prepare_drain(struct uring_req *req, const struct chain *chain)
{
    struct uring *ring = req->ring;

    if (req->sqe.flags & IOSQE_CQE_SKIP_SUCCESS)
        ring->drain_disabled = true;
    if (req->sqe.flags & IOSQE_IO_DRAIN) {
        if (ring->drain_disabled)
            return -EOPNOTSUPP;
        ring->drain_active = true;
        if (chain->head) { /* in the middle of a chain: its head drains, and so does what comes behind it */
            chain->head->sqe.flags |= IOSQE_IO_DRAIN;
            ring->drain_next = true;
        }
    }
    return 0;
}

/* io_init_req() */
static int prepare(struct uring_req *req, const struct chain *chain)
{
    struct uring *ring = req->ring;
    const struct io_uring_sqe *sqe = &req->sqe;
    int err;

    if (sqe->opcode >= UOP_LAST || sqe->flags & ~VALID_FLAGS)
        return -EINVAL;
    if (sqe->flags & IOSQE_BUFFER_SELECT && !(req->op && req->op->flags & OP_BUFFER))
        return -EOPNOTSUPP;
    err = prepare_drain(req, chain);
    if (err)
        return err;
    if (!allowed(ring, sqe))
        return -EACCES;
    if (ring->drain_next && !chain->head) {
        ring->drain_next = false;
        ring->drain_active = true;
        req->sqe.flags |= IOSQE_IO_DRAIN;
    }
    if (!req->op || (sqe->ioprio && !(req->op->flags & OP_IOPRIO)) || sqe->personality)
        return -EINVAL;
    if (sqe->flags & IOSQE_FIXED_FILE && req->op->flags & OP_NO_FIXED)
        return -EBADF;
    if (req->op == uring_op(IORING_OP_LINK_TIMEOUT) &&
        (!chain->last || chain->last->sqe.opcode == IORING_OP_LINK_TIMEOUT))
        return -EINVAL;
    err = check_zero(sqe, req->op->zero);
    return err || !req->op->prep ? err : req->op->prep(req);
}

/* ---- chains ---- */

void uring_release_held(struct uring *ring)
{
    bool drain = false, first = true;

    while (!list_empty(&ring->held)) {
        struct uring_req *head = list_first(&ring->held, struct uring_req, held_node);

        drain |= head->sqe.flags & IOSQE_IO_DRAIN;
        if ((drain || first) && ring->running)
            return;
        list_del(&head->held_node);
        ring->running += chain_length(head);
        req_queue(head);
        first = false;
    }
}

/* A chain (mostly of one) is whole: it begins, or is kept back by a drain. */
static void start_chain(struct uring *ring, struct uring_req *head)
{
    if (!head->error && ring->drain_active) {
        bool drains = head->sqe.flags & IOSQE_IO_DRAIN;

        list_add_tail(&ring->held, &head->held_node);
        uring_release_held(ring);
        if (!drains && list_empty(&ring->held))
            ring->drain_active = false;
        return;
    }
    ring->running += chain_length(head);
    if (head->error) {
        head->sqe.flags = (uint8_t)((head->sqe.flags & ~IOSQE_IO_HARDLINK) | IOSQE_IO_LINK);
        req_complete(head, head->error);
    } else if (head->sqe.flags & IOSQE_ASYNC) {
        req_queue(head);
    } else {
        req_start(head);
    }
}

static void end_chain(struct uring *ring, struct chain *chain)
{
    struct uring_req *head = chain->head;

    chain->head = chain->last = NULL;
    if (head)
        start_chain(ring, head);
}

/* io_submit_sqe(): an error that ends the submission, unless it is told later by its chain. */
static int submit_one(struct uring *ring, struct uring_req *req, struct chain *chain)
{
    bool linked = req->sqe.flags & LINK_FLAGS;

    req->error = prepare(req, chain);
    if (req->error && chain->head && !chain->head->error)
        chain->head->error = -ECANCELED;
    if (chain->head)
        chain->last->next = req;
    else
        chain->head = req;
    chain->last = req;
    if (linked)
        return 0;
    int err = req->error;
    end_chain(ring, chain);
    return err;
}

int64_t uring_submit(struct task *t, struct uring *ring, unsigned nr)
{
    unsigned pending = ring_sq_pending(ring), taken = 0;
    struct chain chain = {NULL, NULL};
    struct io_uring_sqe sqe;
    int err = 0;

    if (nr > pending)
        nr = pending;
    while (taken < nr && (!err || ring->flags & IORING_SETUP_SUBMIT_ALL)) {
        struct uring_req *req;

        if (!ring_take_sqe(ring, &sqe))
            break;
        req = req_create(ring, t, &sqe);
        if (!req) {
            ring->sq_head--;
            err = -EAGAIN;
            break;
        }
        taken++;
        err = submit_one(ring, req, &chain);
    }
    end_chain(ring, &chain); /* its last request said that there would be another */
    ring_flush(ring);
    ring_commit_sq(ring);
    return taken ? (int64_t)taken : err;
}
