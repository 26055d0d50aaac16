/* vdso.c - [vdso] and [vvar]: an ELF image whose functions work, and special mappings, which stay in one
 * piece. */
#include "probe.h"

#include <elf.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#define FIXED (MREMAP_MAYMOVE | MREMAP_FIXED)

struct area {
    char *p;
    size_t len;
};

static struct area area_named(const char *name)
{
    struct row r;
    for (const char *s = proc_read("/proc/self/maps"); s && *s; s = next_line(s))
        if (parse_row(s, &r) && !strcmp(r.name, name))
            return (struct area){(char *)r.start, r.end - r.start};
    return (struct area){0};
}

/* ---- the image ---- */

static char *symbol(char *base, const char *name)
{
    const Elf64_Ehdr *eh = (void *)base;
    const Elf64_Phdr *ph = (void *)(base + eh->e_phoff);
    const Elf64_Dyn *dyn = NULL;
    const Elf64_Sym *sym = NULL;
    const char *str = NULL;
    uintptr_t bias = (uintptr_t)base; /* User Mode Linux's image is linked for another place */
    for (int i = 0; i < eh->e_phnum; i++) {
        if (ph[i].p_type == PT_LOAD && !ph[i].p_offset)
            bias -= ph[i].p_vaddr;
        else if (ph[i].p_type == PT_DYNAMIC)
            dyn = (void *)(base + ph[i].p_offset);
    }
    for (; dyn && dyn->d_tag != DT_NULL; dyn++) {
        if (dyn->d_tag == DT_SYMTAB)
            sym = (void *)(bias + dyn->d_un.d_ptr);
        else if (dyn->d_tag == DT_STRTAB)
            str = (char *)(bias + dyn->d_un.d_ptr);
    }
    if (!sym || !str)
        return NULL;
    for (; (const char *)sym < str; sym++) /* the names come after the symbols */
        if (sym->st_shndx && !strcmp(str + sym->st_name, name))
            return (char *)(bias + sym->st_value);
    return NULL;
}

typedef int clock_fn(clockid_t, struct timespec *);

/* Of the image at base: 1 if its clock ticks. */
static int clock_works(char *base)
{
    clock_fn *gettime = (clock_fn *)symbol(base, "__vdso_clock_gettime");
    struct timespec a, b;
    return gettime && !gettime(CLOCK_MONOTONIC, &a) && !gettime(CLOCK_MONOTONIC, &b) &&
           (b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec));
}

static void image(struct area vdso)
{
    clock_fn *gettime = (clock_fn *)symbol(vdso.p, "__vdso_clock_gettime");
    int (*gettimeofday_)(struct timeval *, void *) = (void *)symbol(vdso.p, "__vdso_gettimeofday");
    time_t (*time_)(time_t *) = (void *)symbol(vdso.p, "__vdso_time");
    int (*getcpu_)(unsigned *, unsigned *, void *) = (void *)symbol(vdso.p, "__vdso_getcpu");
    struct timeval tv = {0};
    struct timespec ts = {0};
    unsigned cpu = ~0u;
    time_t t = 0;

    is_true(!memcmp(vdso.p, ELFMAG, SELFMAG), "[vdso] is an ELF image");
    is_true(clock_works(vdso.p), "__vdso_clock_gettime tells the time");
    is_num(gettime ? gettime(1000, &ts) : 0, -EINVAL, "and a clock that does not exist is -EINVAL");
    must(syscall(SYS_clock_gettime, CLOCK_REALTIME, &ts));
    is_true(gettimeofday_ && !gettimeofday_(&tv, NULL) && tv.tv_sec - ts.tv_sec <= 2,
            "__vdso_gettimeofday does too");
    is_true(time_ && time_(&t) - ts.tv_sec <= 2 && t - ts.tv_sec <= 2, "and __vdso_time");
    is_true(getcpu_ && !getcpu_(&cpu, NULL, NULL) && cpu < 4096, "__vdso_getcpu tells the processor");
    is_true(symbol(vdso.p, "clock_gettime") == (char *)gettime, "the plain name is the same function");
}

/* ---- [vvar] ---- */

