/*
 * userfaultfd.c - page faults that another task answers: userfaultfd(2), its ioctls and messages
 * (fs/userfaultfd.c, 6.18).
 *
 * Who waits for a page is in uffd_wait.c. Not there: the events of fork, mremap, munmap and madvise, WP_ASYNC
 * and WP_UNPOPULATED; UFFDIO_API refuses these features.
 */
#include "../handlers.h"
#include "uffd.h"

#include <linux/capability.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* Newer than the headers of some supported systems. */
#define USER_MODE_ONLY    1u
#define FEATURE_THREAD_ID (UINT64_C(1) << 8)
/* WP, MISSING_*, SIGBUS, THREAD_ID, MINOR_*, EXACT_ADDRESS, WP_HUGETLBFS_SHMEM, POISON, MOVE */
#define FEATURES           UINT64_C(0x15fb1)
#define FEATURE_READY      (UINT64_C(1) << 63) /* ours: UFFDIO_API was called */
#define MODE_MISSING       UINT64_C(1)
#define MODE_WP            UINT64_C(2)
#define MODE_MINOR         UINT64_C(4)
#define API_IOCTLS         UINT64_C(0x8000000000000003)
#define RANGE_IOCTLS       UINT64_C(0x1fc) /* WAKE COPY ZEROPAGE MOVE WRITEPROTECT CONTINUE POISON */
#define RANGE_WRITEPROTECT (UINT64_C(1) << 6)
#define RANGE_CONTINUE     (UINT64_C(1) << 7)
#define DONTWAKE           UINT64_C(1)
#define FILL_WP            UINT64_C(2)
#define ALLOW_SRC_HOLES    UINT64_C(2)
#define NR_MOVE            0x05
#define NR_CONTINUE        0x07
#define NR_POISON          0x08

/* ---- messages ---- */

static struct fault_wait *next_untold(struct uffd *u)
{
    uffd_forget_strays(u);
    list_for_each (n, &u->faults)
        if (!container_of(n, struct fault_wait, node)->told)
            return container_of(n, struct fault_wait, node);
    return NULL;
}

static int64_t uffd_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct uffd *u = f->priv;
    struct fault_wait *w;
    uint64_t done = 0;

    if (!(u->features & FEATURE_READY) || len < sizeof(struct uffd_msg))
        return -EINVAL;
    for (; done + sizeof(struct uffd_msg) <= len && (w = next_untold(u)); done += sizeof(struct uffd_msg)) {
        struct uffd_msg msg = {.event = UFFD_EVENT_PAGEFAULT};

        msg.arg.pagefault.flags = w->flags;
        msg.arg.pagefault.address = w->addr;
        if (u->features & FEATURE_THREAD_ID)
            msg.arg.pagefault.feat.ptid = (uint32_t)w->tid;
        w->told = true;
        memcpy((char *)buf + done, &msg, sizeof(msg));
    }
    if (done)
        return (int64_t)done;
    return f->flags & O_NONBLOCK ? -EAGAIN : task_block(t, &u->readers, 0, "read of a userfaultfd");
}

static unsigned uffd_poll(struct task *t, struct file *f, bool wait)
{
    struct uffd *u = f->priv;

    if (wait)
        task_wait_add(t, &u->readers);
    /* A blocking descriptor could block after poll had said it would not (userfaultfd_poll). */
    if (!(u->features & FEATURE_READY) || !(f->flags & O_NONBLOCK))
        return POLLERR;
    return next_untold(u) ? POLLIN : 0;
}

static uint64_t uffd_changes(struct file *f)
{
    return ((struct uffd *)f->priv)->changes;
}

static void uffd_fdinfo(struct file *f, FILE *out)
{
    struct uffd *u = f->priv;
    unsigned long pending = 0, total = 0;

    list_for_each (n, &u->faults) {
        pending += !container_of(n, struct fault_wait, node)->told;
        total++;
    }
    fprintf(out, "pending:\t%lu\ntotal:\t%lu\nAPI:\t%llx:%lx:%llx\n", pending, total,
            (unsigned long long)UFFD_API, (unsigned long)(u->features & ~FEATURE_READY),
            (unsigned long long)(API_IOCTLS | RANGE_IOCTLS));
}

