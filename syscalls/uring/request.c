/*
 * request.c - the life of a request: it runs, waits, runs again, ends, and lets what is linked to it go on.
 *
 * Running is calling the handler of a system call for the request's own task. Where it says SYS_BLOCK the
 * request waits on the queues the handler chose; where it says EAGAIN (a descriptor with O_NONBLOCK) it waits
 * until poll says that the file is ready, as in Linux (io_arm_poll_handler()).
 */
#include "uring.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

#define MAX_TRIES 128 /* that poll promised in vain (APOLL_MAX_RETRY) */

static void work(struct task *w);

struct uring_req *req_create(struct uring *ring, struct task *owner, const struct io_uring_sqe *sqe)
{
    struct uring_req *req = calloc(1, sizeof(*req));

    if (!req)
        return NULL;
    req->ring = ring;
    req->owner = owner;
    req->sqe = *sqe;
    req->op = uring_op(sqe->opcode);
    list_init(&req->held_node);
    req->w.k = ring->k;
    req->w.work = work;
    req->w.sysno = -1;
    req->w.blocked = ~UINT64_C(0);
    list_init(&req->w.node);
    list_init(&req->w.run_node);
    list_init(&req->w.waits);
    sigqueue_init(&req->w.pending);
    list_add_tail(&ring->reqs, &req->node);
    return req;
}

void req_free(struct uring_req *req)
{
    task_wait_end(&req->w);
    sigqueue_flush(&req->w.pending, ~UINT64_C(0));
    list_del(&req->w.node);
    list_del(&req->w.run_node);
    list_del(&req->held_node);
    list_del(&req->node);
    if (req->guard)
        req->guard->guarded = NULL;
    if (req->guarded)
        req->guarded->guard = NULL;
    if (req->file)
        file_put(req->file);
    free(req->iov);
    free(req);
}

unsigned chain_length(const struct uring_req *head)
{
    unsigned n = 0;

    for (; head; head = head->next)
        n++;
    return n;
}

/* ---- the end ---- */

void req_queue(struct uring_req *req)
{
    req->w.state = TASK_RUNNING;
    if (list_empty(&req->w.run_node))
        list_add_tail(&req->ring->k->ready_work, &req->w.run_node);
}

void req_stop(struct uring_req *req, int result)
{
    if (req->stopped)
        return;
    req->stopped = true;
    req->stop_result = result;
    task_wait_end(&req->w);
    req_queue(req);
}

static bool failed(const struct uring_req *req, int64_t result)
{
    if (result == -ETIME && req->benign)
        return false;
    if (req->op == uring_op(IORING_OP_LINK_TIMEOUT) && !req->error)
        return false;
    return result < 0 || (req->op && req->op->flags & OP_SHORT_FAILS && result != req->want);
}

static void break_chain(struct uring_req *req, bool silently)
{
    req->chain_broken = true;
    req->skip_links = silently;
    req_queue(req);
}

static void end_one(struct uring_req *req, int64_t result, bool silently)
{
    struct uring *ring = req->ring;

    if (req->buf.kept)
        kbuf_used(req, 0);
    if (!silently)
        ring_post(ring, req->sqe.user_data, (int32_t)result, req->cqe_flags);
    if (req->op != uring_op(IORING_OP_TIMEOUT))
        ring->events += !silently;
    ring->running--;
    req_free(req);
}

static void end_broken_chain(struct uring_req *req)
{
    bool silently = req->skip_links;

    while (req) {
        struct uring_req *next = req->next;

        end_one(req, req->error ? req->error : -ECANCELED, silently);
        req = next;
    }
}

void req_complete(struct uring_req *req, int64_t result)
{
    struct uring *ring = req->ring;
    struct uring_req *next = req->next, *guard = req->guard;
    bool skip = req->sqe.flags & IOSQE_CQE_SKIP_SUCCESS, hard = req->sqe.flags & IOSQE_IO_HARDLINK, bad;

    if (result <= -ERESTARTSYS) /* nothing can be restarted here */
        result = -EINTR;
    bad = failed(req, result);
    end_one(req, result, skip && !bad);
    if (guard)
        req_stop(guard, -ECANCELED);
    if (next && bad && !hard)
        break_chain(next, skip);
    else if (next)
        req_queue(next);
    uring_release_held(ring);
}