static const char *vvar_facts[] = {
    "[vvar] lies before [vdso]",
    "its flags are those of memory that is no memory",
    "its first page can be read",
    "but not written",
    "its last page is not there",
    "the kernel reads it for the process",
    "but not for another",
    "mincore calls all of it resident",
    "it cannot be made writable",
    "nor executable",
    "nor can its contents be dropped",
    "MADV_DOFORK does not fit it",
    "MADV_COLD neither",
    "MADV_WIPEONFORK does",
};

static void vvar(struct area vvar, struct area vdso)
{
    unsigned char vec[16] = {0};
    int p[2];
    char byte;
    struct iovec local = {&byte, 1}, remote = {vvar.p, 1};
    const char **fact = vvar_facts;

    if (!vvar.p) {
        for (size_t i = 0; i < sizeof vvar_facts / sizeof *vvar_facts; i++)
            told_skip(vvar_facts[i], "no [vvar]");
        return;
    }
    is_true(vvar.p < vdso.p && (size_t)(vdso.p - vvar.p) <= 8 * PG, *fact++);
    is_str(vmflags(vvar.p), "rd mr pf io de dd", *fact++);
    is_str(try_access(vvar.p, 'r'), "fine", *fact++);
    is_str(try_access(vvar.p, 'w'), "SEGV_ACCERR", *fact++);
    is_str(try_access(vvar.p + vvar.len - PG, 'r'), "BUS_ADRERR", *fact++);
    must(pipe(p));
    is_num(write(p[1], vvar.p, 1), 1, *fact++);
    is_err(process_vm_readv(getpid(), &local, 1, &remote, 1, 0), "EFAULT", *fact++);
    must(mincore(vvar.p, vvar.len, vec));
    is_true(vec[0] == 1 && vec[vvar.len / PG - 1] == 1, *fact++);
    is_err(mprotect(vvar.p, vvar.len, RW), "EACCES", *fact++);
    is_err(mprotect(vvar.p, vvar.len, RX), "EACCES", *fact++);
    is_err(madvise(vvar.p, vvar.len, MADV_DONTNEED), "EINVAL", *fact++);
    is_err(madvise(vvar.p, vvar.len, MADV_DOFORK), "EINVAL", *fact++);
    is_err(madvise(vvar.p, vvar.len, MADV_COLD), "EINVAL", *fact++);
    is_ok(madvise(vvar.p, vvar.len, MADV_WIPEONFORK), *fact++);
    must(madvise(vvar.p, vvar.len, MADV_KEEPONFORK));
}

/* ---- advice on [vdso] ---- */

static void advice(struct area vdso)
{
    char byte;
    struct iovec local = {&byte, 1}, remote = {vdso.p, 1};
    is_err(process_vm_readv(getpid(), &local, 1, &remote, 1, 0), "ok",
           "[vdso] can be read by another process");
    is_ok(madvise(vdso.p, vdso.len, MADV_DONTFORK), "MADV_DONTFORK of [vdso]");
    is_ok(madvise(vdso.p, vdso.len, MADV_DOFORK), "MADV_DOFORK takes it back");
    is_ok(madvise(vdso.p, vdso.len, MADV_POPULATE_READ), "it can be populated");
    is_err(madvise(vdso.p, vdso.len, MADV_DODUMP), "EINVAL", "MADV_DODUMP is not for special mappings");
    is_err(madvise(vdso.p, vdso.len, MADV_FREE), "EINVAL", "MADV_FREE neither");
    is_err(madvise(vdso.p, vdso.len, MADV_REMOVE), "EINVAL", "nor MADV_REMOVE");
    if (since(6, 13))
        is_err(madvise(vdso.p, vdso.len, MADV_GUARD_INSTALL), "EINVAL", "nor guards");
    else
        told_skip("nor guards", "since Linux 6.13");
    is_ok(mlock(vdso.p, vdso.len), "mlock is taken");
    is_true(!has_flag(vdso.p, "lo"), "and locks nothing");
}

/* ---- in one piece ---- */

