/*
 * mm_fuzzer.c - libFuzzer target: any bytes as a sequence of memory calls on a small machine where everything runs out.
 *
 * The first bytes choose the design and the machine: RAM, number of VMAs, limits. Each byte after them names an operation that
 * reads its arguments from what follows. Built with MM_DEBUG, mm/ checks itself after every change; here is asked besides
 * that every frame and table node is held as often as it is shown, that what a processor was handed is still true unless
 * it was told to forget, and that nothing is left when the last process has gone. What the right answers are is not asked:
 * that is `make fuzz-kernel`. MM_FUZZ_TRACE=1 in the environment shows each operation and the address space before it.
 */
#include "mm/mm.h"
#include "mm/uapi.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>

#define PROCESSES  6
#define SNAPSHOTS  4
#define FILES      5
#define FILE_PAGES 24u
#define HANDED     32 /* entries of the processor that are remembered */
#define MAX_OPS    120
#define KEYS       3 /* of System V segments */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct process {
    struct mm *mm; /* NULL: none */
    struct handed {
        uint64_t addr, paddr;
        unsigned perms;
    } handed[HANDED];
    unsigned nhanded;
};

struct world {
    const uint8_t *in, *end;
    struct mm_system sys;
    struct process process[PROCESSES], *p; /* p: the one that runs */
    struct mm_snapshot *snap[SNAPSHOTS];
    struct mm_file *file[FILES];
    unsigned nops;
    unsigned bad_page; /* of the file on disk: reading it fails */
};

/* ---- arguments ------------------------------------------------------------------------------------------ */

static unsigned u8(struct world *w)
{
    return w->in < w->end ? *w->in++ : 0;
}

static unsigned u16(struct world *w)
{
    return u8(w) | u8(w) << 8;
}

static uint64_t u64(struct world *w)
{
    uint64_t n = 0;

    for (int i = 0; i < 4; i++)
        n = n << 16 | u16(w);
    return n;
}

/* Four stretches of 64 pages: across the ends of a leaf, of an upper node, at the top and at the bottom of user space. */
static uint64_t arg_addr(struct world *w)
{
    static const uint64_t base[] = {UINT64_C(0x40200000) - 32 * MM_PAGE_SIZE,
                                    (UINT64_C(1) << 39) - 32 * MM_PAGE_SIZE, MM_TASK_SIZE - 64 * MM_PAGE_SIZE,
                                    UINT64_C(0x10000)};
    unsigned place = u8(w), odd = u8(w);
    uint64_t addr = base[place >> 6] + (place & 63) * MM_PAGE_SIZE;

    if (odd < 240)
        return addr;
    if (odd < 248)
        return addr + odd;
    return odd < 252 ? addr | UINT64_C(1) << 47 << (odd & 15) : odd < 254 ? 0 : u64(w);
}

static uint64_t arg_len(struct world *w)
{
    unsigned n = u8(w);

    if (n < 200)
        return (1 + n % 20) * MM_PAGE_SIZE;
    if (n < 220)
        return (n - 199) * (UINT64_C(1) << 21);
    if (n < 230)
        return UINT64_C(1) << (n - 220 + 30);
    return n < 240 ? n * 100 : n < 250 ? 0 : u64(w);
}

/* One of the bits that exist, a few together, or anything. */
static uint64_t arg_flags(struct world *w)
{
    unsigned n = u8(w);

    return n < 250 ? u16(w) : u64(w);
}

static struct mm_file *arg_file(struct world *w)
{
    return w->file[u8(w) % FILES];
}

/* ---- files ---------------------------------------------------------------------------------------------- */

static int disk_read_page(struct vm_object *obj, uint64_t index, void *page)
{
    const struct world *w = obj->priv;

    if (index == w->bad_page)
        return -EIO;
    memset(page, (int)index + 1, MM_PAGE_SIZE);
    return 0;
}