static void uffd_release(struct file *f)
{
    struct uffd *u = f->priv;

    mm_uffd_release(u->mm, u->id);
    uffd_wake_range(u, 0, UINT64_MAX);
    list_del(&u->node);
    mm_put(u->mm);
    free(u);
}

/* ---- ioctls ---- */

/* validate_range() */
static int check_range(const struct task *t, uint64_t start, uint64_t len)
{
    if ((start | len) & ~MM_PAGE_MASK || !len || start < t->k->sys.mmap_min_addr || start >= MM_TASK_SIZE ||
        len > MM_TASK_SIZE - start)
        return -EINVAL;
    return 0;
}

static int64_t do_api(struct task *t, struct uffd *u, uint64_t arg)
{
    struct uffdio_api api, answer = {0};
    int err = 0;

    if (mm_copy_in(t->mm, &api, arg, sizeof(api)))
        return -EFAULT;
    if (api.api != UFFD_API || api.features & ~FEATURES || u->features & FEATURE_READY) {
        err = -EINVAL;
    } else {
        answer = (struct uffdio_api){UFFD_API, FEATURES, API_IOCTLS};
        u->features = api.features | FEATURE_READY;
        if (api.features & FEATURE_SIGBUS)
            u->id |= MM_UFFD_USER_ONLY;
    }
    return mm_copy_out(t->mm, arg, &answer, sizeof(answer)) ? -EFAULT : err;
}

static int64_t do_register(struct task *t, struct uffd *u, uint64_t arg)
{
    struct uffdio_register reg;
    uint64_t modes = 0, ioctls = RANGE_IOCTLS;
    int err;

    if (mm_copy_in(t->mm, &reg, arg, 24))
        return -EFAULT;
    if (!reg.mode || reg.mode & ~(MODE_MISSING | MODE_WP | MODE_MINOR))
        return -EINVAL;
    err = check_range(t, reg.range.start, reg.range.len);
    if (err)
        return err;
    modes |= reg.mode & MODE_MISSING ? VM_UFFD_MISSING : 0;
    modes |= reg.mode & MODE_WP ? VM_UFFD_WP : 0;
    modes |= reg.mode & MODE_MINOR ? VM_UFFD_MINOR : 0;
    err = mm_uffd_register(u->mm, reg.range.start, reg.range.len, modes, u->id);
    if (err)
        return err;
    if (!(reg.mode & MODE_WP))
        ioctls &= ~RANGE_WRITEPROTECT;
    if (!(reg.mode & MODE_MINOR))
        ioctls &= ~RANGE_CONTINUE;
    return mm_copy_out(t->mm, arg + offsetof(struct uffdio_register, ioctls), &ioctls, 8) ? -EFAULT : 0;
}

/* UFFDIO_UNREGISTER and UFFDIO_WAKE: a range alone. */
static int64_t do_range(struct task *t, struct uffd *u, uint64_t arg, bool unregister)
{
    struct uffdio_range r;
    int err;

    if (mm_copy_in(t->mm, &r, arg, sizeof(r)))
        return -EFAULT;
    err = check_range(t, r.start, r.len);
    if (!err && unregister)
        err = mm_uffd_unregister(u->mm, r.start, r.len, u->id);
    if (!err)
        uffd_wake_range(u, r.start, r.len);
    return err;
}

/* What the filling ioctls have in common once their structures are read. */
struct fill {
    enum mm_uffd_fill how;
    uint64_t dst, src, len, mode, modes; /* modes: those that exist */
    unsigned answer;                     /* where in the structure the count goes */
};

