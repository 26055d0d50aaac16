/* aio.h - what the two halves of asynchronous I/O share: contexts (aio.c) and requests (aio_submit.c). */
#ifndef SYSCALLS_FS_AIO_H
#define SYSCALLS_FS_AIO_H

#include <linux/aio_abi.h>

#include "fs_calls.h"

struct aio_context {
    struct list_head node;  /* kernel.aio */
    uint64_t mm_id;         /* the address space it belongs to */
    uint64_t user_id;       /* where the ring is mapped: the guest's name for the context */
    unsigned id;            /* index among the contexts of its address space, in the ring's header */
    unsigned max_reqs;      /* as io_setup was asked */
    unsigned nr_slots;      /* events that fit in the ring */
    uint64_t size;          /* of the ring, bytes */
    struct file *ring;      /* "/[aio] (deleted)" */
    struct list_head polls; /* struct aio_poll: requests that are not over */
    unsigned nr_polls;
    struct waitq wait; /* io_getevents */
};

/* IOCB_CMD_POLL: looked at again whenever somebody asks the context for events. */
struct aio_poll {
    struct list_head node;
    struct file *file, *resfd; /* references held; resfd may be NULL */
    uint64_t data, obj;
    unsigned events;
};

/* The context that the guest calls id, NULL: none (EINVAL). */
struct aio_context *aio_lookup(struct task *t, uint64_t id);
/* May one more request begin? Its event must find room in the ring. */
bool aio_has_room(const struct aio_context *ctx);
/* One request is over: its event goes into the ring, waiters wake, resfd (may be NULL) counts. */
void aio_complete(struct task *t, struct aio_context *ctx, const struct io_event *e, struct file *resfd);
/* Ends the polls that are ready; wait: t also waits for the others. */
void aio_check_polls(struct task *t, struct aio_context *ctx, bool wait);
void aio_poll_free(struct aio_context *ctx, struct aio_poll *p);

#endif
