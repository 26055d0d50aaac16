/*
 * uring.h - the inside of io_uring(7): rings, requests, the table of operations.
 *
 *      SQ ring -> submit.c -> struct uring_req -> request.c runs it -> ring.c -> CQ ring
 *                             (one row of ops.c)      ^    |
 *                                                     +----+ woken: the file is ready, time is up
 *
 * A request has a struct task of its own, without user code, on whose behalf the handlers of system calls
 * run: where a call would wait, this task waits on the same queues and nobody else does. Woken requests run
 * in the order they were woken, before any user code (kernel_run_work), so completions come at the same
 * places in every run.
 */
#ifndef SYSCALLS_URING_URING_H
#define SYSCALLS_URING_URING_H

#include <linux/io_uring.h>

#include "../fs/fs_calls.h"
#include "../handlers.h"
#include "../process.h"

/* Newer than the headers of some supported systems. */
#define URING_NO_SQARRAY (1u << 16)
enum {
    UOP_READ_MULTISHOT = 49,
    UOP_FTRUNCATE = 55,
    UOP_BIND,
    UOP_LISTEN,
    UOP_LAST = 63 /* of Linux 6.18 */
};

#define URING_OFF_PBUF UINT64_C(0x80000000) /* IORING_OFF_PBUF_RING */
#define URING_OFF_MASK 0xf8000000u          /* which part of an mmap offset says what is mapped */

/* Registered files or buffers: slots may be empty. */
struct uring_slot {
    struct file *file; /* reference held */
    struct iovec buf;
    bool used;
    uint64_t tag; /* not 0: told in a completion when the slot is given up */
};
struct uring_table {
    struct uring_slot *slot; /* NULL: nothing is registered */
    unsigned n;
};

struct uring_restrictions {
    bool registered;
    uint64_t sqe_ops, register_ops; /* a bit for each number that is allowed */
    uint8_t flags_allowed, flags_required;
};

struct uring {
    struct list_head node; /* kernel.urings */
    struct kernel *k;
    struct file *file; /* the descriptor's, no reference */
    unsigned flags;    /* IORING_SETUP_* */
    unsigned sq_entries, cq_entries;
    unsigned sqe_size, cqe_size; /* bytes */
    uint64_t sq_array;           /* where in the rings it is, 0: none */
    struct vm_object *obj;     /* the rings at IORING_OFF_SQ_RING and again at _CQ_RING, the SQEs at _SQES */
    uint32_t sq_head, cq_tail; /* the kernel's own, whatever the guest writes there */
    int issuer;                /* IORING_SETUP_SINGLE_ISSUER: the thread, 0: not yet known */

    struct list_head reqs;     /* struct uring_req.node: not over, in the order they came */
    struct list_head held;     /* struct uring_req.held_node: heads of chains that a drain keeps back */
    struct list_head deferred; /* struct task.run_node: woken, until the issuer asks (DEFER_TASKRUN) */
    struct list_head overflow; /* struct uring_overflow: completions the CQ ring has no room for */
    unsigned running;          /* requests that are not over and not held */
    bool drain_active, drain_next, drain_disabled;

    struct waitq wait;    /* io_uring_enter, poll */
    uint64_t changes;     /* for edge-triggered epoll */
    uint32_t events;      /* completions that count for IORING_OP_TIMEOUT */
    uint32_t timeouts;    /* completions of timeouts, which end every wait */
    bool posted;          /* since ring_flush() */
    struct file *eventfd; /* reference held; NULL: none */
    bool eventfd_async;
    bool async; /* a request runs that did not end within the submitting call */

    struct uring_table files, bufs;
    struct list_head groups; /* struct uring_group.node: provided buffers, kbuf.c */
    struct uring_restrictions limits;
};

/* What a request needs while it runs. */
struct uring_req {
    struct list_head node;
    struct list_head held_node;
    struct uring *ring;
    struct task w;      /* waits and calls for it */
    struct task *owner; /* who submitted it; ends no earlier */
    const struct uring_op *op;
    struct io_uring_sqe sqe;
    struct file *file;         /* reference held from the first run on */
    struct uring_req *next;    /* IOSQE_IO_LINK: begins when this one is over */
    struct uring_req *guard;   /* the IORING_OP_LINK_TIMEOUT that watches this one */
    struct uring_req *guarded; /* the other way round */
    bool started;
    bool polled;       /* it waits until its file is ready for what op->flags say, then tries again */
    bool stopped;      /* cancelled: ends with stop_result as soon as it runs */
    bool chain_broken; /* so do all that are linked to it */
    bool skip_links;   /* and silently */
    bool no_wait;      /* EAGAIN is an answer */
    bool multishot;    /* goes on after each completion */
    bool benign;       /* -ETIME is no failure (IORING_TIMEOUT_ETIME_SUCCESS) */
    unsigned tries;    /* that found nothing although poll said there was something */
    int stop_result;
    struct { /* the buffer it picked */
        uint64_t addr;
        uint32_t len;
        uint16_t bid;
        bool kept; /* it is this request's until that ends */
    } buf;
    uint32_t cqe_flags; /* IORING_CQE_F_BUFFER ... of its next completion */
    int error;          /* of its preparation: it never runs */
    struct iovec *iov;  /* of READV and WRITEV */
    int64_t want;       /* OP_SHORT_FAILS: what it must bring for its links to go on */
    uint64_t time;      /* timeouts: ns, as the guest gave it */
    uint64_t armed;     /* and the moment on the virtual clock, once it runs */
    unsigned count;     /* timeouts: completions to wait for; how often they still repeat */
    uint32_t since;     /* ring->events when the count began */
};