static int64_t fill_pages(struct task *t, struct uffd *u, const struct fill *f)
{
    bool protect = f->modes & FILL_WP && f->mode & FILL_WP;
    int64_t done = 0, err = mm_uffd_check_fill(u->mm, f->how, f->dst, f->len, protect);
    uint8_t page[MM_PAGE_SIZE];

    for (; !err && (uint64_t)done < f->len; done += err ? 0 : (int64_t)MM_PAGE_SIZE) {
        if (f->how == MM_UFFD_COPY && mm_copy_in(t->mm, page, f->src + (uint64_t)done, sizeof(page)))
            err = -EFAULT;
        else
            err = mm_uffd_fill_page(u->mm, f->how, f->dst + (uint64_t)done,
                                    f->how == MM_UFFD_COPY ? page : NULL, protect);
    }
    return done ? done : err;
}

/* The count, or the error, goes back in the structure; less than asked for is EAGAIN. */
static int64_t finish(struct task *t, struct uffd *u, uint64_t arg, const struct fill *f, int64_t done)
{
    if (mm_copy_out(t->mm, arg + f->answer, &done, sizeof(done)))
        return -EFAULT;
    if (done < 0)
        return done;
    if (!(f->mode & DONTWAKE))
        uffd_wake_range(u, f->dst, (uint64_t)done);
    return (uint64_t)done == f->len ? 0 : -EAGAIN;
}

static int64_t do_copy(struct task *t, struct uffd *u, uint64_t arg)
{
    struct uffdio_copy c;
    int err;

    if (mm_copy_in(t->mm, &c, arg, offsetof(struct uffdio_copy, copy)))
        return -EFAULT;
    struct fill f = {
        MM_UFFD_COPY, c.dst, c.src, c.len, c.mode, DONTWAKE | FILL_WP, offsetof(struct uffdio_copy, copy)};
    if (c.src + c.len <= c.src)
        return -EINVAL;
    err = check_range(t, c.dst, c.len);
    if (err || c.mode & ~f.modes)
        return err ? err : -EINVAL;
    return finish(t, u, arg, &f, fill_pages(t, u, &f));
}

/* UFFDIO_ZEROPAGE, _CONTINUE and _POISON: range, mode, count. */
static int64_t do_fill(struct task *t, struct uffd *u, uint64_t arg, enum mm_uffd_fill how)
{
    struct uffdio_zeropage z;
    int err;

    if (mm_copy_in(t->mm, &z, arg, offsetof(struct uffdio_zeropage, zeropage)))
        return -EFAULT;
    struct fill f = {how,
                     z.range.start,
                     0,
                     z.range.len,
                     z.mode,
                     DONTWAKE | (how == MM_UFFD_CONTINUE ? FILL_WP : 0),
                     offsetof(struct uffdio_zeropage, zeropage)};
    err = check_range(t, f.dst, f.len);
    if (err || z.mode & ~f.modes)
        return err ? err : -EINVAL;
    return finish(t, u, arg, &f, fill_pages(t, u, &f));
}

static int64_t do_write_protect(struct task *t, struct uffd *u, uint64_t arg)
{
    struct uffdio_writeprotect wp;
    bool protect;
    int err;

    if (mm_copy_in(t->mm, &wp, arg, sizeof(wp)))
        return -EFAULT;
    err = check_range(t, wp.range.start, wp.range.len);
    if (err)
        return err;
    protect = wp.mode & UFFDIO_WRITEPROTECT_MODE_WP;
    if (wp.mode & ~(UFFDIO_WRITEPROTECT_MODE_DONTWAKE | UFFDIO_WRITEPROTECT_MODE_WP) ||
        (protect && wp.mode & UFFDIO_WRITEPROTECT_MODE_DONTWAKE))
        return -EINVAL;
    err = mm_uffd_write_protect(u->mm, wp.range.start, wp.range.len, protect);
    if (!err && !protect && !(wp.mode & UFFDIO_WRITEPROTECT_MODE_DONTWAKE))
        uffd_wake_range(u, wp.range.start, wp.range.len);
    return err;
}

