/*
 * userfaultfd.c - page faults that another task answers: userfaultfd(2) and its ioctls (fs/userfaultfd.c, 6.18).
 */
#include "../handlers.h"
#include "uffd.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* Newer than the headers of some supported systems. */
#define USER_MODE_ONLY     1u
#define FEATURES           UINT64_C(0x1ffff)
#define WP_UNPOPULATED     (UINT64_C(1) << 13)
#define WP_ASYNC           (UINT64_C(1) << 15)
#define MODE_MISSING       UINT64_C(1)
#define MODE_WP            UINT64_C(2)
#define MODE_MINOR         UINT64_C(4)
#define RANGE_WRITEPROTECT (UINT64_C(1) << 6)
#define RANGE_CONTINUE     (UINT64_C(1) << 7)
#define DONTWAKE           UINT64_C(1)
#define FILL_WP            UINT64_C(2)
#define ALLOW_SRC_HOLES    UINT64_C(2)
#define NR_MOVE            0x05
#define NR_CONTINUE        0x07
#define NR_POISON          0x08

/* ---- ioctls ---- */

/* Does anybody still run in the address space (mmget_not_zero)? */
static bool is_used(const struct uffd *u, const struct kernel *k)
{
    list_for_each (n, &k->tasks)
        if (container_of(n, struct task, node)->mm == u->mm)
            return true;
    return false;
}

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
    if (api.api != UFFD_API) {
        err = -EINVAL;
    } else if (api.features & UFFD_FEATURE_EVENT_FORK && !capable(t, CAP_SYS_PTRACE)) {
        err = -EPERM;
    } else if (api.features & ~FEATURES || u->features & FEATURE_READY) {
        err = -EINVAL;
    } else {
        answer = (struct uffdio_api){UFFD_API, FEATURES, API_IOCTLS};
        if (api.features & WP_ASYNC)
            api.features |= WP_UNPOPULATED;
        u->features = api.features | FEATURE_READY;
        u->id |= api.features & FEATURE_SIGBUS ? MM_UFFD_USER_ONLY : 0;
        u->id |= api.features & UFFD_FEATURE_EVENT_REMAP ? MM_UFFD_MOVES : 0;
        u->id |= api.features & UFFD_FEATURE_EVENT_FORK ? MM_UFFD_FORKS : 0;
        u->id |= api.features & UFFD_FEATURE_EVENT_REMOVE ? MM_UFFD_TELLS : 0;
        u->id |= api.features & WP_UNPOPULATED ? MM_UFFD_EMPTY : 0;
        u->id |= api.features & WP_ASYNC ? MM_UFFD_ASYNC : 0;
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
    if (!is_used(u, t->k))
        return -ENOMEM;
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
    if (!err && unregister && !is_used(u, t->k))
        err = -ENOMEM;
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
    int64_t done = 0, err;
    uint8_t page[MM_PAGE_SIZE];

    if (!is_used(u, t->k))
        return -ESRCH;
    err = mm_uffd_check_fill(u->mm, f->how, f->dst, f->len, protect);
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

/* While events are to be read the areas may not be what the caller thinks. answer: where the error goes, too. */
static int changing(struct task *t, const struct uffd *u, uint64_t answer)
{
    int64_t again = -EAGAIN;

    if (list_empty(&u->events))
        return 0;
    return mm_copy_out(t->mm, answer, &again, sizeof(again)) ? -EFAULT : -EAGAIN;
}

static int64_t do_copy(struct task *t, struct uffd *u, uint64_t arg)
{
    struct uffdio_copy c;
    int err = changing(t, u, arg + offsetof(struct uffdio_copy, copy));

    if (err)
        return err;
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
    int err = changing(t, u, arg + offsetof(struct uffdio_zeropage, zeropage));

    if (err)
        return err;
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

    if (!list_empty(&u->events))
        return -EAGAIN;
    if (mm_copy_in(t->mm, &wp, arg, sizeof(wp)))
        return -EFAULT;
    err = check_range(t, wp.range.start, wp.range.len);
    if (err)
        return err;
    protect = wp.mode & UFFDIO_WRITEPROTECT_MODE_WP;
    if (wp.mode & ~(UFFDIO_WRITEPROTECT_MODE_DONTWAKE | UFFDIO_WRITEPROTECT_MODE_WP) ||
        (protect && wp.mode & UFFDIO_WRITEPROTECT_MODE_DONTWAKE))
        return -EINVAL;
    if (!is_used(u, t->k))
        return -ESRCH;
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
    int err = changing(t, u, arg + f.answer);

    if (err)
        return err;
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

int64_t uffd_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
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

struct uffd *uffd_create(struct kernel *k, struct mm *mm, uint16_t id, unsigned open_flags)
{
    struct uffd *u = calloc(1, sizeof(*u));

    if (!u)
        return NULL;
    u->id = id;
    u->mm = mm_get(mm);
    u->open_flags = open_flags;
    list_init(&u->faults);
    list_init(&u->events);
    waitq_init(&u->readers);
    list_add_tail(&k->uffds, &u->node);
    return u;
}

void uffd_destroy(struct uffd *u)
{
    mm_uffd_release(u->mm, u->id);
    uffd_wake_range(u, 0, UINT64_MAX);
    while (!list_empty(&u->events))
        uffd_withdraw(list_first(&u->events, struct uffd_event, node));
    list_del(&u->node);
    mm_put(u->mm);
    free(u);
}

int uffd_install(struct task *t, struct uffd *u)
{
    struct file *f = anon_file(t->k, "[userfaultfd]", &uffd_ops, u, O_RDONLY | (u->open_flags & O_NONBLOCK));

    int fd = f ? fd_install(t, f, 0, u->open_flags & O_CLOEXEC) : -ENFILE;

    if (f && fd < 0) {
        f->priv = NULL; /* u stays the caller's */
        file_put(f);
    }
    return fd;
}

int64_t sys_userfaultfd(struct task *t, const uint64_t a[6])
{
    unsigned flags = arg_uint(a[0]);
    uint16_t id = free_id(t->k);
    struct uffd *u;
    int64_t fd;

    if (!(flags & USER_MODE_ONLY) && !capable(t, CAP_SYS_PTRACE))
        return -EPERM;
    if (flags & ~(USER_MODE_ONLY | O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    if (flags & USER_MODE_ONLY)
        id |= MM_UFFD_USER_ONLY;
    u = id & MM_UFFD_ID ? uffd_create(t->k, t->mm, id, flags) : NULL;
    fd = u ? uffd_install(t, u) : -ENFILE;
    if (u && fd < 0)
        uffd_destroy(u);
    return fd;
}
