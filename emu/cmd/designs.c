/*
 * designs.c - mseal-emu designs: the list, and for one design its decision table.
 *
 * The table is not written down anywhere: for each operation and each state of the memory a small address space is made, sealed,
 * operated on, and looked at again. So it cannot say anything but what the model does. The rules below the table are those that
 * refused while it was made, with the lines of the design's source that said no.
 */
#include "../plugin.h"
#include "cmd.h"
#include "mm/uapi.h"

#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>

#define PG        MM_PAGE_SIZE
#define PAGES     4
#define ARENA     UINT64_C(0x100000000)
#define ELSEWHERE UINT64_C(0x200000000)
#define HEAP      UINT64_C(0x300000000)

/* ---- states of memory ------------------------------------------------------------------------------------------ */

enum backing { ANON, FILE_PRIVATE, FILE_SHARED };
enum extent { ALL, ONE /* the third page of four */ };

struct state {
    const char *name;
    enum backing backing;
    int prot;
};
static const struct state states[] = {
    {"anonymous r--", ANON, PROT_READ},
    {"anonymous rw-", ANON, PROT_READ | PROT_WRITE},
    {"private file r-x", FILE_PRIVATE, PROT_READ | PROT_EXEC},
    {"shared file r--", FILE_SHARED, PROT_READ},
};
#define NSTATES (sizeof states / sizeof *states)

struct lab {
    struct mm_system sys;
    struct mm *mm;
    struct mm_file file;
    uint64_t at; /* the area under test */
    enum extent extent;
};

static size_t no_path(const struct mm_file *f, char *buf, size_t size)
{
    return (size_t)snprintf(buf, size, "/lab");
}

static int64_t map(struct lab *l, uint64_t at, int prot, enum backing b)
{
    int share = b == FILE_SHARED ? MAP_SHARED : MAP_PRIVATE;
    return mm_mmap(l->mm, at, PAGES * PG, (uint64_t)prot,
                   (uint64_t)(share | MAP_FIXED | (b == ANON ? MAP_ANONYMOUS : 0)),
                   b == ANON ? NULL : &l->file, 0);
}

/* Every page gets a byte of its own, private pages a private one. */
static int fill(struct lab *l, uint64_t at, char first)
{
    for (uint64_t i = 0; i < PAGES; i++) {
        char c = (char)(first + (char)i);
        if (mm_access_remote(l->mm, at + i * PG, &c, 1, true, true) != 1)
            return -EIO;
    }
    return 0;
}

static int seal(struct lab *l)
{
    uint64_t first = l->extent == ALL ? 0 : 2, n = l->extent == ALL ? PAGES : 1;
    int64_t r = mm_design_syscall(l->mm, MSEAL_EMU_SEAL, (const uint64_t[6]){l->at + first * PG, n * PG});
    return r == -ENOSYS ? 0 : (int)r;
}

static int lab_open(struct lab *l, const struct mseal_design *d, enum extent extent)
{
    memset(l, 0, sizeof *l);
    int err = mm_system_init(&l->sys, 16 << 20);
    if (err)
        return err;
    l->extent = extent;
    l->at = ARENA;
    l->mm = mm_create(&l->sys, d);
    l->file = (struct mm_file){.refs = 1, .readable = true, .writable = true, .ino = 1, .path = no_path};
    l->file.obj = mm_memfd_object(&l->sys, MM_PAGE_SIZE, true, false);
    if (!l->mm || !l->file.obj)
        return -ENOMEM;
    struct mm_layout *layout = mm_layout(l->mm);
    layout->start_brk = layout->brk = HEAP;
    layout->mmap_base = UINT64_C(0x7f0000000000);
    return vm_object_truncate(l->file.obj, PAGES * PG);
}

static void lab_close(struct lab *l)
{
    if (l->mm)
        mm_put(l->mm);
    if (l->file.obj)
        vm_object_put(l->file.obj);
    mm_system_destroy(&l->sys);
}

/* ---- operations ------------------------------------------------------------------------------------------------------- */

struct operation {
    const char *name;
    int64_t (*prepare)(struct lab *l); /* instead of the state's own mapping; NULL: that */
    int64_t (*run)(struct lab *l);     /* NULL: madvise */
    int advice;
};