static int disk_write_back(struct vm_object *obj, uint64_t offset, const void *data, uint64_t len)
{
    const struct world *w = obj->priv;
    const volatile uint8_t *byte = data;

    for (uint64_t i = 0; i < len; i += 64) /* the sanitizer looks whether it may be read */
        (void)byte[i];
    return offset / MM_PAGE_SIZE == w->bad_page ? -ENOSPC : 0;
}

static size_t path(const struct mm_file *f, char *buf, size_t size)
{
    int n = snprintf(buf, size, "/file\n%u", (unsigned)f->ino);

    return n < 0 || !size ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static void release(struct mm_file *f)
{
    vm_object_put(f->obj);
    free(f);
}

static struct mm_file *file_create(struct vm_object *obj, unsigned ino, bool writable)
{
    struct mm_file *f = obj ? calloc(1, sizeof(*f)) : NULL;

    if (!f)
        abort();
    *f = (struct mm_file){.obj = obj,
                          .refs = 1,
                          .readable = true,
                          .writable = writable,
                          .dev = 1,
                          .ino = ino,
                          .path = path,
                          .release = release};
    return f;
}

static void make_files(struct world *w)
{
    static const struct vm_object_ops disk = {.read_page = disk_read_page, .write_back = disk_write_back};

    w->file[0] = file_create(mm_memfd_object(&w->sys, MM_PAGE_SIZE, true, false), 1, true);
    vm_object_truncate(w->file[0]->obj, FILE_PAGES * MM_PAGE_SIZE);
    w->file[1] = file_create(vm_object_get(w->file[0]->obj), 1, false);
    w->file[2] =
        file_create(vm_object_create(&w->sys, OBJ_FILE, FILE_PAGES * MM_PAGE_SIZE - 100, &disk, w), 2, true);
    w->file[3] = file_create(vm_object_create(&w->sys, OBJ_ZERO, 0, NULL, NULL), 3, true);
    w->file[4] =
        file_create(vm_object_create(&w->sys, OBJ_FILE, FILE_PAGES * MM_PAGE_SIZE, &disk, w), 4, true);
    w->file[4]->noexec = true;
}

/* ---- operations ----------------------------------------------------------------------------------------- */

static void op_mmap(struct world *w, struct mm *mm)
{
    static const uint64_t kind[] = {MAP_PRIVATE | MAP_ANONYMOUS,
                                    MAP_PRIVATE | MAP_ANONYMOUS,
                                    MAP_SHARED | MAP_ANONYMOUS,
                                    MAP_PRIVATE,
                                    MAP_SHARED,
                                    MAP_SHARED_VALIDATE,
                                    MAP_DROPPABLE | MAP_ANONYMOUS,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN};
    static const uint64_t extra[] = {0,
                                     0,
                                     0,
                                     MAP_POPULATE,
                                     MAP_LOCKED,
                                     MAP_NORESERVE,
                                     MAP_32BIT,
                                     MAP_HUGETLB,
                                     MAP_FIXED_NOREPLACE,
                                     MAP_SYNC,
                                     MAP_POPULATE | MAP_NONBLOCK};
    uint64_t addr = arg_addr(w), len = arg_len(w), how = u8(w), flags, off = 0;
    struct mm_file *file = NULL;
    unsigned prot = u8(w);

    flags = kind[how & 7] | (how & 8 ? 0 : MAP_FIXED) | extra[(how >> 4) % 11];
    if (prot >= 250)
        flags = arg_flags(w);
    if (!(flags & MAP_ANONYMOUS)) {
        file = arg_file(w);
        off = u8(w) % (FILE_PAGES + 2) * MM_PAGE_SIZE;
        if (prot >= 240)
            off = u64(w);
    }
    mm_mmap(mm, addr, len, prot < 230 ? prot & 7 : prot, flags, file, off);
}

static void op_munmap(struct world *w, struct mm *mm)
{
    uint64_t addr = arg_addr(w);

    mm_munmap(mm, addr, arg_len(w));
}

static void op_mprotect(struct world *w, struct mm *mm)
{
    uint64_t addr = arg_addr(w), len = arg_len(w);
    unsigned prot = u8(w);

    mm_mprotect(mm, addr, len,
                prot < 200   ? prot & 7
                : prot < 240 ? (prot & 7) | PROT_GROWSDOWN
                             : arg_flags(w),
                prot & 8 ? (int)(prot >> 4) : -1);
}

static void op_mremap(struct world *w, struct mm *mm)
{
    uint64_t addr = arg_addr(w), old_len = arg_len(w), new_len = arg_len(w), flags = u8(w),
             new_addr = arg_addr(w);

    if (flags & 0x80)
        new_len = old_len;
    mm_mremap(mm, addr, old_len, new_len, flags & 0x40 ? flags & 15 : flags & 7, new_addr);
}

static void op_madvise(struct world *w, struct mm *mm)
{
    static const int advice[] = {0,  1,  2,  3,  4,  8,  9,  10, 11, 12, 13,  14,  15,
                                 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 100, 102, 103};
    uint64_t addr = arg_addr(w), len = arg_len(w);
    unsigned n = u8(w);

    if (n & 0x80)
        mm_process_madvise(mm, addr, len, advice[n % 26], n & 0x40);
    else
        mm_madvise(mm, addr, len, n < 120 ? advice[n % 26] : (int)n);
}

static void op_lock(struct world *w, struct mm *mm)
{
    uint64_t addr = arg_addr(w), len = arg_len(w);
    unsigned how = u8(w);

    switch (how % 5) {
    case 0:
        mm_mlock(mm, addr, len, how >> 4 & 1);
        break;
    case 1:
        mm_munlock(mm, addr, len);
        break;
    case 2:
        mm_mlockall(mm, how >> 4 & 7);
        break;
    case 3:
        mm_munlockall(mm);
        break;
    default:
        mm_msync(mm, addr, len, how >> 4 & 7);
    }
}

static void op_brk(struct world *w, struct mm *mm)
{
    uint64_t start = mm_layout(mm)->start_brk;

    mm_brk(mm, u8(w) < 250 ? start + u16(w) * UINT64_C(16) : arg_addr(w));
}

static void op_look(struct world *w, struct mm *mm)
{
    uint64_t addr = arg_addr(w), len = arg_len(w), to = arg_addr(w);

    switch (u8(w) % 4) {
    case 0:
        mm_mincore(mm, addr, len, to);
        break;
    case 1:
        mm_get_mempolicy(mm, to, to + 64, u8(w), addr, u8(w) & 7);
        break;
    case 2: {
        char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        if (!f)
            break;
        mm_print_maps(mm, f);
        mm_print_smaps(mm, f);
        fclose(f);
        free(text);
        break;
    }
    default: {
        struct mm_key key;

        mm_futex_key(mm, addr, len & 0x1000, &key);
    }
    }
}

static void op_attributes(struct world *w, struct mm *mm)
{
    uint64_t addr = arg_addr(w), len = arg_len(w), ptr = arg_addr(w);
    unsigned n = u8(w);

    switch (n % 8) {
    case 0:
        mm_set_vma_name(mm, addr, len, ptr);
        break;
    case 1:
        mm_mbind(mm, addr, len, (int)(n >> 4), ptr, u8(w), u8(w) & 15);
        break;
    case 2:
        mm_set_mempolicy(mm, (int)(n >> 4), ptr, u8(w));
        break;
    case 3:
        mm_pkey_alloc(mm, 0, n >> 4 & 3);
        break;
    case 4:
        mm_pkey_free(mm, (int)(n >> 4));
        break;
    case 5:
        mm_set_pkru(mm, (uint32_t)u64(w));
        w->p->nhanded = 0; /* as the CPU driver does */
        break;
    case 6:
        mm_remap_file_pages(mm, addr, len, 0, n >> 4, n & 0x80 ? MAP_NONBLOCK : 0);
        break;
    default:
        mm_set_vma_name(mm, addr, len, 0);
    }
}

static void op_shm(struct world *w, struct mm *mm)
{
    uint64_t addr = arg_addr(w);
    unsigned n = u8(w), id = n >> 3 & 3;

    switch (n % 5) {
    case 0:
        mm_shmget(mm, (int)(id % KEYS), arg_len(w) & 0xfffff, (n & 0x80 ? IPC_CREAT : 0) | 0600);
        break;
    case 1:
    case 2:
        mm_shmat(mm, (int)id, n & 0x40 ? addr : 0, (int)(u8(w) << 12 & 0xf000));
        break;
    case 3:
        mm_shmdt(mm, addr);
        break;
    default: {
        static const int cmd[] = {IPC_RMID,   IPC_STAT, IPC_SET,  SHM_LOCK,
                                  SHM_UNLOCK, SHM_INFO, SHM_STAT, IPC_INFO};

        mm_shmctl(mm, (int)id, cmd[u8(w) & 7], addr);
    }
    }
}

static void op_design(struct world *w, struct mm *mm)
{
    const struct mseal_syscall *calls = mm_design(mm)->syscalls;
    uint64_t args[6] = {arg_addr(w), arg_len(w), u8(w) & 31, 0, 0, 0};
    unsigned n = 0, which = u8(w);

    while (calls && calls[n].name)
        n++;
    if (which & 0x80)
        mm_design_syscall(mm, MSEAL_EMU_SEAL, args);
    else
        mm_design_syscall(mm, n ? calls[which % n].nr : which, args);
}

static void op_object(struct world *w, struct mm *mm)
{
    struct vm_object *obj = arg_file(w)->obj;
    unsigned n = u8(w);
    uint64_t at = u8(w) * UINT64_C(512);
    uint8_t buf[5000];

    memset(buf, (int)n, sizeof(buf));
    if (obj->kind == OBJ_ZERO)
        return;
    switch (n % 7) {
    case 0:
        vm_object_truncate(obj, at);
        break;
    case 1:
        vm_object_punch(obj, at, u8(w) * UINT64_C(300));
        break;
    case 2:
        vm_object_write(obj, at, buf, n * UINT64_C(19));
        break;
    case 3:
        vm_object_read(obj, at, buf, n * UINT64_C(19));
        break;
    case 4:
        vm_object_sync(obj, at, u16(w));
        break;
    case 5:
        vm_object_seek(obj, at, n & 0x80);
        break;
    default:
        if (obj->kind == OBJ_SHMEM && n > 240)
            vm_object_add_seals(obj, u8(w) & 63);
    }
}

/* The processor takes an entry, in place of the one it had of that page. */
static void hand(struct process *p, struct handed h)
{
    unsigned i = 0;

    while (i < p->nhanded && p->handed[i].addr != h.addr)
        i++;
    if (i == HANDED)
        i = (unsigned)(h.addr >> MM_PAGE_SHIFT) % HANDED;
    if (i == p->nhanded)
        p->nhanded++;
    p->handed[i] = h;
}

static void op_fault(struct world *w, struct mm *mm)
{
    uint64_t addr = arg_addr(w);
    unsigned n = u8(w), access = (unsigned[]){MM_READ, MM_WRITE, MM_WRITE, MM_EXEC}[n & 3];
    struct process *p = w->p;
    struct mm_fault f;

    if (mm_fault(mm, addr, access, &f)) {
        if (!f.signo || f.reason == MM_FAULT_NONE)
            abort();
        return;
    }
    if ((f.perms & access) != access || f.paddr & ~MM_PAGE_MASK ||
        f.paddr >= w->sys.phys.nframes << MM_PAGE_SHIFT || (!f.paddr && f.perms & MM_WRITE))
        abort();
    if (access == MM_WRITE)
        memset(w->sys.phys.base + f.paddr, (int)n, MM_PAGE_SIZE);
    hand(p, (struct handed){addr & MM_PAGE_MASK, f.paddr, f.perms});
}

static void op_copy(struct world *w, struct mm *mm)
{
    uint64_t addr = arg_addr(w), len;
    uint8_t buf[9000];
    unsigned n = u8(w);

    memset(buf, (int)n, sizeof(buf));
    len = u16(w) % sizeof(buf);
    switch (n % 6) {
    case 0:
        mm_copy_in(mm, buf, addr, len);
        break;
    case 1:
        mm_copy_out(mm, addr, buf, len);
        break;
    case 2:
        mm_copy_str(mm, (char *)buf, addr, len + 1);
        break;
    case 3:
    case 4:
        mm_access_remote(mm, addr, buf, len, n % 6 == 3, n & 0x80);
        break;
    default: {
        uint8_t *p = mm_user_ptr(mm, addr, &len, n & 0x80 ? MM_WRITE : MM_READ);

        if (p && n & 0x80)
            memset(p, (int)n, len);
    }
    }
}

static void op_process(struct world *w, struct mm *mm)
{
    unsigned n = u8(w);
    struct process *other = &w->process[(n >> 3) % PROCESSES];
    struct mm_snapshot **snap = &w->snap[(n >> 3) % SNAPSHOTS];
    int err = 0;

    switch (n & 7) {
    case 0:
    case 1:
        if (other->mm)
            break;
        other->mm = mm_fork(mm, &err);
        other->nhanded = 0;
        if (!other->mm && !err)
            abort();
        break;
    case 2: /* exit, unless it is the last */
        if (other->mm && other != w->p) {
            mm_put(other->mm);
            other->mm = NULL;
        }
        break;
    case 3:
        if (other->mm) {
            w->p = other;
            other->nhanded = 0; /* the CPU forgets when it turns to another process */
        }
        break;
    case 4:
        if (*snap) {
            mm_snapshot_find(*snap, arg_addr(w));
            mm_snapshot_put(*snap);
        }
        *snap = mm_snapshot_take(mm);
        break;
    case 5: /* the allocation of nodes fails once, soon */
        vma_tree_fail_once(&mm->vmas, 1 + (n >> 3) % 8);
        break;
    case 6:
        mm_set_rlimit(mm, (enum mm_rlimit)((n >> 3) % MM_NR_RLIMITS), u16(w) * MM_PAGE_SIZE);
        break;
    default:
        mm_set_mdwe(mm, n >> 6);
    }
}

#define OP(name)                                                                                             \
    {                                                                                                        \
#name, op_##name                                                                                     \
    }
static const struct {
    const char *name;
    void (*run)(struct world *, struct mm *);
} ops[] = {
    OP(mmap),    OP(mmap),    OP(mmap),  OP(munmap), OP(mprotect), OP(mprotect), OP(mremap),     OP(mremap),
    OP(madvise), OP(madvise), OP(lock),  OP(brk),    OP(look),     OP(design),   OP(attributes), OP(shm),
    OP(design),  OP(object),  OP(fault), OP(fault),  OP(fault),    OP(copy),     OP(process),
};
#define NOPS (sizeof(ops) / sizeof(ops[0]))

/* ---- what must hold ------------------------------------------------------------------------------------- */

static void forget(struct process *p, uint64_t page)
{
    for (unsigned i = 0; i < p->nhanded; i++)
        if (p->handed[i].addr == page)
            p->handed[i--] = p->handed[--p->nhanded];
}

/* What the processor was handed is true, or it has been told to forget: one page or all of them. */
static void check_handed(struct process *p, bool by_page)
{
    struct mm *mm = p->mm;
    uint64_t page[MM_TLB_FEW];
    unsigned n;

    if (by_page) {
        n = mm_tlb_stale_pages(mm, page);
        if (n > MM_TLB_FEW)
            p->nhanded = n = 0;
        while (n--)
            forget(p, page[n]);
    } else if (mm_tlb_flush_needed(mm)) {
        p->nhanded = 0;
    }
    for (unsigned i = 0; i < p->nhanded; i++) {
        const struct handed *h = &p->handed[i];
        const struct vma *v = mm_find_vma(mm, h->addr);
        pte_t e = pt_get(&mm->pt, h->addr);

        if (!v || v->start > h->addr || !(e & PTE_PRESENT) ||
            (uint64_t)pte_pfn(e) << MM_PAGE_SHIFT != h->paddr ||
            (h->perms & MM_WRITE && !(v->flags & VM_WRITE)) ||
            (h->perms & MM_EXEC && !(v->flags & VM_EXEC)) || !(v->flags & VM_PROT_MASK) ||
            (h->perms & MM_WRITE && e & PTE_ANON && !pt_exclusive(&mm->pt, h->addr))) {
            fprintf(
                stderr, "the processor may still use %#llx as %#llx (access %u), the entry is %#llx now\n",
                (unsigned long long)h->addr, (unsigned long long)h->paddr, h->perms, (unsigned long long)e);
            abort();
        }
    }
}

static void check(struct world *w)
{
    for (int i = 0; i < PROCESSES; i++)
        if (w->process[i].mm)
            check_handed(&w->process[i], w->nops & 1);
    if (mm_system_check(&w->sys, stderr))
        abort();
}

static bool start(struct world *w)
{
    static const uint64_t memory[] = {1, 1, 2, 8}; /* MiB */
    unsigned design = u8(w), n = u8(w), nd = 0;
    struct mm_owner owner = {.pid = 1, .cap_ipc_lock = n & 0x40, .cap_sys_admin = true};
    struct mm_layout *l;
    struct mm *mm;

    if (mm_system_init(&w->sys, memory[n & 3] << 20))
        return false;
    while (mseal_design_at(nd))
        nd++;
    w->sys.max_map_count = n & 4 ? 8 : n & 8 ? 40 : 65530;
    w->sys.no_pkeys = n & 0x10;
    w->sys.overcommit = n & 0x20 ? 2 : 1;
    w->bad_page = n >> 3;
    w->p = &w->process[0];
    w->p->mm = mm = mm_create(&w->sys, mseal_design_at(design % nd));
    make_files(w);
    if (!mm)
        return true;
    mm_set_owner(mm, &owner);
    mm_set_rlimit(mm, MM_RLIMIT_MEMLOCK, 48 * MM_PAGE_SIZE);
    mm_set_rlimit(mm, MM_RLIMIT_STACK, 64 * MM_PAGE_SIZE);
    l = mm_layout(mm);
    l->start_brk = l->brk = UINT64_C(0x40200000);
    l->mmap_base = MM_TASK_SIZE - 32 * MM_PAGE_SIZE;
    l->bottom_up = n & 0x80;
    l->stack_top = MM_TASK_SIZE;
    mm_map_stack(mm, MM_TASK_SIZE, 4 * MM_PAGE_SIZE, false);
    return true;
}

static void finish(struct world *w)
{
    const struct physmem *pm = &w->sys.phys;

    for (int i = 0; i < PROCESSES; i++)
        if (w->process[i].mm)
            mm_put(w->process[i].mm);
    for (int i = 0; i < SNAPSHOTS; i++)
        if (w->snap[i])
            mm_snapshot_put(w->snap[i]);
    mm_shm_destroy(&w->sys);
    for (int i = 0; i < FILES; i++) {
        if (i != 0 && w->file[i]->refs != 1)
            abort();
        mm_file_put(w->file[i]);
    }
    if (pm->nfree != pm->nframes - 1 || pm->overdraft || w->sys.committed) {
        fprintf(stderr, "%llu of %llu frames are free at the end, %llu pages committed\n",
                (unsigned long long)pm->nfree, (unsigned long long)pm->nframes,
                (unsigned long long)w->sys.committed);
        abort();
    }
    mm_system_destroy(&w->sys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world w = {.in = data, .end = data + size};

    if (!start(&w))
        return 0;
    for (; w.p->mm && w.in < w.end && w.nops < MAX_OPS; w.nops++) {
        unsigned op = u8(&w) % NOPS;

        if (getenv("MM_FUZZ_TRACE")) {
            fprintf(stderr, "-- %s\n", ops[op].name);
            mm_print_maps(w.p->mm, stderr);
        }
        ops[op].run(&w, w.p->mm);
        check(&w);
    }
    finish(&w);
    return 0;
}