void req_post_more(struct uring_req *req, int32_t result)
{
    ring_post(req->ring, req->sqe.user_data, result, IORING_CQE_F_MORE | req->cqe_flags);
    req->cqe_flags = 0;
    if (req->op != uring_op(IORING_OP_TIMEOUT))
        req->ring->events++;
}

/* ---- running ---- */

/* The request acts for its owner; who that is may have changed since it last ran. */
static void take_place(struct uring_req *req)
{
    const struct task *o = req->owner;
    struct task *w = &req->w;

    w->state = TASK_RUNNING;
    if (!o)
        return;
    w->proc = o->proc;
    w->tid = o->tid;
    w->mm = o->mm;
    w->files = o->files;
    w->fs = o->fs;
    w->sighand = o->sighand;
    w->cred = o->cred;
    w->personality = o->personality;
    w->work_file = req->file;
    if (w->mm &&
        !(w->k->current && w->k->current->mm == w->mm)) /* there it is known, and what was refused before */
        mm_set_event(w->mm, w->k->event);
}

static bool find_file(struct uring_req *req)
{
    struct file *f;

    if (req->file || !(req->op->flags & OP_FILE))
        return true;
    f = req->sqe.flags & IOSQE_FIXED_FILE ? files_get_slot(req->ring, (unsigned)req->sqe.fd)
                                          : fd_file(&req->w, req->sqe.fd);
    if (f)
        req->w.work_file = req->file = file_get(f);
    return f;
}

/* SIGPIPE and SIGXFSZ are for who submitted the request. */
static void pass_signals(struct uring_req *req)
{
    struct ksiginfo info;

    while (req->w.pending.set) {
        ksigset_t others = ~req->w.pending.set;

        if (dequeue_signal(&req->w, others, &info) <= 0)
            return;
        send_signal_task(req->owner, &info);
    }
}

void req_wait(struct uring_req *req, uint64_t deadline)
{
    req->w.deadline = deadline;
    req->w.state = TASK_SLEEPING;
}

/* EAGAIN: wait for the file. 0: wait; 1: try again at once; or negative errno. */
static int wait_for_file(struct uring_req *req)
{
    unsigned mask = POLLERR | POLLHUP;

    if (req->op->flags & OP_POLLIN)
        mask |= POLLIN | POLLRDNORM;
    if (req->op->flags & OP_POLLOUT)
        mask |= POLLOUT | POLLWRNORM;
    if (!req->file || !req->file->ops->poll || req->no_wait)
        return -EAGAIN;
    req->w.wake_at = 0;
    if (file_poll(&req->w, req->file, true) & mask) {
        task_wait_end(&req->w);
        return ++req->tries < MAX_TRIES ? 1 : -EAGAIN;
    }
    req->polled = true;
    req_wait(req, req->w.wake_at);
    return 0;
}

/* One run of the handler: its result, or SYS_BLOCK when the request waits. */
static int64_t run_once(struct uring_req *req)
{
    struct task *w = &req->w;
    int64_t r;

    do {
        if (req->polled)
            w->deadline = 0; /* of the poll, not of the call */
        req->polled = false;
        r = req->op->issue ? req->op->issue(req) : uring_call(req);
        pass_signals(req);
        if (r == SYS_BLOCK && w->deadline_soon)
            r = -ENOMEM;
        else if (r == SYS_BLOCK && req->no_wait)
            r = -EAGAIN;
        else if (r == SYS_BLOCK && req->op->flags & OP_PARTIAL && w->restart_data[0] &&
                 !(req->sqe.msg_flags & MSG_WAITALL))
            r = (int64_t)w->restart_data[0];
        if (r != SYS_BLOCK) {
            task_wait_end(w);
            w->state = TASK_RUNNING;
        }
        if (r != -EAGAIN || !(req->op->flags & (OP_POLLIN | OP_POLLOUT)))
            return r;
        r = wait_for_file(req);
    } while (r > 0);
    return r ? r : SYS_BLOCK;
}