static void whole(struct area vdso)
{
    size_t n = vdso.len / PG;
    is_err(munmap(vdso.p, PG), "EINVAL", "munmap of a part");
    is_err(munmap(vdso.p + PG, vdso.len - PG), "EINVAL", "at the end, too");
    is_err((long)mmap(vdso.p, PG, RW, ANON | MAP_FIXED, -1, 0), "EINVAL", "mmap over a part");
    is_err(mprotect(vdso.p, PG, PROT_READ), "EINVAL", "mprotect of a part");
    is_ok(mprotect(vdso.p, PG, RX), "but not to the protection it has");
    is_err((long)mremap(vdso.p, vdso.len, PG, 0), "EINVAL", "mremap to less");
    is_err((long)mremap(vdso.p, vdso.len, vdso.len + PG, MREMAP_MAYMOVE), "EFAULT", "mremap to more");
    is_err((long)mremap(vdso.p, PG, PG, FIXED, arena(1)), "EINVAL", "mremap of a part");
    is_err((long)mremap(vdso.p, 0, PG, MREMAP_MAYMOVE), "EINVAL", "mremap of nothing");
    is_err((long)mremap(vdso.p, vdso.len, vdso.len, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0), "EINVAL",
           "mremap that leaves something behind");
    is_str(picture(vdso.p, n), n == 2 ? "ee" : picture(vdso.p, n), "all of that changed nothing");
}

static void written(struct area vdso)
{
    is_ok(mprotect(vdso.p, vdso.len, RW), "all of it can be made writable");
    is_true(has_flag(vdso.p, "ac"), "which is charged");
    is_str(try_access(vdso.p, 'w'), "fine", "a write");
    is_num(vdso.p[0], 'N', "goes to a copy");
    is_num(smaps_kb(vdso.p, "Anonymous"), 4, "of this process");
    must(mprotect(vdso.p, vdso.len, RX));
    is_ok(madvise(vdso.p, vdso.len, MADV_DONTNEED), "MADV_DONTNEED");
    is_num(vdso.p[0], 0x7f, "takes the copy away");
}

static int child_has_it(char *vdso)
{
    struct row r;
    return row_of(vdso, &r) && !strcmp(r.name, "[vdso]") && clock_works(vdso) ? 0 : 1;
}

static struct area moved(struct area vdso)
{
    struct row r;
    char *to = arena(vdso.len / PG);
    is_true(mremap(vdso.p, vdso.len, vdso.len, FIXED, to) == to, "mremap of all of it moves it");
    is_true(!row_of(vdso.p, &r) || strcmp(r.name, "[vdso]"), "away from where it was");
    is_true(row_of(to, &r) && !strcmp(r.name, "[vdso]"), "under its name");
    is_num(to[0], 0x7f, "with its contents");
    return (struct area){to, vdso.len};
}

static void sealed(struct area vdso)
{
    static const char *const facts[] = {"mseal of a part", "of all of it",
                                        "shows as sl",     "then it cannot be unmapped",
                                        "nor moved",       "nor changed"};
    if (sys_mseal(vdso.p, 0, 0) && errno == ENOSYS) {
        for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
            told_skip(facts[i], "no mseal");
        return;
    }
    if (vdso.len > PG)
        is_err(sys_mseal(vdso.p, PG, 0), "EINVAL", facts[0]);
    is_ok(sys_mseal(vdso.p, vdso.len, 0), facts[1]);
    is_true(has_flag(vdso.p, "sl"), facts[2]);
    is_err(munmap(vdso.p, vdso.len), "EPERM", facts[3]);
    is_err((long)mremap(vdso.p, vdso.len, vdso.len, FIXED, arena(vdso.len / PG)), "EPERM", facts[4]);
    is_err(mprotect(vdso.p, vdso.len, PROT_READ), "EPERM", facts[5]);
}

int main(void)
{
    char *base = (char *)getauxval(AT_SYSINFO_EHDR);
    struct area vdso = area_named("[vdso]"), v = area_named("[vvar]");

    if (!vdso.p) {
        told_skip("there is a vDSO", "none here");
        return done();
    }
    is_true(base == vdso.p, "AT_SYSINFO_EHDR is where [vdso] begins");
    is_str(vmflags(vdso.p), "rd ex mr mw me de", "its flags");
    image(vdso);
    vvar(v, vdso);
    is_num(in_child(child_has_it, vdso.p), 0, "a child has it too");
    advice(vdso);
    if (vdso.len > PG)
        whole(vdso);
    written(vdso);
    if (v.p) /* its functions look there: out of their way */
        is_ok(munmap(v.p, v.len), "[vvar] can be unmapped");
    vdso = moved(vdso);
    sealed(vdso);
    return done();
}