static int64_t op_protect(struct lab *l)
{
    return mm_mprotect(l->mm, l->at, PAGES * PG, PROT_READ | PROT_WRITE | PROT_EXEC, -1);
}
static int64_t op_protect_none(struct lab *l)
{
    return mm_mprotect(l->mm, l->at, PAGES * PG, PROT_NONE, -1);
}
static int64_t op_unmap(struct lab *l)
{
    return mm_munmap(l->mm, l->at, PAGES * PG);
}
static int64_t op_map_over(struct lab *l)
{
    return mm_mmap(l->mm, l->at, PAGES * PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                   NULL, 0);
}
static int64_t op_shrink(struct lab *l)
{
    return mm_mremap(l->mm, l->at, PAGES * PG, PG, 0, 0);
}
static int64_t op_grow(struct lab *l)
{
    return mm_mremap(l->mm, l->at, PAGES * PG, 2 * PAGES * PG, 0, 0);
}
static int64_t op_move(struct lab *l)
{
    return mm_mremap(l->mm, l->at, PAGES * PG, PAGES * PG, MREMAP_MAYMOVE | MREMAP_FIXED,
                     ELSEWHERE + 16 * PG);
}
static int64_t op_dontunmap(struct lab *l)
{
    return mm_mremap(l->mm, l->at, PAGES * PG, PAGES * PG, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
}
static int64_t op_move_onto(struct lab *l)
{
    return mm_mremap(l->mm, ELSEWHERE, PAGES * PG, PAGES * PG, MREMAP_MAYMOVE | MREMAP_FIXED, l->at);
}
static int64_t op_remap_pages(struct lab *l)
{
    return mm_remap_file_pages(l->mm, l->at + 2 * PG, PG, 0, 0, 0);
}
static int64_t op_lock(struct lab *l)
{
    return mm_mlock(l->mm, l->at, PAGES * PG, 0);
}
static int64_t op_poke(struct lab *l)
{
    char c = 'N';
    int64_t r = mm_access_remote(l->mm, l->at + 2 * PG, &c, 1, true, true);
    return r == 1 ? 0 : r < 0 ? r : -EIO;
}
static int64_t prepare_heap(struct lab *l)
{
    l->at = HEAP;
    return mm_brk(l->mm, HEAP + PAGES * PG) == (int64_t)(HEAP + PAGES * PG) ? 0 : -ENOMEM;
}
static int64_t op_brk(struct lab *l)
{
    mm_brk(l->mm, HEAP);
    return 0;
}
static int64_t prepare_segment(struct lab *l)
{
    int64_t id = mm_shmget(l->mm, IPC_PRIVATE, PAGES * PG, 0600);
    int64_t r = id < 0 ? id : mm_shmat(l->mm, (int)id, l->at, 0);
    return r < 0 ? r : 0;
}
static int64_t op_shmdt(struct lab *l)
{
    return mm_shmdt(l->mm, l->at);
}
static int64_t op_attach_over(struct lab *l)
{
    int64_t id = mm_shmget(l->mm, IPC_PRIVATE, PAGES * PG, 0600);
    return id < 0 ? id : mm_shmat(l->mm, (int)id, l->at, SHM_REMAP);
}

static const struct operation operations[] = {
    {"mprotect to rwx", NULL, op_protect},
    {"mprotect to none", NULL, op_protect_none},
    {"munmap", NULL, op_unmap},
    {"mmap(MAP_FIXED) over", NULL, op_map_over},
    {"mremap: shrink", NULL, op_shrink},
    {"mremap: grow in place", NULL, op_grow},
    {"mremap: move away", NULL, op_move},
    {"mremap: DONTUNMAP", NULL, op_dontunmap},
    {"mremap: onto", NULL, op_move_onto},
    {"shmat(SHM_REMAP) over", NULL, op_attach_over},
    {"remap_file_pages", NULL, op_remap_pages},
    {"brk: shrink", prepare_heap, op_brk},
    {"shmdt", prepare_segment, op_shmdt},
    {"MADV_DONTNEED", .advice = MADV_DONTNEED},
    {"MADV_FREE", .advice = MADV_FREE},
    {"MADV_REMOVE", .advice = MADV_REMOVE},
    {"MADV_GUARD_INSTALL", .advice = MADV_GUARD_INSTALL},
    {"MADV_DONTFORK", .advice = MADV_DONTFORK},
    {"MADV_WIPEONFORK", .advice = MADV_WIPEONFORK},
    {"MADV_RANDOM", .advice = MADV_RANDOM},
    {"mlock", NULL, op_lock},
    {"/proc/self/mem, ptrace", NULL, op_poke},
};
#define NOPERATIONS (sizeof operations / sizeof *operations)

/* ---- looking -------------------------------------------------------------------------------------------------------- */

/* What can be seen of one page, and of the VMA around it. */
struct seen {
    bool mapped;
    uint64_t flags, index, border; /* border: where its VMA starts */
    const void *object;
    int content; /* first byte; -1: a touch faults */
};

/* VM_* that a decision can change; locks and merging bookkeeping are none of a seal's business. */
#define SEEN_FLAGS                                                                                           \
    (VM_PROT_MASK | VM_SHARED | VM_DONTCOPY | VM_WIPEONFORK | VM_RAND_READ | VM_LOCKED | VM_PKEY_MASK)

static struct seen look(struct lab *l, uint64_t addr)
{
    const struct vma *v = mm_find_vma(l->mm, addr);
    struct seen s = {.content = -1};
    unsigned char c;
    if (!v || v->start > addr)
        return s;
    s = (struct seen){true,     v->flags & SEEN_FLAGS,         v->pgoff + (addr - v->start) / PG,
                      v->start, v->file ? v->file->obj : NULL, -1};
    if (mm_access_remote(l->mm, addr, &c, 1, false, true) == 1)
        s.content = c;
    return s;
}

static bool same_page(const struct seen *a, const struct seen *b)
{
    return a->mapped == b->mapped && a->flags == b->flags && a->index == b->index && a->object == b->object &&
           a->content == b->content;
}

static const char *error_name(int64_t err)
{
    const char *name = strerrorname_np((int)-err);
    return name ? name : "E?";
}

/* The rules that refused something so far, in the order in which they did. */
struct rules {
    unsigned n;
    struct {
        const char *where, *why; /* constants of the design; where may be NULL */
    } of[32];
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

/* Its number, from 1; 0: more rules than fit. */
static unsigned rule_number(struct rules *rules, const struct mm_refusal *r)
{
    for (unsigned i = 0; i < rules->n; i++)
        if (same_text(rules->of[i].where, r->where) && same_text(rules->of[i].why, r->why))
            return i + 1;
    if (rules->n == sizeof rules->of / sizeof *rules->of)
        return 0;
    rules->of[rules->n].where = r->where;
    rules->of[rules->n].why = r->why;
    return ++rules->n;
}

/* Operates on one state; says in a few letters what came of it, and by which rule if the design refused. */
static void decide(const struct mseal_design *d, const struct operation *op, const struct state *s,
                   enum extent extent, struct rules *rules, char *buf, size_t size)
{
    struct lab l;
    struct seen before[PAGES], after[PAGES];
    bool changed = false, sealed_changed = false, split = false;
    int64_t r = lab_open(&l, d, extent);
    if (!r)
        r = op->prepare ? op->prepare(&l) : map(&l, l.at, PROT_READ | PROT_WRITE, s->backing);
    if (r >= 0)
        r = fill(&l, l.at, 'a');
    if (r >= 0 && !op->prepare)
        r = mm_mprotect(l.mm, l.at, PAGES * PG, (uint64_t)s->prot, -1);
    if (r >= 0)
        r = map(&l, ELSEWHERE, PROT_READ | PROT_WRITE, ANON);
    if (r >= 0)
        r = fill(&l, ELSEWHERE, 'N');
    if (r >= 0)
        r = seal(&l);
    if (r < 0) {
        snprintf(buf, size, "(%s)", error_name(r));
        lab_close(&l);
        return;
    }
    for (unsigned i = 0; i < PAGES; i++)
        before[i] = look(&l, l.at + i * PG);
    mm_set_event(l.mm, 1); /* forgets what was refused while preparing */
    r = op->run ? op->run(&l) : mm_madvise(l.mm, l.at, PAGES * PG, op->advice);
    for (unsigned i = 0; i < PAGES; i++) {
        after[i] = look(&l, l.at + i * PG);
        bool differs = !same_page(&before[i], &after[i]);
        changed |= differs;
        sealed_changed |= differs && (extent == ALL || i == 2);
        split |= before[i].border != after[i].border;
    }
    if (r < 0)
        snprintf(buf, size, "%s%s", error_name(r), changed ? "~" : split ? "+" : "");
    else if (sealed_changed)
        snprintf(buf, size, "done");
    else
        snprintf(buf, size, changed ? "kept~" : "kept");
    const struct mm_refusal *refusal = mm_last_refusal(l.mm);
    /* Some calls tell no error (brk); others go on after a refusal and fail of something else. */
    if (refusal && (r < 0 ? r == refusal->err : !sealed_changed)) {
        size_t used = strlen(buf);
        snprintf(buf + used, size - used, "[%u]", rule_number(rules, refusal));
    }
    lab_close(&l);
}

/* ---- output ----------------------------------------------------------------------------------------------------------------- */

static void list(void)
{
    const struct mseal_design *d;
    for (unsigned i = 0; (d = mseal_design_at(i)); i++)
        printf("%-17s %s\n", d->name, d->title);
}

enum { CELL = 48 };

/* All four cells of an operation; those that do not apply are left empty. */
static void decide_row(const struct mseal_design *d, const struct operation *op, struct rules *rules,
                       char row[NSTATES][CELL])
{
    char all[CELL / 2 - 2], one[CELL / 2 - 2];
    for (size_t i = 0; i < NSTATES; i++) {
        row[i][0] = '\0';
        if (op->prepare && i) /* the operation brings its own kind of memory */
            continue;
        decide(d, op, &states[i], ALL, rules, all, sizeof all);
        decide(d, op, &states[i], ONE, rules, one, sizeof one);
        snprintf(row[i], CELL, "%s / %s", all, one);
    }
}

static void print_rules(const struct rules *rules)
{
    for (unsigned i = 0; i < rules->n; i++)
        printf("%s[%u] %s  %s\n", i ? "" : "\n", i + 1,
               rules->of[i].where ? rules->of[i].where : "(its line is not told)", rules->of[i].why);
}

static void describe(const struct mseal_design *d)
{
    static char cells[NOPERATIONS][NSTATES][CELL];
    struct rules rules = {0};
    int width[NSTATES];
    printf("%s: %s\n", d->name, d->title);
    if (d->source)
        printf("from %s\n", d->source);
    printf("asked %s\n", d->range && d->vma ? "for the whole range first, then at each area"
                         : d->range         ? "for the whole range before anything changes"
                         : d->vma           ? "at each area when the operation reaches it"
                                            : "never: nothing is sealed");
    for (const struct mseal_syscall *s = d->syscalls; s && s->name; s++)
        printf("adds system call %u, %s(%s)\n", s->nr, s->name, s->sig);
    for (size_t i = 0; i < NSTATES; i++)
        width[i] = (int)strlen(states[i].name);
    for (size_t o = 0; o < NOPERATIONS; o++) {
        decide_row(d, &operations[o], &rules, cells[o]);
        for (size_t i = 0; i < NSTATES; i++)
            if ((int)strlen(cells[o][i]) > width[i])
                width[i] = (int)strlen(cells[o][i]);
    }
    printf("\n%-24s", "four pages / one of four");
    for (size_t i = 0; i < NSTATES; i++)
        printf(i + 1 < NSTATES ? " %-*s " : " %.*s", i + 1 < NSTATES ? width[i] : CELL, states[i].name);
    printf("\n");
    for (size_t o = 0; o < NOPERATIONS; o++) {
        printf("%-24s", operations[o].name);
        for (size_t i = 0; i < NSTATES && cells[o][i][0]; i++) {
            bool last = i + 1 == NSTATES || !cells[o][i + 1][0];
            printf(last ? " %.*s" : " %-*s ", last ? CELL : width[i], cells[o][i]);
        }
        printf("\n");
    }
    print_rules(&rules);
    printf(
        "\ndone: the sealed memory changed. E: refused, nothing changed; E+ a split border is left; E~ unsealed pages of\n"
        "the range were changed before it was refused. kept: reported success, the sealed memory is as it was\n"
        "(kept~: unsealed pages changed). [N]: by this rule of the design; an error without\n"
        "one is the operation's own. Computed by doing each of these.\n");
}

int cmd_designs(int argc, char **argv)
{
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        bool help = argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
        fputs(
            "usage: mseal-emu designs [NAME]\nList the sealing designs, or print what one of them decides.\n",
            help ? stdout : stderr);
        return help ? 0 : 2;
    }
    if (argc == 1) {
        list();
        return 0;
    }
    const struct mseal_design *d = design_open(argv[1]);
    if (!d)
        return 2;
    describe(d);
    return 0;
}