/* False: it is over, and gone. */
static bool issue(struct uring_req *req)
{
    int64_t r;

    take_place(req);
    if (!find_file(req)) {
        req_complete(req, -EBADF);
        return false;
    }
    for (;;) {
        r = run_once(req);
        if (r >= 0 && req->op->flags & OP_NEW_FD && req->sqe.file_index)
            r = files_install(&req->w, req->ring, (int)r, req->sqe.file_index);
        if (r < 0 || !req->multishot || (!r && req->op->flags & OP_END_AT_0) ||
            !ring_has_room(req->ring)) /* a full ring ends those that would go on */
            break;
        req_post_more(req, (int32_t)r);
        memset(req->w.restart_data, 0, sizeof(req->w.restart_data));
        req->w.deadline = 0;
        req->tries = 0;
    }
    if (r != SYS_BLOCK) {
        req_complete(req, r);
        return false;
    }
    if (list_empty(&req->w.node))
        list_add_tail(&req->ring->k->waiting_work, &req->w.node);
    return true;
}

void req_start(struct uring_req *req)
{
    struct uring_req *guard =
        req->next && req->next->op == uring_op(IORING_OP_LINK_TIMEOUT) ? req->next : NULL;

    req->started = true;
    if (guard) { /* it does not follow, it watches */
        req->next = guard->next;
        guard->next = NULL;
        req->guard = guard;
        guard->guarded = req;
    }
    if (issue(req) && guard) {
        take_place(guard);
        link_timeout_arm(guard);
        if (list_empty(&guard->w.node))
            list_add_tail(&req->ring->k->waiting_work, &guard->w.node);
    }
}

static void run(struct uring_req *req)
{
    struct uring *ring = req->ring;
    struct file *hold = file_get(ring->file);

    ring->async = true;
    if (req->chain_broken)
        end_broken_chain(req);
    else if (req->stopped)
        req_complete(req, req->stop_result);
    else if (!req->started)
        req_start(req);
    else
        issue(req);
    uring_release_held(ring);
    ring_flush(ring);
    ring->async = false;
    file_put(hold);
}

/* Woken, or queued by another request. */
static void work(struct task *w)
{
    struct uring_req *req = container_of(w, struct uring_req, w);
    struct uring *ring = req->ring;

    if (!(ring->flags & IORING_SETUP_DEFER_TASKRUN)) {
        run(req);
        return;
    }
    if (list_empty(&ring->deferred))
        ring_signal(ring);
    list_add_tail(&ring->deferred, &w->run_node);
    if (ring->flags & IORING_SETUP_TASKRUN_FLAG)
        ring_sq_flag(ring, IORING_SQ_TASKRUN, true);
    ring->changes++;
    wake_up(&ring->wait);
}

void uring_run_deferred(struct uring *ring)
{
    for (kernel_run_work(ring->k); !list_empty(&ring->deferred); kernel_run_work(ring->k)) {
        struct task *w = list_first(&ring->deferred, struct task, run_node);

        list_del(&w->run_node);
        run(container_of(w, struct uring_req, w));
    }
    if (ring->flags & IORING_SETUP_TASKRUN_FLAG)
        ring_sq_flag(ring, IORING_SQ_TASKRUN, false);
}

/* ---- the owner's end ---- */

static struct uring_req *owned(struct kernel *k, const struct task *t)
{
    list_for_each (r, &k->urings)
        list_for_each (n, &container_of(r, struct uring, node)->reqs)
            if (container_of(n, struct uring_req, node)->owner == t)
                return container_of(n, struct uring_req, node);
    return NULL;
}

/* A timeout needs nobody's memory or files: it goes on. */
static bool outlives_owner(const struct uring_req *req)
{
    return req->op == uring_op(IORING_OP_TIMEOUT) && req->started && !req->multishot && !req->next;
}

/*
 * io_uring_files_cancel(): only what watches a ring is cancelled. The rest would find its task gone when it
 * is woken; it goes at once, and nobody is told.
 */
void uring_task_exit(struct task *t)
{
    struct uring_req *req;

    while ((req = owned(t->k, t))) {
        struct uring *ring = req->ring;
        struct file *hold = file_get(ring->file);

        if (!list_empty(&req->held_node)) /* end_one() expects it to be counted */
            ring->running += chain_length(req);
        if (outlives_owner(req)) {
            req->owner = NULL;
        } else if (req->file && file_is_uring(req->file)) {
            end_broken_chain(req);
        } else {
            end_one(req, 0, true);
        }
        uring_release_held(ring);
        ring_flush(ring);
        file_put(hold);
    }
}
