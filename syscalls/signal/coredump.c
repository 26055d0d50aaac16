/*
 * coredump.c - core files (fs/coredump.c, fs/binfmt_elf.c): what gdb wants to know of a program that a signal killed.
 *
 *      ELF header
 *      program headers
 *      notes: registers of each thread, siginfo, auxv, mapped files
 *      pages, one segment for each area
 *
 * The name is core_pattern's, "core", in the working directory; so there is one only where the guest may write. What goes in is
 * what /proc/PID/coredump_filter says.
 */
#include "coredump.h"

#include "../file.h"
#include "../fs/procfs.h"
#include "../fs/vfs.h"
#include "../proc/ptrace.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>
#include <sys/resource.h>

#define CORE_NAME    "core"        /* core_pattern of /proc/sys/kernel */
#define MAX_SEGMENTS (PN_XNUM - 2) /* more would need a section header */
#define NOTE_SIGINFO 0x53494749u
#define NOTE_FILE    0x46494c45u

/* The file being written; once something fails the rest is left away, as in Linux. */
struct core {
    struct task *t;
    const struct ksiginfo *info;
    struct file *f;
    uint64_t left; /* bytes that RLIMIT_CORE still permits; holes cost nothing */
    bool full;
};

static void put_at(struct core *c, uint64_t at, const void *data, uint64_t len)
{
    for (uint64_t done = 0; done < len && !c->full;) {
        uint64_t pos = at + done;
        int64_t n = len - done > c->left
                        ? -EFBIG
                        : c->f->ops->write(c->t, c->f, (const char *)data + done, len - done, &pos);

        c->full = n <= 0;
        done += n > 0 ? (uint64_t)n : 0;
        c->left -= n > 0 ? (uint64_t)n : 0;
    }
}

/* ---- notes ---- */

static void note(FILE *out, uint32_t type, const void *desc, size_t len)
{
    Elf64_Nhdr h = {.n_namesz = 5, .n_descsz = (Elf64_Word)len, .n_type = type};
    static const char zeroes[4];

    fwrite(&h, sizeof(h), 1, out);
    fwrite("CORE\0\0\0", 8, 1, out);
    fwrite(desc, 1, len, out);
    fwrite(zeroes, 1, -len & 3, out);
}

static struct timeval cpu_time(uint64_t ns)
{
    return (struct timeval){.tv_sec = (time_t)(ns / 1000000000),
                            .tv_usec = (suseconds_t)(ns / 1000 % 1000000)};
}

static void note_thread(FILE *out, struct task *t, int signo)
{
    struct elf_prstatus st = {
        .pr_info.si_signo = signo,
        .pr_cursig = (short)signo,
        .pr_sigpend = t->pending.set,
        .pr_sighold = t->blocked,
        .pr_pid = t->tid,
        .pr_ppid = t->proc->parent ? t->proc->parent->pid : 0,
        .pr_pgrp = t->proc->pgid,
        .pr_sid = t->proc->sid,
        .pr_utime = cpu_time(t->utime_ns),
        .pr_stime = cpu_time(t->stime_ns),
        .pr_fpvalid = 1,
    };
    struct user_regs_struct u;

    ptrace_user_regs(t, &u);
    memcpy(st.pr_reg, &u, sizeof(st.pr_reg));
    note(out, NT_PRSTATUS, &st, sizeof(st));
}

static void note_fp(FILE *out, struct task *t)
{
    struct cpu_regs r;

    t->k->ops->get_regs(t, &r);
    note(out, NT_FPREGSET, r.fx, sizeof(r.fx));
}

static void note_process(FILE *out, struct task *t)
{
    const struct mm_layout *l = mm_layout(t->mm);
    struct elf_prpsinfo ps = {
        .pr_sname = 'R',
        .pr_nice = (char)t->nice,
        .pr_uid = t->cred.uid,
        .pr_gid = t->cred.gid,
        .pr_pid = t->tid,
        .pr_ppid = t->proc->parent ? t->proc->parent->pid : 0,
        .pr_pgrp = t->proc->pgid,
        .pr_sid = t->proc->sid,
    };
    uint64_t len = l->arg_end - l->arg_start;
    int64_t n;

    snprintf(ps.pr_fname, sizeof(ps.pr_fname), "%s", t->comm);
    len = len < sizeof(ps.pr_psargs) - 1 ? len : sizeof(ps.pr_psargs) - 1;
    n = mm_access_remote(t->mm, l->arg_start, ps.pr_psargs, len, false, true);
    for (int64_t i = 0; i < n - 1; i++)
        if (!ps.pr_psargs[i])
            ps.pr_psargs[i] = ' ';
    note(out, NT_PRPSINFO, &ps, sizeof(ps));
}

