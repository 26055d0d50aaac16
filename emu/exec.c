/*
 * exec.c - execve(2): from a path to registers. Scripts (fs/binfmt_script.c), the new address space, its stack.
 *
 * The new image is built in an address space of its own and takes the place of the old one at the very end; what fails after
 * Linux' point of no return kills the process all the same, as there.
 *
 * There is a vDSO only on request (vdso.c): with a virtual clock each look at the time must be an event of its own, so its
 * functions make system calls, and without it libc makes the same ones. Its three areas would but stand in every map.
 */
#include "elf.h"
#include "machine.h"
#include "seal_image.h"
#include "syscalls/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/resource.h>

#define BUF_SIZE           256 /* BINPRM_BUF_SIZE: how far a #! line may go */
#define MAX_REWRITES       5
#define MAX_ARG_STRLEN     (32 * MM_PAGE_SIZE)
#define ARG_MAX_MIN        131072 /* ARG_MAX: granted even with a small stack */
#define STK_LIM            (8u << 20)
#define STACK_TOP          MM_TASK_SIZE
#define STACK_EXPAND       131072 /* setup_arg_pages: room below the arguments from the start */
#define STACK_RANDOM_PAGES 0x3fffff
#define MMAP_RANDOM_BITS   28
#define MMAP_GAP_MIN       (UINT64_C(128) << 20)
#define HUGE_PAGE          (UINT64_C(2) << 20)
#define BRK_RANDOM_PAGES   0x2000 /* 32 MiB */

/* Linux' struct linux_binprm. */
struct binprm {
    struct task *t;
    struct file *file;    /* being looked at; our reference */
    const char *filename; /* as given: AT_EXECFN, comm */
    char *interp;         /* last rewrite's name of the script; owned */
    char **argv;          /* owned array; strings owned from [0, owned) */
    int argc, owned;
    char **envp;
    int envc;
    bool randomize;
};

/* ---- scripts ---- */

static bool space_or_tab(char c)
{
    return c == ' ' || c == '\t';
}

/*
 * The interpreter and its one argument out of "#! /path/to/interp  optional argument  \n". Without a newline in the buffer the
 * path must be known to be whole: something must end it. 0, -ENOEXEC.
 */
static int parse_script(char *buf, char **name, char **arg)
{
    char *end = memchr(buf, '\n', BUF_SIZE), *last = buf + BUF_SIZE - 1, *p;

    if (!end) {
        for (p = buf + 2; p < last && space_or_tab(*p); p++)
            ;
        if (p == last)
            return -ENOEXEC;
        for (; p <= last && *p && !space_or_tab(*p); p++)
            ;
        if (p > last)
            return -ENOEXEC;
        end = last;
    }
    while (space_or_tab(end[-1]))
        end--;
    for (p = buf + 2; p < end && space_or_tab(*p); p++)
        ;
    if (p >= end || !*p)
        return -ENOEXEC;
    *name = p;
    *arg = NULL;
    for (; p < end && *p && !space_or_tab(*p); p++)
        ;
    if (p < end && *p) {
        *p++ = '\0';
        while (p < end && space_or_tab(*p))
            p++;
        *arg = p < end ? p : NULL;
    }
    *end = '\0';
    return 0;
}

/* argv becomes: interpreter, its argument, the script, the old argv[1..]. */
static int rewrite_argv(struct binprm *b, const char *name, const char *arg, const char *script)
{
    int head = arg ? 3 : 2, argc = head + b->argc - 1, owned = 0;
    char **argv = calloc((size_t)argc + 1, sizeof(*argv));

    if (!argv)
        return -ENOMEM;
    argv[owned++] = strdup(name);
    if (arg)
        argv[owned++] = strdup(arg);
    argv[owned++] = strdup(script);
    for (int i = 0; i < owned; i++)
        if (!argv[i])
            goto fail;
    for (int i = 1; i < b->argc; i++) { /* strings we own move on to the new array's owned part */
        if (i < b->owned) {
            argv[owned] = b->argv[i];
            b->argv[i] = NULL;
            owned++;
        } else {
            argv[head + i - 1] = b->argv[i];
        }
    }
    for (int i = 0; i < b->owned; i++)
        free(b->argv[i]);
    free(b->argv);
    b->argv = argv;
    b->argc = argc;
    b->owned = owned;
    return 0;
fail:
    for (int i = 0; i < owned; i++)
        free(argv[i]);
    free(argv);
    return -ENOMEM;
}

