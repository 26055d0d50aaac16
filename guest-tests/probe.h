/*
 * probe.h - the harness of the memory-behaviour probe: state a fact, observe it, print 'ok' or 'not ok'.
 *
 * The programs are static, know neither the emulator nor a sealing design, and depend on no address: what they look
 * at lies in an arena with a shared page at each end that nothing merges with. A fact is one observable thing: an errno,
 * the picture of the arena's VMAs, how an access ends, a page's first byte, a VmFlags word.
 *
 * Pictures have one letter for each page and | between VMAs:  n --- r r-- w rw- e r-x W rwx x --x . nothing;
 * capitals' case tells nothing else. Sealed VMAs have an s behind each page.
 */
#ifndef PROBE_H
#define PROBE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define PG     4096ul
#define RW     (PROT_READ | PROT_WRITE)
#define RX     (PROT_READ | PROT_EXEC)
#define ANON   (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED (MAP_SHARED | MAP_ANONYMOUS)

#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 8
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE  103
#endif
#define SYS_mseal_ 462

static int facts_told;

/* What was told stays told if the program dies. */
__attribute__((constructor)) static void tell_line_by_line(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
}

/* ---- stating ---------------------------------------------------------------------------------------- */

static void tell(bool ok, const char *fact)
{
    printf("%s %d - %s\n", ok ? "ok" : "not ok", ++facts_told, fact);
}

static inline void told_skip(const char *fact, const char *reason)
{
    printf("skip %d - %s (%s)\n", ++facts_told, fact, reason);
}

static inline void is_true(bool ok, const char *fact)
{
    tell(ok, fact);
}

static inline void is_str(const char *got, const char *want, const char *fact)
{
    bool ok = !strcmp(got, want);
    tell(ok, fact);
    if (!ok)
        printf("# got  %s\n# want %s\n", got, want);
}

static inline void is_num(long got, long want, const char *fact)
{
    tell(got == want, fact);
    if (got != want)
        printf("# got  %ld\n# want %ld\n", got, want);
}

/* The value of a system call as the kernel gives it: what it returned, or -errno. */
static inline const char *result(long r, int err)
{
    static char buf[64];
    if (r != -1)
        return "ok";
    const char *name = strerrorname_np(err);
    snprintf(buf, sizeof buf, "%s", name ? name : "?");
    return buf;
}
/* is_err(munmap(...), "EINVAL", fact): "ok" stands for success. */
#define is_err(call, want, fact)                                                                             \
    do {                                                                                                     \
        errno = 0;                                                                                           \
        long r_ = (long)(call);                                                                              \
        is_str(result(r_, errno), want, fact);                                                               \
    } while (0)
#define is_ok(call, fact) is_err(call, "ok", fact)

static inline int done(void)
{
    printf("1..%d\n", facts_told);
    fflush(stdout);
    return 0;
}