enum {
    OP_FILE = 1,   /* sqe->fd is the file it works on */
    OP_IOPRIO = 2, /* sqe->ioprio means something */
    OP_POLLIN = 4, /* waits for these where the call says EAGAIN */
    OP_POLLOUT = 8,
    OP_SHORT_FAILS = 16, /* less than req->want breaks a link */
    OP_NEW_FD = 32,      /* the result is a descriptor, which may go to a registered slot instead */
    OP_PARTIAL = 64,     /* a call that would wait after some bytes ends with them */
    OP_NO_FIXED = 128,   /* IOSQE_FIXED_FILE is EBADF */
    OP_BUFFER = 256,     /* IOSQE_BUFFER_SELECT: the kernel picks a buffer */
    OP_END_AT_0 = 512,   /* a result of 0 ends what would go on (IORING_RECV_MULTISHOT) */
};

/* One operation. What is special about it is in prep and issue; the others are a system call and its
 * arguments. */
struct uring_op {
    const char *name;
    unsigned flags;
    /* SQE fields that must be 0: a addr, o off, l len, r rw_flags, b buf_index, s splice_fd_in. */
    const char *zero;
    /*
     * The arguments of call, from the first: f the file, d sqe->fd as a number, A addr3, S addr_len, m addr
     * or else len, n off or else len, g msg_flags with MSG_NOSIGNAL, others as above.
     */
    const char *args;
    sys_handler call;
    /* When it is submitted. 0 or negative errno. */
    int (*prep)(struct uring_req *req);
    /* Run it, in place of call; again from the start when it is woken. As sys_handler. */
    int64_t (*issue)(struct uring_req *req);
};

/* ---- ops.c ---- */
const struct uring_op *uring_op(unsigned opcode); /* NULL: not there, EINVAL */
int64_t uring_call(struct uring_req *req);        /* op->call with its arguments */

/* ---- ring.c: memory shared with the guest ---- */
/* Makes the rings for ring's numbers and fills in p's offsets. 0 or negative errno. */
int ring_create(struct uring *ring, struct io_uring_params *p);
uint32_t ring_sq_pending(const struct uring *ring); /* SQEs the guest has made and nobody has taken */
/* Takes the next SQE: false when its index is out of range, and it is dropped. */
bool ring_take_sqe(struct uring *ring, struct io_uring_sqe *sqe);
void ring_commit_sq(struct uring *ring); /* tells the guest what was taken */
/* A completion, in the CQ ring or, when that is full, behind it. */
void ring_post(struct uring *ring, uint64_t user_data, int32_t res, uint32_t flags);
bool ring_has_room(const struct uring *ring); /* the next completion goes into the CQ ring itself */
void ring_flush(struct uring *ring);          /* wakes whom completions since the last time are for */
void ring_signal(struct uring *ring);         /* its eventfd counts, unless the guest said not to */
void ring_flush_overflow(struct uring *ring); /* what has room now goes into the CQ ring */
uint32_t ring_cq_ready(const struct uring *ring);
uint32_t ring_cq_head(const struct uring *ring);
void ring_sq_flag(struct uring *ring, uint32_t flag, bool on); /* IORING_SQ_* */
/* Pages of zeroes at `at` of ring->obj. 0 or -ENOMEM. */
int ring_make_pages(struct uring *ring, uint64_t at, uint64_t bytes);
void ring_destroy(struct uring *ring);

/* ---- setup.c ---- */
/* The ring of a descriptor: 0, -EBADF or -EOPNOTSUPP; *f is borrowed. */
int uring_of(struct task *t, int fd, struct uring **out, struct file **f);
bool file_is_uring(const struct file *f);

/* ---- submit.c ---- */
/* Up to nr requests of t begin: how many were taken, or negative errno. */
int64_t uring_submit(struct task *t, struct uring *ring, unsigned nr);

void uring_release_held(struct uring *ring); /* chains that no drain keeps back any more begin */