/* Follow #! until b->file is no script. */
static int follow_scripts(struct binprm *b)
{
    for (int depth = 0;; depth++) {
        char buf[BUF_SIZE + 1] = "", *name, *arg, *kept;
        struct file *next;
        int64_t n;
        int err;

        if (depth > MAX_REWRITES)
            return -ELOOP;
        n = file_pread(b->t, b->file, buf, BUF_SIZE, 0);
        if (n < 0)
            return (int)n;
        if (buf[0] != '#' || buf[1] != '!')
            return 0;
        err = parse_script(buf, &name, &arg);
        if (err)
            return err;
        kept = strdup(name);
        if (!kept)
            return -ENOMEM;
        err = rewrite_argv(b, name, arg, b->interp ? b->interp : b->filename);
        free(b->interp);
        b->interp = kept;
        if (err)
            return err;
        err = vfs_open_exec(b->t, b->interp, &next);
        if (err)
            return err;
        file_put(b->file);
        b->file = next;
    }
}

/* ---- the stack ---- */

/* Bytes of a vector's strings with their NULs, or -E2BIG. */
static int64_t strings_size(char **v, int n)
{
    int64_t total = 0;

    for (int i = 0; i < n; i++) {
        size_t len = strlen(v[i]) + 1;

        if (len > MAX_ARG_STRLEN)
            return -E2BIG;
        total += (int64_t)len;
    }
    return total;
}

static int64_t arguments_size(const struct binprm *b)
{
    uint64_t limit = STK_LIM / 4 * 3, stack = b->t->proc->rlim[RLIMIT_STACK].cur;
    int64_t args = strings_size(b->argv, b->argc), env = strings_size(b->envp, b->envc);
    uint64_t pointers = ((uint64_t)b->argc + (uint64_t)b->envc) * 8, total;

    if (args < 0 || env < 0)
        return -E2BIG;
    if (stack / 4 < limit)
        limit = stack / 4;
    if (limit < ARG_MAX_MIN)
        limit = ARG_MAX_MIN;
    total = (uint64_t)args + (uint64_t)env + strlen(b->filename) + 1;
    return pointers >= limit || total > limit - pointers ? -E2BIG : (int64_t)(total + 8);
}

static uint64_t random_pages(const struct binprm *b, uint64_t mask)
{
    return b->randomize ? (kernel_random(b->t->k) & mask) << MM_PAGE_SHIFT : 0;
}

/* arch_pick_mmap_layout: mappings grow down from a gap below the stack that its limit and randomness fit into. */
static uint64_t mmap_base(const struct binprm *b)
{
    uint64_t gap = b->t->proc->rlim[RLIMIT_STACK].cur, max = MM_TASK_SIZE / 6 * 5;
    uint64_t phase = b->t->k->cfg.mmap_phase;
    uint64_t pad =
        b->t->k->sys.stack_guard_gap + (b->randomize ? (uint64_t)STACK_RANDOM_PAGES << MM_PAGE_SHIFT : 0);

    if (gap + pad > gap)
        gap += pad;
    gap = gap < MMAP_GAP_MIN ? MMAP_GAP_MIN : gap > max ? max : gap;
    gap = MM_PAGE_ALIGN(MM_TASK_SIZE - gap - random_pages(b, (UINT64_C(1) << MMAP_RANDOM_BITS) - 1));
    if (b->randomize && phase) /* the places of large mappings depend on it: like another kernel's layout */
        gap = (gap & ~(HUGE_PAGE - 1)) | (phase & (HUGE_PAGE - 1) & MM_PAGE_MASK);
    return gap;
}

/* Writes downwards from p; the first error sticks. */
struct stack {
    struct mm *mm;
    uint64_t p;
    int err;
};

static uint64_t push(struct stack *s, const void *data, uint64_t len)
{
    s->p -= len;
    if (!s->err)
        s->err = mm_copy_out(s->mm, s->p, data, len);
    return s->p;
}

/* Strings, last one at the highest address; at[i] gets each one's. */
static void push_strings(struct stack *s, char **v, int n, uint64_t *at)
{
    for (int i = n - 1; i >= 0; i--)
        at[i] = push(s, v[i], strlen(v[i]) + 1);
}

