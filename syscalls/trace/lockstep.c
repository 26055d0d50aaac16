/*
 * lockstep.c - records of what the first process does, for a comparison with another kernel. See lockstep.h.
 */
#include "lockstep.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "../file.h"
#include "../process.h"

struct lockstep {
    FILE *out;
};

struct lockstep *lockstep_create(struct kernel *k, int fd)
{
    struct lockstep *ls = calloc(1, sizeof(*ls));

    if (!ls)
        return NULL;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    ls->out = fdopen(fd, "w");
    if (ls->out)
        return ls;
    free(ls);
    return NULL;
}

void lockstep_destroy(struct lockstep *ls)
{
    if (!ls)
        return;
    fclose(ls->out);
    free(ls);
}

/* Calls that are not of the class %memory and change or show the address space all the same. */
static const unsigned more_memory_calls[] = {
    SYS_shmget,     SYS_shmctl,    SYS_execve,          SYS_execveat,     SYS_prctl,
    SYS_pkey_alloc, SYS_pkey_free, SYS_process_madvise, SYS_memfd_create,
};

bool lockstep_is_memory(unsigned nr)
{
    const struct sys_row *row = sys_row(nr);

    for (size_t i = 0; i < sizeof(more_memory_calls) / sizeof(*more_memory_calls); i++)
        if (more_memory_calls[i] == nr)
            return true;
    return row ? row->classes & SC_MEMORY : nr >= SYS_MAX; /* numbers past Linux' are a design's */
}

/* Where a call puts what it has from outside: argument, bytes (RET: as many as the result says, RET8: numbers of 8 bytes; ROOM: as
 * the third argument does). */
#define RET            UINT32_MAX
#define RET8           (UINT32_MAX - 1)
#define ROOM           (UINT32_MAX - 2)
#define SYS_statmount_ 457
#define SYS_listmount_ 458
static const struct {
    unsigned nr;
    bool result;
    struct {
        uint32_t arg, len;
    } out[LOCKSTEP_OUTPUTS]; /* len 0: the end */
} world[] = {
    {SYS_clock_gettime, false, {{1, 16}}},
    {SYS_clock_getres, false, {{1, 16}}},
    {SYS_gettimeofday, false, {{0, 16}, {1, 8}}},
    {SYS_time, true, {{0, 8}}},
    {SYS_times, true, {{0, 32}}},
    {SYS_getrusage, false, {{1, 144}}},
    {SYS_getrandom, true, {{0, RET}}},
    {SYS_getcpu, false, {{0, 4}, {1, 4}}},
    {SYS_sysinfo, false, {{0, 112}}},
    {SYS_uname, false, {{0, 390}}},
    {SYS_sched_getaffinity, true, {{2, RET}}},
    {SYS_prlimit64, false, {{3, 16}}},
    {SYS_getrlimit, false, {{1, 16}}},
    {SYS_personality, true, {{0}}},
    {SYS_wait4, true, {{1, 4}, {3, 144}}},
    {SYS_stat, true, {{1, 144}}},
    {SYS_fstat, true, {{1, 144}}},
    {SYS_lstat, true, {{1, 144}}},
    {SYS_newfstatat, true, {{2, 144}}},
    {SYS_statx, true, {{4, 256}}},
    {SYS_statfs, true, {{1, 120}}},
    {SYS_fstatfs, true, {{1, 120}}},
    {SYS_getdents, true, {{1, RET}}},
    {SYS_getdents64, true, {{1, RET}}},
    {SYS_waitid, true, {{2, 128}, {4, 144}}},
    {SYS_statmount_, true, {{1, ROOM}}},
    {SYS_listmount_, true, {{1, RET8}}},
};

unsigned lockstep_outputs(unsigned nr, const uint64_t args[6], int64_t ret,
                          struct lockstep_output out[LOCKSTEP_OUTPUTS], bool *replace_ret)
{
    unsigned n = 0;

    *replace_ret = false;
    for (size_t i = 0; i < sizeof(world) / sizeof(*world); i++) {
        if (world[i].nr != nr)
            continue;
        *replace_ret = world[i].result;
        for (int j = 0; ret >= 0 && j < LOCKSTEP_OUTPUTS && world[i].out[j].len; j++) {
            uint64_t addr = args[world[i].out[j].arg], len = world[i].out[j].len;

            len = len == RET ? (uint64_t)ret : len == RET8 ? 8 * (uint64_t)ret : len == ROOM ? args[2] : len;
            if (addr)
                out[n++] = (struct lockstep_output){addr, len};
        }
    }
    return n;
}