/* Something a fact is built on did not work: the facts after it would mean nothing. */
#define must(call)                                                                                           \
    ({                                                                                                       \
        __auto_type must_ = (call);                                                                          \
        if ((long)must_ == -1) {                                                                             \
            printf("# line %d: %s: %s\n", __LINE__, #call, strerror(errno));                                 \
            fflush(stdout);                                                                                  \
            _exit(3);                                                                                        \
        }                                                                                                    \
        must_;                                                                                               \
    })

/* Is the kernel we run on at least this one? Facts that came later are skipped on older ones. PROBE_RELEASE=6.12 in the
 * environment asks for 6.12's facts of whatever runs us. */
static inline bool since(int major, int minor)
{
    const char *release = getenv("PROBE_RELEASE");
    struct utsname u;
    int a = 0, b = 0;
    uname(&u);
    sscanf(release ? release : u.release, "%d.%d", &a, &b);
    return a > major || (a == major && b >= minor);
}

/* ---- arenas -------------------------------------------------------------------------------------------- */

/* n unmapped pages between two shared pages. */
static inline char *arena(size_t n)
{
    char *p = must(mmap(NULL, (n + 2) * PG, PROT_NONE, SHARED, -1, 0));
    must(munmap(p + PG, n * PG));
    return p + PG;
}

/* Map n pages at a fixed place. */
static inline char *map_at(char *p, size_t n, int prot, int flags)
{
    return must(mmap(p, n * PG, prot, flags | MAP_FIXED, -1, 0));
}

/* n anonymous private pages of an arena of their own. */
static inline char *pages(size_t n, int prot)
{
    return map_at(arena(n), n, prot, ANON);
}

static inline void fill(char *p, size_t n, char c)
{
    for (size_t i = 0; i < n; i++)
        memset(p + i * PG, c + (int)i, PG);
}

/* ---- /proc/self ------------------------------------------------------------------------------------------- */

static char proc_text[4 << 20];

static inline const char *proc_read(const char *path)
{
    size_t len = 0;
    ssize_t r;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return "";
    while (len < sizeof proc_text - 1 && (r = read(fd, proc_text + len, sizeof proc_text - 1 - len)) > 0)
        len += (size_t)r;
    proc_text[len] = 0;
    close(fd);
    return proc_text;
}

struct row { /* of /proc/self/maps */
    unsigned long start, end, off, ino;
    char perm[5], dev[16], name[256];
};

static inline const char *next_line(const char *s)
{
    s = strchr(s, '\n');
    return s && s[1] ? s + 1 : NULL;
}

/* A line of maps or the head of a record of smaps. */
static inline bool parse_row(const char *s, struct row *r)
{
    struct row t = {0};
    if (sscanf(s, "%lx-%lx %4s %lx %15s %lu%*[ ]%255[^\n]", &t.start, &t.end, t.perm, &t.off, t.dev, &t.ino,
               t.name) < 6)
        return false;
    *r = t;
    return true;
}

/* The row that holds p; false: none. */
static inline bool row_of(const void *p, struct row *r)
{
    for (const char *s = proc_read("/proc/self/maps"); s && *s; s = next_line(s))
        if (parse_row(s, r) && r->start <= (unsigned long)p && (unsigned long)p < r->end)
            return true;
    memset(r, 0, sizeof *r);
    return false;
}

static inline int count_rows(void)
{
    int n = 0;
    for (const char *s = proc_read("/proc/self/maps"); s && *s; s = next_line(s))
        n++;
    return n;
}

/* A line "Key: text" of p's record in smaps, without the key and leading blanks. */
static inline const char *smaps_line(const void *p, const char *key)
{
    static char out[512];
    bool in = false;
    struct row r;
    size_t n = strlen(key);
    out[0] = 0;
    for (const char *s = proc_read("/proc/self/smaps"); s && *s; s = next_line(s)) {
        if (parse_row(s, &r)) {
            in = r.start <= (unsigned long)p && (unsigned long)p < r.end;
        } else if (in && !strncmp(s, key, n) && s[n] == ':') {
            s += n + 1;
            s += strspn(s, " \t");
            snprintf(out, sizeof out, "%.*s", (int)strcspn(s, "\n"), s);
            for (size_t e = strlen(out); e && out[e - 1] == ' ';)
                out[--e] = 0;
            return out;
        }
    }
    return out;
}
/* Without sd: soft-dirty tracking is a matter of how the kernel was built. */
static inline const char *vmflags(const void *p)
{
    static char out[512];
    snprintf(out, sizeof out, "%s", smaps_line(p, "VmFlags"));
    char *sd = strstr(out, "sd");
    if (sd)
        memmove(sd > out ? sd - 1 : sd, sd + 2 + (sd == out && sd[2]),
                strlen(sd + 2 + (sd == out && sd[2])) + 1);
    return out;
}
static inline bool has_flag(const void *p, const char *flag)
{
    return strstr(vmflags(p), flag) != NULL;
}
static inline long smaps_kb(const void *p, const char *key)
{
    return atol(smaps_line(p, key));
}
/* A number of kB out of /proc/self/status. */
static inline long status_kb(const char *key)
{
    const char *s = strstr(proc_read("/proc/self/status"), key);
    return s ? atol(s + strlen(key) + 1) : -1;
}

static inline char prot_letter(const char *perm)
{
    static const char *const kinds[] = {"---n", "r--r", "rw-w", "r-xe", "rwxW", "--xx", "-w-v"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!memcmp(perm, kinds[i], 3))
            return kinds[i][3];
    return '?';
}

/* The VMAs of n pages from p, see the top. */
static inline const char *picture(const char *p, size_t n)
{
    static char out[1024];
    static bool sealed[512];
    static struct row rows[512];
    size_t nrows = 0, len = 0;
    struct row r;
    unsigned long lo = (unsigned long)p, hi = lo + n * PG;
    for (const char *s = proc_read("/proc/self/smaps"); s && *s; s = next_line(s)) {
        if (parse_row(s, &r) && r.end > lo && r.start < hi && nrows < 512) {
            sealed[nrows] = false;
            rows[nrows++] = r;
        } else if (nrows && !strncmp(s, "VmFlags:", 8) && r.end > lo && r.start < hi) {
            char line[256];
            snprintf(line, sizeof line, "%.*s ", (int)strcspn(s, "\n"), s);
            sealed[nrows - 1] = strstr(line, " sl ") != NULL;
        }
    }
    size_t k = 0;
    bool was_mapped = false;
    for (unsigned long a = lo; a < hi; a += PG) {
        while (k < nrows && rows[k].end <= a)
            k++;
        bool mapped = k < nrows && rows[k].start <= a;
        if (a > lo && (mapped != was_mapped || (mapped && rows[k].start == a)))
            out[len++] = '|';
        out[len++] = mapped ? prot_letter(rows[k].perm) : '.';
        if (mapped && sealed[k])
            out[len++] = 's';
        was_mapped = mapped;
    }
    out[len] = 0;
    return out;
}

/* ---- accesses that may fault ------------------------------------------------------------------------------- */

static sigjmp_buf fault_jmp;
static volatile siginfo_t fault_info;

static inline void fault_handler(int sig, siginfo_t *si, void *uc)
{
    (void)sig;
    (void)uc;
    *(siginfo_t *)&fault_info = *si;
    siglongjmp(fault_jmp, 1);
}

static inline void fault_arm(void)
{
    static char altstack[65536];
    static const int sigs[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    stack_t ss = {.ss_sp = altstack, .ss_size = sizeof altstack};
    struct sigaction sa = {.sa_sigaction = fault_handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaltstack(&ss, NULL);
    for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++)
        sigaction(sigs[i], &sa, NULL);
}

static inline const char *fault_text(const volatile void *at)
{
    static char buf[128];
    const char *name = "?";
    int code = fault_info.si_code;
    if (fault_info.si_signo == SIGSEGV)
        name = code == SEGV_MAPERR   ? "SEGV_MAPERR"
               : code == SEGV_ACCERR ? "SEGV_ACCERR"
               : code == SEGV_PKUERR ? "SEGV_PKUERR"
               : code == SI_KERNEL   ? "SEGV SI_KERNEL"
                                     : "SEGV ?";
    else if (fault_info.si_signo == SIGBUS)
        name = code == BUS_ADRERR ? "BUS_ADRERR" : "SIGBUS ?";
    long off = (char *)fault_info.si_addr - (char *)at;
    if (code == SI_KERNEL || !off)
        snprintf(buf, sizeof buf, "%s", name);
    else
        snprintf(buf, sizeof buf, "%s at %+ld", name, off);
    return buf;
}

/* How an access ends: 'r' and 'w' of one byte (w writes back what it read if it can), 'x' a call of a `ret` put there before.
 * "fine", or the fault with its address relative to p where it differs. */
static inline const char *try_access(const void *at, char kind)
{
    volatile char *p = (volatile char *)at;
    fault_arm();
    if (sigsetjmp(fault_jmp, 1))
        return fault_text(p);
    if (kind == 'r')
        (void)*p;
    else if (kind == 'w')
        *p = 'N';
    else
        ((void (*)(void))(uintptr_t)p)();
    return "fine";
}
#define can_read(p) (!strcmp(try_access((p), 'r'), "fine"))

/* ---- the processor --- */

/* QEMU's processor without hardware virtualisation: it has faults of its own. */
static inline bool on_tcg(void)
{
    unsigned regs[4] = {0x40000000};
    __asm__ volatile("cpuid" : "+a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]), "=d"(regs[3]) : "2"(0));
    return !memcmp(&regs[1], "TCGTCGTCGTCG", 12);
}

/* ---- children ------------------------------------------------------------------------------------------------- */

/* Run fn(arg) in a forked child; its return value (0..255), or 1000 + the signal that killed it. */
static inline int in_child(int (*fn)(char *), char *arg)
{
    int status;
    fflush(stdout);
    pid_t pid = must(fork());
    if (pid == 0)
        _exit(fn(arg));
    must(waitpid(pid, &status, 0));
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

/* An unlinked file of len bytes in /tmp: page i holds letters 'a' + i. */
static inline int temp_file(size_t len)
{
    char path[] = "/tmp/probe-XXXXXX";
    int fd = must(mkstemp(path));
    unlink(path);
    for (size_t off = 0; off < len; off += PG) {
        char page[PG];
        size_t n = len - off < PG ? len - off : PG;
        memset(page, 'a' + (int)(off / PG), sizeof page);
        must(pwrite(fd, page, n, (off_t)off));
    }
    return fd;
}

static inline long sys_mseal(void *p, size_t len, unsigned long flags)
{
    return syscall(SYS_mseal_, p, len, flags);
}

#endif