static unsigned fill_auxv(uint64_t av[][2], const struct binprm *b, const struct elf_image *img,
                          const struct elf_loaded *ld, uint64_t platform, uint64_t random, uint64_t execfn)
{
    const struct cred *c = &b->t->cred;
    unsigned euid, egid;
    const bool secure = creds_of_program(b->t, b->file, &euid, &egid);
    const unsigned first = !ld->vdso;
    const uint64_t entries[][2] = {
        {AT_SYSINFO_EHDR, ld->vdso},
        {AT_MINSIGSTKSZ, sigframe_max_size()},
        {AT_HWCAP, cpuid_lookup(1, 0).edx},
        {AT_PAGESZ, MM_PAGE_SIZE},
        {AT_CLKTCK, 100},
        {AT_PHDR, ld->phdr},
        {AT_PHENT, sizeof(Elf64_Phdr)},
        {AT_PHNUM, img->eh.e_phnum},
        {AT_BASE, ld->interp_base},
        {AT_FLAGS, 0},
        {AT_ENTRY, ld->prog_entry},
        {AT_UID, c->uid},
        {AT_EUID, euid},
        {AT_GID, c->gid},
        {AT_EGID, egid},
        {AT_SECURE, secure},
        {AT_RANDOM, random},
        {AT_HWCAP2, 0},
        {AT_EXECFN, execfn},
        {AT_PLATFORM, platform},
        {AT_NULL, 0},
    };

    memcpy(av, entries + first, sizeof(entries) - first * sizeof(*entries));
    return sizeof(entries) / sizeof(*entries) - first;
}

/*
 * create_elf_tables():
 *
 *      stack_top   0 (8 bytes)
 *                  filename                      AT_EXECFN
 *                  environment strings           env_start .. env_end
 *                  argument strings              arg_start .. arg_end
 *                  "x86_64", 16 random bytes     AT_PLATFORM, AT_RANDOM
 *                  auxv   envp[] NULL   argv[] NULL
 *      rsp ->      argc                          start_stack, 16-byte aligned
 */
static int build_stack(const struct binprm *b, struct mm *mm, const struct elf_image *img,
                       const struct elf_loaded *ld, uint64_t *rsp)
{
    struct mm_layout *l = mm_layout(mm);
    struct stack s = {mm, l->stack_top, 0};
    uint64_t(*auxv)[2] = l->auxv, execfn, platform, random, *words, n = 0, zero = 0;
    unsigned nr_aux;
    uint8_t bytes[16];

    words = calloc((size_t)b->argc + (size_t)b->envc + 3, sizeof(*words));
    if (!words)
        return -ENOMEM;
    push(&s, &zero, 8);
    execfn = push(&s, b->filename, strlen(b->filename) + 1);
    words[n++] = (uint64_t)b->argc;
    l->env_end = s.p;
    push_strings(&s, b->envp, b->envc, words + 1 + b->argc + 1);
    l->env_start = l->arg_end = s.p;
    push_strings(&s, b->argv, b->argc, words + 1);
    l->arg_start = s.p;
    n += (uint64_t)b->argc + 1 + (uint64_t)b->envc + 1;

    if (b->randomize)
        s.p -= kernel_random(b->t->k) % 8192;
    s.p &= ~UINT64_C(15);
    platform = push(&s, "x86_64", 7);
    kernel_random_bytes(b->t->k, bytes, sizeof(bytes));
    random = push(&s, bytes, sizeof(bytes));
    nr_aux = fill_auxv(auxv, b, img, ld, platform, random, execfn);

    s.p = (s.p & ~UINT64_C(7)) - nr_aux * sizeof(*auxv) - n * 8;
    s.p &= ~UINT64_C(15);
    l->start_stack = *rsp = s.p;
    s.p += n * 8 + nr_aux * sizeof(*auxv);
    push(&s, auxv, nr_aux * sizeof(*auxv));
    push(&s, words, n * 8);
    free(words);
    return s.err;
}

static int map_stack(const struct binprm *b, struct mm *mm, uint64_t args, bool exec)
{
    uint64_t top = STACK_TOP - random_pages(b, STACK_RANDOM_PAGES), size = MM_PAGE_ALIGN(args) + STACK_EXPAND;
    uint64_t limit = b->t->proc->rlim[RLIMIT_STACK].cur & MM_PAGE_MASK;

    mm_layout(mm)->stack_top = top;
    if (size > limit)
        size = limit > MM_PAGE_ALIGN(args) ? limit : MM_PAGE_ALIGN(args);
    return mm_map_stack(mm, top, size, exec);
}

/* ---- putting it together ---- */

static int64_t pread_file(void *ctx, void *buf, uint64_t len, uint64_t off)
{
    const struct binprm *b = ((void **)ctx)[0];

    return file_pread(b->t, ((void **)ctx)[1], buf, len, off);
}

