/*
 * proc_mem.c - files of /proc/PID about memory: areas as text, what lies in them, which pages were used (fs/proc/task_mmu.c,
 * base.c).
 */
#include "procfs.h"
#include "../process.h"
#include "fs_calls.h"

#include <mseal-emu/design.h>
#include <mseal-emu/pagemap.h>
#include <stdlib.h>

/* The gate area of a kernel with CONFIG_LEGACY_VSYSCALL_XONLY, which is in no address space. */
static const char vsyscall_line[] =
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";
static const char *const vsyscall_zeroes[] = {
    "Rss",
    "Pss",
    "Pss_Dirty",
    "Shared_Clean",
    "Shared_Dirty",
    "Private_Clean",
    "Private_Dirty",
    "Referenced",
    "Anonymous",
    "KSM",
    "LazyFree",
    "AnonHugePages",
    "ShmemPmdMapped",
    "FilePmdMapped",
    "Shared_Hugetlb",
    "Private_Hugetlb",
    "Swap",
    "SwapPss",
    "Locked",
};

int proc_show_maps(const struct proc_ref *ref, FILE *out)
{
    if (!ref->task->mm)
        return 0;
    mm_print_maps(ref->task->mm, out);
    if (ref->reader->k->cfg.vsyscall)
        fputs(vsyscall_line, out);
    return 0;
}

int proc_show_smaps(const struct proc_ref *ref, FILE *out)
{
    if (!ref->task->mm)
        return 0;
    mm_print_smaps(ref->task->mm, out);
    if (!ref->reader->k->cfg.vsyscall)
        return 0;
    fprintf(out, "%sSize:                  4 kB\nKernelPageSize:        4 kB\nMMUPageSize:           4 kB\n",
            vsyscall_line);
    for (size_t i = 0; i < sizeof(vsyscall_zeroes) / sizeof(*vsyscall_zeroes); i++)
        fprintf(out, "%s:%*d kB\n", vsyscall_zeroes[i], 23 - (int)strlen(vsyscall_zeroes[i]), 0);
    fputs("THPeligible:           0\nVmFlags: ex \n", out);
    return 0;
}

int proc_show_smaps_rollup(const struct proc_ref *ref, FILE *out)
{
    if (!ref->task->mm)
        return -ESRCH;
    mm_print_smaps_rollup(ref->task->mm, out);
    return 0;
}

int proc_show_numa_maps(const struct proc_ref *ref, FILE *out)
{
    if (ref->task->mm)
        mm_print_numa_maps(ref->task->mm, out);
    return 0;
}

/* clear_refs_write(): what goes beyond 12 bytes is not looked at. */
int64_t proc_write_clear_refs(const struct proc_ref *ref, char *text, size_t len)
{
    long which;
    int err;

    if (len > 12)
        text[12] = 0;
    if (!proc_parse_int(text, 10, &which) || which < MM_CLEAR_ALL || which > MM_CLEAR_HIWATER)
        return -EINVAL;
    err = ref->task->mm ? mm_clear_refs(ref->task->mm, which) : 0;
    return err ? err : (int64_t)len;
}

/* Bytes of the task's memory as they are now: arguments and environment may be changed by the program. */
static int show_memory(struct task *t, uint64_t start, uint64_t end, FILE *out)
{
    char buf[4096];

    while (start < end) {
        uint64_t n = end - start < sizeof(buf) ? end - start : sizeof(buf);
        int64_t got = mm_access_remote(t->mm, start, buf, n, false, false);

        if (got <= 0)
            break;
        fwrite(buf, 1, got, out);
        start += got;
    }
    return 0;
}

int proc_show_cmdline(const struct proc_ref *ref, FILE *out)
{
    const struct mm_layout *l;
    char c;

    if (!ref->task->mm)
        return 0;
    l = mm_layout(ref->task->mm);
    if (l->arg_start >= l->arg_end)
        return 0;
    /* setproctitle(3): no NUL at the end means the text goes on into the environment, to its first NUL. */
    if (mm_access_remote(ref->task->mm, l->arg_end - 1, &c, 1, false, false) == 1 && c &&
        l->env_end > l->env_start) {
        for (uint64_t a = l->arg_start; a < l->env_end; a++) {
            if (mm_access_remote(ref->task->mm, a, &c, 1, false, false) != 1)
                break;
            putc(c, out);
            if (!c)
                break;
        }
        return 0;
    }
    return show_memory(ref->task, l->arg_start, l->arg_end, out);
}

int proc_show_environ(const struct proc_ref *ref, FILE *out)
{
    const struct mm_layout *l;

    if (!ref->task->mm)
        return 0;
    l = mm_layout(ref->task->mm);
    return show_memory(ref->task, l->env_start, l->env_end, out);
}

unsigned proc_auxv(struct task *t, const uint64_t (**auxv)[2])
{
    unsigned n = 0;

    if (!t->mm)
        return 0;
    *auxv = (const uint64_t(*)[2])mm_layout(t->mm)->auxv;
    while ((*auxv)[n][0] && n < MM_AUXV_PAIRS - 1)
        n++;
    return n + 1;
}

int proc_show_auxv(const struct proc_ref *ref, FILE *out)
{
    const uint64_t(*auxv)[2];
    unsigned n = proc_auxv(ref->task, &auxv);

    if (n)
        fwrite(auxv, sizeof(*auxv), n, out);
    return 0;
}

/* Nobody looks for equal pages, so the numbers are 0. */
int proc_show_ksm_stat(const struct proc_ref *ref, FILE *out)
{
    struct mm *mm = ref->task->mm;
    bool mergeable = false;
    const struct vma *v;

    if (!mm)
        return 0;
    for (uint64_t at = 0; !mergeable && (v = mm_find_vma(mm, at)); at = v->end)
        mergeable = v->flags & VM_MERGEABLE;
    fprintf(out,
            "ksm_rmap_items 0\nksm_zero_pages 0\nksm_merging_pages 0\nksm_process_profit 0\n"
            "ksm_merge_any: %s\nksm_mergeable: %s\n",
            mm_memory_merge(mm) ? "yes" : "no", mergeable ? "yes" : "no");
    return 0;
}

/* ---- mem ---- */

/* Reading always looks through protections; writing does where the kernel around the design still lets it. */
static bool may_force(const struct mm *mm, bool write)
{
    return !write || !(mm_design(mm)->rules & RULE_MEM_NO_FORCE);
}

static int64_t mem_rw(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos, bool write)
{
    struct proc_ref ref;
    int64_t n;

    if (!proc_ref_of(t, f->inode, &ref) || !ref.task->mm)
        return 0;
    n = mm_access_remote(ref.task->mm, *pos, buf, len, write, may_force(ref.task->mm, write));
    if (n > 0)
        *pos += n;
    return n;
}

static int64_t mem_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    return mem_rw(t, f, buf, len, pos, false);
}

static int64_t mem_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    return mem_rw(t, f, (void *)buf, len, pos, true);
}

int64_t proc_mem_lseek(struct file *f, int64_t off, int whence)
{
    if (whence == SEEK_CUR)
        off += f->pos;
    else if (whence != SEEK_SET)
        return -EINVAL;
    return f->pos = off;
}

const struct file_ops proc_mem_ops = {.read = mem_read, .write = mem_write, .lseek = proc_mem_lseek};