/* NT_FILE: how many, page size, then start, end and page offset of each, then the names. */
static void note_files(FILE *out, struct mm *mm)
{
    char path[PATH_MAX + 16], *ranges = NULL, *names = NULL, *desc = NULL;
    size_t ranges_len, names_len, desc_len;
    FILE *r = open_memstream(&ranges, &ranges_len), *n = open_memstream(&names, &names_len);
    FILE *d = open_memstream(&desc, &desc_len);
    uint64_t head[2] = {0, MM_PAGE_SIZE};
    const struct vma *v;

    for (uint64_t at = 0; r && n && (v = mm_find_vma(mm, at)); at = v->end) {
        uint64_t row[3] = {v->start, v->end, v->pgoff};

        if (!v->file || !v->file->path)
            continue;
        fwrite(row, sizeof(row), 1, r);
        fwrite(path, 1, v->file->path(v->file, path, sizeof(path)), n);
        fputc(0, n);
        head[0]++;
    }
    if (r)
        fclose(r);
    if (n)
        fclose(n);
    if (d && ranges && names) {
        fwrite(head, sizeof(head), 1, d);
        fwrite(ranges, 1, ranges_len, d);
        fwrite(names, 1, names_len, d);
        fflush(d);
        note(out, NOTE_FILE, desc, desc_len);
    }
    if (d)
        fclose(d);
    free(ranges);
    free(names);
    free(desc);
}

static void notes(FILE *out, const struct core *c)
{
    struct task *t = c->t;
    const uint64_t(*auxv)[2];
    unsigned n = proc_auxv(t, &auxv);

    note_thread(out, t, c->info->signo);
    note_process(out, t);
    note(out, NOTE_SIGINFO, c->info->info.raw, sizeof(c->info->info.raw));
    note(out, NT_AUXV, auxv, n * sizeof(*auxv));
    note_files(out, t->mm);
    note_fp(out, t);
    list_for_each (pos, &t->proc->threads) {
        struct task *o = container_of(pos, struct task, thread_node);

        if (o == t || o->state == TASK_ZOMBIE || o->state == TASK_DEAD)
            continue;
        note_thread(out, o, c->info->signo);
        note_fp(out, o);
    }
}

/* ---- memory ---- */

/* Shared memory that no other program could open: anonymous, System V, memfd, unlinked. */
static bool nameless(const struct mm_file *f)
{
    static const char gone[] = " (deleted)";
    char path[PATH_MAX + sizeof(gone)];
    size_t len = f->path ? f->path(f, path, sizeof(path)) : 0;

    return len >= sizeof(gone) - 1 && !memcmp(path + len - (sizeof(gone) - 1), gone, sizeof(gone) - 1);
}

/* vma_dump_size() */
static uint64_t dump_size(struct mm *mm, const struct vma *v, unsigned filter)
{
    uint64_t whole = v->end - v->start;
    char magic[SELFMAG];

    if (v->kind == VMA_VDSO)
        return whole;
    if (v->flags & VM_DONTDUMP)
        return 0;
    if (v->file && v->file->obj->page_size != MM_PAGE_SIZE)
        return filter & (v->flags & VM_SHARED ? CORE_HUGETLB_SHARED : CORE_HUGETLB_PRIVATE) ? whole : 0;
    if (v->flags & VM_IO)
        return 0;
    if (v->flags & VM_SHARED)
        return filter & (v->file && !nameless(v->file) ? CORE_MAPPED_SHARED : CORE_ANON_SHARED) ? whole : 0;
    if ((v->anon_vma && filter & CORE_ANON_PRIVATE) || (v->file && filter & CORE_MAPPED_PRIVATE))
        return whole;
    if (filter & CORE_ELF_HEADERS && v->file && !v->pgoff && v->flags & VM_READ &&
        mm_access_remote(mm, v->start, magic, SELFMAG, false, true) == SELFMAG &&
        !memcmp(magic, ELFMAG, SELFMAG))
        return MM_PAGE_SIZE;
    return 0;
}

