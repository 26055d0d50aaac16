/*
 * model.c - libmseal-mm's side: the same process as native.c makes, without a kernel.
 */
#include "fuzz.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define GUEST_RAM (UINT64_C(16) << 20)
#define SMALL_RAM                                                                                            \
    (UINT64_C(2)                                                                                             \
     << 20) /* of a world of a few pages, which are made by the hundred thousand                 \
                         */

struct model_file {
    struct mm_file mf;
    const char *name;
};

struct model {
    struct fuzz_machine machine;
    struct fuzz_cpu *cpu; /* NULL: none */
    const struct mseal_design *design;
    struct mm_system sys;
    bool small; /* sys is that of a small world, to be used again */
    struct mm *mm;
    struct mm *parents[MAX_PARENTS + 1]; /* of the process that runs: they wait for its end */
    unsigned nparents;
    struct model_file *file[5]; /* FD_MEMFD0 ... */
};

struct mm *model_mm(struct model *m)
{
    return m->mm;
}

static size_t file_path(const struct mm_file *f, char *buf, size_t size)
{
    int n = snprintf(buf, size, "%s", ((const struct model_file *)f)->name);

    return n < 0 || !size ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static void file_release(struct mm_file *f)
{
    vm_object_put(f->obj);
    free(f);
}

/* Takes over the reference on obj. */
static struct model_file *file_create(struct vm_object *obj, const char *name, bool writable, uint64_t ino)
{
    struct model_file *f = obj ? calloc(1, sizeof(*f)) : NULL;

    if (!f)
        return NULL;
    f->mf = (struct mm_file){.obj = obj,
                             .refs = 1,
                             .readable = true,
                             .writable = writable,
                             .dev = 1,
                             .ino = ino,
                             .path = file_path,
                             .release = file_release};
    f->name = name;
    return f;
}

struct mm_file *model_file(struct model *m, int fd)
{
    return fd >= FD_MEMFD0 && fd <= FD_FILLER ? &m->file[fd - FD_MEMFD0]->mf : NULL;
}

static struct vm_object *memfd_object(struct model *m)
{
    struct vm_object *obj = mm_memfd_object(&m->sys, MM_PAGE_SIZE, true, false);

    if (obj)
        vm_object_truncate(obj, MEMFD_PAGES * MM_PAGE_SIZE);
    return obj;
}

static int make_files(struct model *m)
{
    struct vm_object *memfd0 = memfd_object(m);

    if (!memfd0)
        return -ENOMEM;
    m->file[0] = file_create(memfd0, "/memfd:memfd0 (deleted)", true, 1000);
    m->file[1] = file_create(memfd_object(m), "/memfd:memfd1 (deleted)", true, 1001);
    m->file[2] = file_create(vm_object_get(memfd0), "/memfd:memfd0 (deleted)", false, 1000);
    m->file[3] = file_create(vm_object_create(&m->sys, OBJ_ZERO, 0, NULL, NULL), "/dev/zero", true, 5);
    m->file[4] = file_create(mm_memfd_object(&m->sys, MM_PAGE_SIZE, false, false), "/memfd:filler (deleted)",
                             true, 1002);
    for (int i = 0; i < 5; i++) {
        if (!m->file[i])
            return -ENOMEM;
    }
    m->file[3]->mf.noexec = m->machine.dev_noexec;
    return 0;
}

static int64_t fill(struct model *m, uint64_t start, uint64_t end)
{
    return mm_mmap(m->mm, start, end - start, PROT_NONE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE,
                   model_file(m, FD_FILLER), 0);
}

/* Memory of a small world is used again: asking the host for it takes longer than the world lasts. */
static int start_system(struct model *m, bool small)
{
    if (m->small && small)
        return 0;
    if (m->small)
        mm_system_destroy(&m->sys);
    m->small = small;
    return mm_system_init(&m->sys, small ? SMALL_RAM : GUEST_RAM);
}

int model_start(struct model *m, const struct fuzz_world *w)
{
    struct mm_owner root = {
        .pid = 1, .cap_ipc_lock = w->cap_ipc_lock, .cap_sys_admin = true, .cap_sys_nice = true};
    struct mm_layout *l;
    struct mm_stats st;
    int64_t err;

    err = start_system(m, w->pages && w->pages <= 4);
    if (err)
        return (int)err;
    m->sys.no_pkeys = !m->machine.pkeys;
    m->nparents = 0;
    m->mm = mm_create(&m->sys, m->design);
    if (!m->mm)
        return -ENOMEM;
    if (m->machine.pkeys)
        mm_set_pkru(m->mm, FUZZ_PKRU_INIT);
    err = make_files(m);
    if (err)
        return (int)err;
    mm_set_owner(m->mm, &root);
    mm_set_rlimit(m->mm, MM_RLIMIT_STACK, 8 << 20);
    l = mm_layout(m->mm);
    l->start_brk = l->brk = fuzz_brk_base(w);
    l->mmap_base = MM_TASK_SIZE - (UINT64_C(1) << 30);
    l->stack_top = l->start_stack = MM_TASK_SIZE;
    err = fill(m, FILLER_START, ARENA);
    if (err >= 0)
        err = fill(m, ARENA_END, SCRATCH);
    if (err >= 0 && w->pages && w->pages < ARENA_PAGES)
        err = fill(m, ARENA + w->pages * MM_PAGE_SIZE, ARENA_END);
    if (err >= 0)
        err = fill(m, SCRATCH + MM_PAGE_SIZE, MM_TASK_SIZE);
    if (err >= 0)
        err = mm_mmap(m->mm, SCRATCH, MM_PAGE_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
    mm_set_rlimit(m->mm, MM_RLIMIT_MEMLOCK, w->memlock);
    mm_get_stats(m->mm, &st);
    if (w->as_room)
        mm_set_rlimit(m->mm, MM_RLIMIT_AS, (st.total_vm + w->as_room) << MM_PAGE_SHIFT);
    if (w->data_room)
        mm_set_rlimit(m->mm, MM_RLIMIT_DATA, (st.data_vm + w->data_room) << MM_PAGE_SHIFT);
    return err < 0 ? (int)err : 0;
}

void model_stop(struct model *m)
{
    mm_put(m->mm);
    while (m->nparents)
        mm_put(m->parents[--m->nparents]);
    for (int i = 0; i < 5; i++) {
        if (m->file[i])
            mm_file_put(&m->file[i]->mf);
        m->file[i] = NULL;
    }
    m->mm = NULL;
    if (!m->small)
        mm_system_destroy(&m->sys);
}

struct model *model_create(const char *design)
{
    struct model *m = calloc(1, sizeof(*m));

    if (!m)
        return NULL;
    m->design = mseal_design_find(design);
    if (!m->design) {
        fprintf(stderr, "mseal-emu fuzz: no design is called %s\n", design);
        free(m);
        return NULL;
    }
    return m;
}

void model_on_machine(struct model *m, struct fuzz_machine machine)
{
    m->machine = machine;
}

void model_on_cpu(struct model *m, struct fuzz_cpu *c)
{
    m->cpu = c;
}

struct fuzz_cpu *model_cpu(const struct model *m)
{
    return m->cpu;
}

void model_destroy(struct model *m)
{
    if (m && m->small)
        mm_system_destroy(&m->sys);
    free(m);
}

/* Go on in a forked child (the parent stays), or only look at one: its picture is the call's. */
static int64_t model_fork(struct model *m, bool stay)
{
    struct mm *child;
    int err = -EAGAIN;

    if (stay && m->nparents == MAX_PARENTS)
        return -EAGAIN;
    child = mm_fork(m->mm, &err);
    if (!child)
        return err;
    m->parents[m->nparents++] = m->mm;
    m->mm = child;
    return 0;
}

/* The host's side reads four bytes, writes four bytes, or executes an instruction that adds to the scratch
 * page. */
static int64_t access_page(struct model *m, int kind, uint64_t addr, uint64_t value)
{
    unsigned access = kind == CALL_READ ? MM_READ : kind == CALL_WRITE ? MM_WRITE : MM_EXEC;
    struct mm_fault f;
    uint8_t *p;
    int32_t word;

    if (mm_fault(m->mm, addr, access, &f))
        return FAULT(f.signo, f.code, f.addr != addr);
    p = m->sys.phys.base + f.paddr + (addr & ~MM_PAGE_MASK);
    if (kind == CALL_READ) {
        memcpy(&word, p, sizeof(word));
        return word & 0x7fffffff;
    }
    word = (int32_t)value;
    if (kind == CALL_WRITE)
        memcpy(p, &word, sizeof(word));
    return 0;
}

/* The answer is what PKRU was: rights that a call changed and should not have, or the other way round. */
static int64_t set_rights(struct model *m, uint64_t key, uint64_t rights)
{
    uint32_t old = mm_pkru(m->mm);

    if (!m->machine.pkeys)
        return -ENOSYS;
    mm_set_pkru(m->mm, fuzz_with_rights(old, key, rights));
    return old;
}

int64_t model_call(struct model *m, const struct fuzz_op *op)
{
    const struct fuzz_call *c = &fuzz_calls[op->call];

    switch (c->kind) {
    case CALL_READ:
    case CALL_WRITE:
    case CALL_EXEC:
        return access_page(m, c->kind, op->a[0], op->a[1]);
    case CALL_RIGHTS:
        return set_rights(m, op->a[0], op->a[1]);
    case CALL_FORK_LOOK:
    case CALL_FORK_STAY:
        return model_fork(m, c->kind == CALL_FORK_STAY);
    default:
        return c->model(m, op->a);
    }
}

void model_look_ends(struct model *m)
{
    mm_put(m->mm);
    m->mm = m->parents[--m->nparents];
}

bool model_has_pkeys(const struct model *m)
{
    return m->machine.pkeys;
}

const char *model_design(const struct model *m)
{
    return m->design->name;
}

void model_run(struct model *m, const struct fuzz_op *op, struct fuzz_answer *out, bool picture)
{
    out->ret = model_call(m, op);
    out->picture[0] = 0;
    if (picture)
        picture_from_model(m, out->picture, sizeof(out->picture));
    if (fuzz_calls[op->call].kind == CALL_FORK_LOOK && out->ret == 0)
        model_look_ends(m);
    mm_tlb_flush_needed(m->mm);
}