static bool is_followed(const struct task *t)
{
    return t->proc == t->k->init;
}

static void put(struct lockstep *ls, struct lockstep_record *rec, const char *text, size_t len)
{
    rec->text_len = (uint32_t)len;
    fwrite(rec, sizeof(*rec), 1, ls->out);
    if (len)
        fwrite(text, len, 1, ls->out);
}

/* A record whose text is `head` and then the maps of t. */
static void put_with_maps(struct task *t, struct lockstep_record *rec, const void *head, size_t head_len)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);

    if (!f)
        return;
    if (head_len)
        fwrite(head, 1, head_len, f);
    if (t->mm)
        mm_print_maps(t->mm, f);
    if (!fclose(f))
        put(t->k->lockstep, rec, text, len);
    free(text);
}

/* A new image: how it begins, and its maps. */
static void put_image(struct task *t, struct lockstep_record *rec)
{
    struct lockstep_start start = {0};
    struct mm_layout *l = mm_layout(t->mm);
    struct cpu_regs regs;

    t->k->ops->get_regs(t, &regs);
    start.rsp = regs.rsp;
    start.stack_len = l->arg_start - regs.rsp;
    if (start.stack_len > sizeof(start.stack) || mm_copy_in(t->mm, start.stack, start.rsp, start.stack_len))
        start.stack_len = 0;
    put_with_maps(t, rec, &start, sizeof(start));
    fflush(t->k->lockstep->out);
}

void lockstep_started(struct task *t)
{
    struct lockstep_record rec = {.kind = LOCKSTEP_START};

    put_image(t, &rec);
}

void lockstep_call(struct task *t, int64_t ret)
{
    struct lockstep_record rec = {.kind = LOCKSTEP_CALL, .nr = (uint32_t)t->sysno, .ret = ret};
    struct lockstep_output out[LOCKSTEP_OUTPUTS];
    const struct sys_row *row = sys_row(rec.nr);
    char *bytes = NULL;
    size_t len = 0;
    bool replace;

    if (!is_followed(t) || (row && row->classes & SC_NORETURN))
        return;
    memcpy(rec.args, t->args, sizeof(rec.args));
    if ((rec.nr == SYS_execve || rec.nr == SYS_execveat) && ret >= 0) {
        put_image(t, &rec);
        return;
    }
    if (lockstep_is_memory(rec.nr)) {
        put_with_maps(t, &rec, NULL, 0);
        return;
    }
    unsigned n = lockstep_outputs(rec.nr, rec.args, ret, out, &replace);

    if ((rec.nr == SYS_read || rec.nr == SYS_pread64) && ret >= 0) {
        const struct file *f = fd_file(t, (int)rec.args[0]);

        rec.is_world = f && (vfs_tells_of_machine(f) || vfs_is_random(f));
        if (rec.is_world)
            out[n++] = (struct lockstep_output){rec.args[1], (uint64_t)ret};
    }

    for (unsigned i = 0; i < n; i++)
        len += out[i].len;
    bytes = calloc(1, len + 1);
    if (!bytes)
        return;
    len = 0;
    for (unsigned i = 0; i < n; len += out[i++].len)
        mm_copy_in_partial(t->mm, bytes + len, out[i].addr, out[i].len);
    put(t->k->lockstep, &rec, bytes, len);
    free(bytes);
}

void lockstep_signal(struct task *t, const struct ksiginfo *info)
{
    struct lockstep_record rec = {.kind = LOCKSTEP_SIGNAL,
                                  .signo = info->signo,
                                  .code = info->info.si_code,
                                  .addr = info->info.fault.addr};

    if (is_followed(t))
        put(t->k->lockstep, &rec, (const char *)info->info.raw, sizeof(info->info.raw));
}

void lockstep_exited(struct task *t, int status)
{
    struct lockstep_record rec = {.kind = LOCKSTEP_EXIT, .ret = status};

    if (!is_followed(t) || t->proc->nr_threads > 1)
        return;
    put(t->k->lockstep, &rec, NULL, 0);
    fflush(t->k->lockstep->out);
}