/* Everything after the point of no return, into mm. */
static int build_image(const struct binprm *b, struct mm *mm, const struct elf_image *img,
                       const struct elf_image *interp, uint64_t args, struct cpu_regs *regs)
{
    struct mm_layout *l = mm_layout(mm);
    struct elf_loaded ld;
    int err;

    rlimits_to_mm(b->t->proc, mm); /* the heap and the stack are bounded while they are made */
    mm_set_pkru(mm, PKRU_INIT);
    mm_set_event(mm, b->t->event);
    l->mmap_base = mmap_base(b);
    err = map_stack(b, mm, args, img->exec_stack);
    if (err)
        return err;
    err = elf_map(mm, img, interp, random_pages(b, (UINT64_C(1) << MMAP_RANDOM_BITS) - 1), &ld);
    if (err)
        return err;
    l->start_code = ld.start_code;
    l->end_code = ld.end_code;
    l->start_data = ld.start_data;
    l->end_data = ld.end_data;
    cpu_regs_reset(regs);
    if (b->t->k->cfg.vdso) {
        int64_t at = mm_map_vdso(mm);

        if (at < 0)
            return (int)at;
        ld.vdso = (uint64_t)at;
    }
    err = build_stack(b, mm, img, &ld, &regs->rsp);
    if (err)
        return err;
    l->start_brk = ld.brk;
    if (b->randomize)
        l->start_brk += random_pages(b, BRK_RANDOM_PAGES - 1) + MM_PAGE_SIZE;
    l->brk = l->start_brk;
    regs->rip = ld.entry;
    seal_image_exec(machine_of(b->t), mm, ld.prog_entry);
    regs->pkru = PKRU_INIT;
    return 0;
}

static int prepare(struct binprm *b, struct task *t, const struct exec_request *req)
{
    b->t = t;
    b->filename = req->path;
    b->file = file_get(req->file);
    b->argc = req->argc ? req->argc : 1;
    b->envp = req->envp;
    b->envc = req->envc;
    b->randomize = t->k->cfg.seed && !(t->personality & ADDR_NO_RANDOMIZE);
    b->argv = calloc((size_t)b->argc + 1, sizeof(*b->argv));
    if (!b->argv)
        return -ENOMEM;
    b->argv[0] = ""; /* an empty argv gets one empty string */
    memcpy(b->argv, req->argv, (size_t)req->argc * sizeof(*b->argv));
    return 0;
}

/* The file to run and its arguments, which must fit before scripts add theirs and after. Their size in bytes, or negative errno. */
static int64_t prepare_file(struct binprm *b, struct task *t, struct exec_request *req)
{
    int64_t size;
    int err = prepare(b, t, req);

    if (err)
        return err;
    size = arguments_size(b);
    if (size < 0)
        return size;
    err = follow_scripts(b);
    return err ? err : arguments_size(b);
}

int machine_exec(struct task *t, struct exec_request *req)
{
    struct binprm b = {0};
    void *prog_ctx[2], *interp_ctx[2];
    struct elf_source src = {pread_file, prog_ctx, NULL}, isrc = {pread_file, interp_ctx, NULL};
    struct elf_image img = {0}, interp = {0};
    struct file *interp_file = NULL;
    struct cpu_regs regs;
    struct mm *mm = NULL;
    int64_t args;
    int err;

    args = prepare_file(&b, t, req);
    if (args < 0) {
        err = (int)args;
        goto out;
    }
    prog_ctx[0] = interp_ctx[0] = &b;
    prog_ctx[1] = b.file;
    src.file = &b.file->mf;
    err = elf_open(&img, &src, false);
    if (err)
        goto out;
    if (img.interp[0]) {
        err = vfs_open_exec(t, img.interp, &interp_file);
        if (err)
            goto out;
        interp_ctx[1] = interp_file;
        isrc.file = &interp_file->mf;
        err = elf_open(&interp, &isrc, true);
        if (err)
            goto out;
    }
    mm = mm_create(&t->k->sys, t->k->cfg.design);
    if (!mm) {
        err = -ENOMEM;
        goto out;
    }
    if (t->mm)
        mm_exec_inherit(mm, t->mm);
    err = build_image(&b, mm, &img, interp_file ? &interp : NULL, (uint64_t)args, &regs);
    if (err) { /* the old image is gone in Linux: only death is left */
        process_exit(t->proc, SIGSEGV);
        goto out;
    }
    exec_commit(t, mm, b.filename, b.file);
    machine_ops.set_regs(t, &regs);
    mm = NULL;
out:
    if (mm)
        mm_put(mm);
    elf_close(&interp);
    elf_close(&img);
    if (interp_file)
        file_put(interp_file);
    for (int i = 0; i < b.owned; i++)
        free(b.argv[i]);
    free(b.argv);
    free(b.interp);
    if (b.file)
        file_put(b.file);
    return err;
}