static int64_t do_move(struct task *t, struct uffd *u, uint64_t arg)
{
    struct {
        uint64_t dst, src, len, mode;
        int64_t move;
    } m;
    struct fill f = {.answer = 32};
    int err;

    if (mm_copy_in(t->mm, &m, arg, 32))
        return -EFAULT;
    if (u->mm != t->mm)
        return -EINVAL;
    err = check_range(t, m.dst, m.len);
    if (!err)
        err = check_range(t, m.src, m.len);
    if (err || m.mode & ~(DONTWAKE | ALLOW_SRC_HOLES))
        return err ? err : -EINVAL;
    f.dst = m.dst, f.len = m.len, f.mode = m.mode;
    return finish(t, u, arg, &f, mm_uffd_move(u->mm, m.dst, m.src, m.len, m.mode & ALLOW_SRC_HOLES, u->id));
}

static int64_t uffd_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    struct uffd *u = f->priv;

    if (cmd == UFFDIO_API)
        return do_api(t, u, arg);
    if (!(u->features & FEATURE_READY))
        return -EINVAL;
    switch (cmd) {
    case UFFDIO_REGISTER:
        return do_register(t, u, arg);
    case UFFDIO_UNREGISTER:
        return do_range(t, u, arg, true);
    case UFFDIO_WAKE:
        return do_range(t, u, arg, false);
    case UFFDIO_COPY:
        return do_copy(t, u, arg);
    case UFFDIO_ZEROPAGE:
        return do_fill(t, u, arg, MM_UFFD_ZERO);
    case UFFDIO_WRITEPROTECT:
        return do_write_protect(t, u, arg);
    case _IOWR(UFFDIO, NR_CONTINUE, struct uffdio_zeropage):
        return do_fill(t, u, arg, MM_UFFD_CONTINUE);
    case _IOWR(UFFDIO, NR_POISON, struct uffdio_zeropage):
        return do_fill(t, u, arg, MM_UFFD_POISON);
    case _IOWR(UFFDIO, NR_MOVE, struct uffdio_copy):
        return do_move(t, u, arg);
    default:
        return -EINVAL;
    }
}

static const struct file_ops uffd_ops = {
    .read = uffd_read,
    .ioctl = uffd_ioctl,
    .poll = uffd_poll,
    .changes = uffd_changes,
    .show_fdinfo = uffd_fdinfo,
    .release = uffd_release,
};

/* ---- the call ---- */

/* The lowest free number, 0: there is none. */
static uint16_t free_id(struct kernel *k)
{
    for (uint16_t id = 1; id <= MM_UFFD_ID; id++) {
        bool taken = false;

        list_for_each (n, &k->uffds)
            taken |= (container_of(n, struct uffd, node)->id & MM_UFFD_ID) == id;
        if (!taken)
            return id;
    }
    return 0;
}

int64_t sys_userfaultfd(struct task *t, const uint64_t a[6])
{
    unsigned flags = arg_uint(a[0]);
    struct uffd *u;
    struct file *f;

    if (!(flags & USER_MODE_ONLY) && !capable(t, CAP_SYS_PTRACE))
        return -EPERM;
    if (flags & ~(USER_MODE_ONLY | O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    u = calloc(1, sizeof(*u));
    if (!u)
        return -ENOMEM;
    u->id = free_id(t->k);
    list_init(&u->faults);
    waitq_init(&u->readers);
    f = u->id ? anon_file(t->k, "[userfaultfd]", &uffd_ops, u, O_RDONLY | (flags & O_NONBLOCK)) : NULL;
    if (!f) {
        free(u);
        return -ENFILE;
    }
    if (flags & USER_MODE_ONLY)
        u->id |= MM_UFFD_USER_ONLY;
    u->mm = mm_get(t->mm);
    list_add_tail(&t->k->uffds, &u->node);
    return fd_install_new(t, f, flags & O_CLOEXEC);
}