struct segment {
    struct core *c;
    const struct vma *v;
    uint64_t pos; /* of v->start in the file */
};

static int put_page(void *ctx, uint64_t addr)
{
    static const char zeroes[MM_PAGE_SIZE];
    struct segment *s = ctx;
    char page[MM_PAGE_SIZE];

    if (mm_access_remote(s->c->t->mm, addr, page, sizeof(page), false, true) == sizeof(page) &&
        memcmp(page, zeroes, sizeof(page))) /* holes are zeroes, too */
        put_at(s->c, s->pos + (addr - s->v->start), page, sizeof(page));
    return s->c->full;
}

static void put_segment(struct core *c, const struct vma *v, uint64_t pos, uint64_t size)
{
    struct segment s = {c, v, pos};

    if (v->file) {
        for (uint64_t at = 0; at < size && !c->full; at += MM_PAGE_SIZE)
            put_page(&s, v->start + at);
    } else { /* only what is there: areas may be terabytes */
        mm_each_page(c->t->mm, v->start, v->start + size, put_page, &s);
    }
}

static void write_core(struct core *c)
{
    struct mm *mm = c->t->mm;
    char *note_text = NULL;
    size_t note_len = 0;
    FILE *out = open_memstream(&note_text, &note_len);
    const struct vma *v;
    uint64_t n = 0, i = 1, pos;
    Elf64_Ehdr eh = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_CORE,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
    };
    Elf64_Phdr *ph;

    for (uint64_t at = 0; (v = mm_find_vma(mm, at)); at = v->end)
        n++;
    n = n < MAX_SEGMENTS ? n : MAX_SEGMENTS;
    ph = calloc(n + 1, sizeof(*ph));
    if (!out || !ph)
        goto out;
    notes(out, c);
    fflush(out);
    eh.e_phnum = (Elf64_Half)(n + 1);
    pos = sizeof(eh) + (n + 1) * sizeof(*ph);
    ph[0] = (Elf64_Phdr){.p_type = PT_NOTE, .p_offset = pos, .p_filesz = note_len, .p_align = 4};
    pos = (pos + note_len + MM_PAGE_SIZE - 1) & MM_PAGE_MASK;
    for (uint64_t at = 0; i <= n && (v = mm_find_vma(mm, at)); at = v->end, i++) {
        ph[i] = (Elf64_Phdr){
            .p_type = PT_LOAD,
            .p_flags = (v->flags & VM_READ ? PF_R : 0) | (v->flags & VM_WRITE ? PF_W : 0) |
                       (v->flags & VM_EXEC ? PF_X : 0),
            .p_offset = pos,
            .p_vaddr = v->start,
            .p_filesz = dump_size(mm, v, c->t->proc->coredump_filter),
            .p_memsz = v->end - v->start,
            .p_align = MM_PAGE_SIZE,
        };
        pos += ph[i].p_filesz;
    }
    put_at(c, 0, &eh, sizeof(eh));
    put_at(c, sizeof(eh), ph, (n + 1) * sizeof(*ph));
    put_at(c, ph[0].p_offset, note_text, note_len);
    for (i = 1; i <= n && !c->full; i++)
        put_segment(c, mm_find_vma(mm, ph[i].p_vaddr), ph[i].p_offset, ph[i].p_filesz);
    if (!c->full && inode_size(c->f->inode) < pos) /* the last pages were zeroes */
        do_truncate(c->t, c->f->inode, c->f->dentry, pos);
out:
    if (out)
        fclose(out);
    free(note_text);
    free(ph);
}

bool coredump(struct task *t, const struct ksiginfo *info)
{
    struct core c = {.t = t, .info = info, .left = t->proc->rlim[RLIMIT_CORE].cur};

    if (!t->mm || !t->proc->dumpable || c.left < MM_PAGE_SIZE)
        return false;
    vfs_unlink(t, CORE_NAME); /* whatever it is: never written through */
    if (vfs_open(t, CORE_NAME, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0600, &c.f))
        return false;
    write_core(&c);
    file_put(c.f);
    return true;
}