/* ---- request.c ---- */
unsigned chain_length(const struct uring_req *head); /* requests, with those linked behind it */
struct uring_req *req_create(struct uring *ring, struct task *owner, const struct io_uring_sqe *sqe);
void req_free(struct uring_req *req);
void req_start(struct uring_req *req); /* the head of a chain begins now */
void req_queue(struct uring_req *req); /* ... as soon as what is going on is over */
/* It ends with this result, or begins to wait: for what the last two return. */
void req_complete(struct uring_req *req, int64_t result);
/* One more result of a multishot request, which goes on. */
void req_post_more(struct uring_req *req, int32_t result);
void req_stop(struct uring_req *req, int result); /* it will end with this, and not run again */
void req_wait(struct uring_req *req,
              uint64_t deadline);            /* the end of an issue that waits: SYS_BLOCK follows */
void uring_run_deferred(struct uring *ring); /* IORING_SETUP_DEFER_TASKRUN: the issuer asks */

/* ---- op_timeout.c ---- */
void timeouts_counted(struct uring *ring); /* ends those that waited for as many completions as there were */
void link_timeout_arm(struct uring_req *guard); /* from now on it watches guard->guarded */

/* ---- op_cancel.c ---- */
/* The first request but `except` that waits, was submitted with this number and is an op (NULL: any). NULL:
 * none. */
struct uring_req *uring_find(struct uring *ring, uint64_t user_data, const struct uring_op *op,
                             const struct uring_req *except);

/* ---- resources.c ---- */
int64_t files_register(struct task *t, struct uring *ring, uint64_t ufds, unsigned n, uint64_t utags);
int64_t buffers_register(struct task *t, struct uring *ring, uint64_t uvec, unsigned n, uint64_t utags);
int64_t table_unregister(struct uring *ring, struct uring_table *tab);
/* n slots from offset get new files / buffers: how many, or negative errno. */
int64_t files_update(struct task *t, struct uring *ring, unsigned offset, uint64_t ufds, unsigned n,
                     uint64_t utags);
int64_t buffers_update(struct task *t, struct uring *ring, unsigned offset, uint64_t uvec, unsigned n,
                       uint64_t utags);
/* file_index of an SQE: fd's file moves to slot index - 1. 0 or negative errno; fd is closed. */
int64_t files_install(struct task *t, struct uring *ring, int fd, unsigned index);
int64_t files_close(struct uring *ring, unsigned index);         /* IORING_OP_CLOSE of a slot */
struct file *files_get_slot(struct uring *ring, unsigned index); /* borrowed, NULL: none */
/* [addr, addr + len) must lie in the registered buffer. 0 or -EFAULT. */
int buffer_check(const struct uring *ring, unsigned index, uint64_t addr, uint64_t len);

/* ---- kbuf.c: buffers that the kernel picks ---- */
/* The next buffer of the request's group, and how much of it is wanted (0: all). 0 or -ENOBUFS. */
int kbuf_pick(struct uring_req *req, uint64_t *addr, uint32_t *len);
void kbuf_used(struct uring_req *req, uint32_t bytes); /* what was picked is told in the next completion */
void kbuf_give_back(struct uring_req *req);            /* what was picked is there for others again */
void kbuf_free_all(struct uring *ring);
int64_t kbuf_register_ring(struct task *t, struct uring *ring, uint64_t uarg, unsigned n);
int64_t kbuf_unregister_ring(struct task *t, struct uring *ring, uint64_t uarg, unsigned n);
int kbuf_may_mmap(const struct uring *ring,
                  uint64_t off); /* at the offset of a ring of buffers: 0 or -ENOMEM */
int64_t kbuf_status(struct task *t, struct uring *ring, uint64_t uarg, unsigned n);
int provide_prep(struct uring_req *req);
int64_t provide_issue(struct uring_req *req);
int remove_prep(struct uring_req *req);
int64_t remove_issue(struct uring_req *req);

/* ---- the operations that are more than a system call ---- */
int rw_prep(struct uring_req *req);
int64_t rw_issue(struct uring_req *req);
int read_multishot_prep(struct uring_req *req);
int64_t read_multishot_issue(struct uring_req *req);
int poll_prep(struct uring_req *req);
int64_t poll_issue(struct uring_req *req);
int poll_remove_prep(struct uring_req *req);
int64_t poll_remove_issue(struct uring_req *req);
int timeout_prep(struct uring_req *req);
int64_t timeout_issue(struct uring_req *req);
int timeout_remove_prep(struct uring_req *req);
int64_t timeout_remove_issue(struct uring_req *req);
int64_t link_timeout_issue(struct uring_req *req);
int cancel_prep(struct uring_req *req);
int64_t cancel_issue(struct uring_req *req);

#endif
