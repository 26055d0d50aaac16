/*
 * test_seal.c - the sealing designs of Linux held to what its releases did (specification, Appendix A).
 *
 * A row is a script and what it must print with no design, and under each release. The script speaks of pages of one
 * region, statements are separated by ';', and '=' in front of one prints its result:
 *
 *   make PICTURE [AT]        map and fill pages, "rx|rx.wx" (see show); '|' makes no border by itself
 *   file KIND PERM N         N pages of a file: priv, shared (memfd), zero (private /dev/zero), anon (shared anonymous)
 *   seal A N [FLAGS]         mseal(2); nothing without a design
 *   mprotect|munmap|map|noreplace A N [PERM]      A, N in pages; N may be "1+b": one page and a byte
 *   mremap A OLD NEW FLAGS DEST                   FLAGS of m(aymove) f(ixed) d(ontunmap) or -
 *   advise A N ADVICE, lock|unlock A N, heap N, brk N, shmat|remap A N, shmdt A, limit, maxmaps N, fork, rier
 *   show A N                 prints the page picture
 *
 * A page in a picture: r w e W n = R RW RX RWX none, then x original, 0 zero, f file, N new contents, ! SIGSEGV, B SIGBUS,
 * - unreadable, then s if sealed; '.' is unmapped, '|' a border between VMAs.
 */
#include "mm.h"
#include "uapi.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>

#define BASE UINT64_C(0x10000000)
#define P    MM_PAGE_SIZE

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE  103
#endif

static struct mm_system sys;
static struct mm *mm;
static bool sealing;
static char out[4096];
static size_t out_len;

static void say(const char *s)
{
    out_len += (size_t)snprintf(out + out_len, sizeof(out) - out_len, "%s%s", out_len ? " " : "", s);
}

static const char *errno_name(int64_t r)
{
    static const struct {
        int nr;
        const char *name;
    } names[] = {{EPERM, "EPERM"},   {EINVAL, "EINVAL"}, {ENOMEM, "ENOMEM"}, {EACCES, "EACCES"},
                 {EFAULT, "EFAULT"}, {EEXIST, "EEXIST"}, {EAGAIN, "EAGAIN"}, {ENOSYS, "ENOSYS"}};
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (r == -names[i].nr)
            return names[i].name;
    return r < 0 ? "E?" : "ok";
}

static uint64_t prot_of(char c)
{
    switch (c) {
    case 'r':
        return PROT_READ;
    case 'w':
        return PROT_READ | PROT_WRITE;
    case 'e':
        return PROT_READ | PROT_EXEC;
    case 'W':
        return PROT_READ | PROT_WRITE | PROT_EXEC;
    default:
        return PROT_NONE;
    }
}

static char perm_letter(const struct vma *v)
{
    switch (v->flags & VM_PROT_MASK) {
    case VM_READ:
        return 'r';
    case VM_READ | VM_WRITE:
        return 'w';
    case VM_READ | VM_EXEC:
        return 'e';
    case VM_READ | VM_WRITE | VM_EXEC:
        return 'W';
    default:
        return 'n';
    }
}

static char content(uint64_t addr)
{
    struct mm_fault f;
    char c;

    if (mm_fault(mm, addr, MM_READ, &f))
        return f.reason == MM_FAULT_PROT ? '-' : f.signo == 7 ? 'B' : '!';
    c = *(const char *)(sys.phys.base + f.paddr);
    return c ? c : '0';
}

/* ---- statements ----------------------------------------------------------------------------- */

static uint64_t page(const char *s)
{
    return BASE + strtoull(s, NULL, 0) * P;
}

static uint64_t pages(const char *s)
{
    char *end;
    uint64_t n = strtoull(s, &end, 0) * P;

    return *end == '+' ? n + 1 : n;
}

static int64_t map(uint64_t at, uint64_t len, uint64_t prot, uint64_t flags)
{
    return mm_mmap(mm, at, len, prot, flags | MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
}

static int64_t do_make(char **w)
{
    uint64_t at = BASE + (w[2] ? strtoull(w[2], NULL, 0) * P : 0);
    const char *s;

    for (s = w[1]; *s; at += P) {
        if (*s == '|')
            s++;
        if (*s != '.') {
            ck_assert_int_eq(map(at, P, PROT_READ | PROT_WRITE, MAP_FIXED), (int64_t)at);
            if (s[1] != '0')
                ck_assert_int_eq(mm_copy_out(mm, at, s + 1, 1), 0);
            s++;
        }
        s++;
    }
    for (at = BASE + (w[2] ? strtoull(w[2], NULL, 0) * P : 0), s = w[1]; *s; at += P) {
        if (*s == '|')
            s++;
        if (*s != '.') {
            ck_assert_int_eq(mm_mprotect(mm, at, P, prot_of(*s), -1), 0);
            s++;
        }
        s++;
    }
    return 0;
}

static int64_t do_file(char **w)
{
    uint64_t len = pages(w[3]), at;
    struct mm_file *f = mm_file_create_shmem(&sys, "memfd:t", len);
    bool shared = !strcmp(w[1], "shared") || !strcmp(w[1], "anon");

    f->readable = f->writable = true;
    if (!strcmp(w[1], "ro")) {
        f->writable = false;
        shared = true;
    }
    if (!strcmp(w[1], "zero"))
        f->obj->kind = OBJ_ZERO;
    for (at = 0; at < len; at += P)
        ck_assert_int_eq(vm_object_write(f->obj, at, "f", 1), 1);
    ck_assert_int_eq(mm_mmap(mm, BASE, len, prot_of('w'), MAP_FIXED | MAP_PRIVATE, f, 0), (int64_t)BASE);
    if (shared)
        ck_assert_int_eq(
            mm_mmap(mm, BASE, len, prot_of(f->writable ? 'w' : 'r'), MAP_FIXED | MAP_SHARED, f, 0),
            (int64_t)BASE);
    for (at = BASE; at < BASE + len && strcmp(w[1], "priv") && f->writable; at += P)
        ck_assert_int_eq(mm_copy_out(mm, at, "x", 1), 0);
    mm_file_put(f);
    return mm_mprotect(mm, BASE, len, prot_of(w[2][0]), -1);
}

static int64_t do_seal(char **w)
{
    uint64_t args[6] = {page(w[1]), pages(w[2]), w[3] ? strtoull(w[3], NULL, 0) : 0};

    const struct mseal_syscall *call = mm_design(mm)->syscalls;

    return sealing ? mm_design_syscall(mm, call->nr, args) : 0;
}

static int64_t do_mprotect(char **w)
{
    return mm_mprotect(mm, page(w[1]), pages(w[2]), prot_of(w[3][0]) | (w[3][1] == 'd' ? PROT_GROWSDOWN : 0),
                       -1);
}

static int64_t do_munmap(char **w)
{
    return mm_munmap(mm, page(w[1]), pages(w[2]));
}

static int64_t do_map(char **w)
{
    return map(page(w[1]), pages(w[2]), prot_of(w[3][0]), MAP_FIXED);
}

static int64_t do_stack(char **w)
{
    return map(page(w[1]), pages(w[2]), prot_of(w[3][0]), MAP_FIXED | MAP_GROWSDOWN);
}

static int64_t do_noreplace(char **w)
{
    return map(page(w[1]), pages(w[2]), prot_of(w[3][0]), MAP_FIXED_NOREPLACE);
}

static int64_t do_mremap(char **w)
{
    uint64_t flags = (strchr(w[4], 'm') ? MREMAP_MAYMOVE : 0) | (strchr(w[4], 'f') ? MREMAP_FIXED : 0) |
                     (strchr(w[4], 'd') ? MREMAP_DONTUNMAP : 0);
    uint64_t to = !w[5]                  ? 0
                  : !strcmp(w[5], "odd") ? BASE + 40 * P + 1
                  : !strcmp(w[5], "far") ? MM_TASK_SIZE
                                         : page(w[5]);

    return mm_mremap(mm, page(w[1]), pages(w[2]), pages(w[3]), flags, to);
}

static int64_t do_advise(char **w)
{
    static const struct {
        const char *name;
        int advice;
    } table[] = {
        {"DONTNEED", MADV_DONTNEED},   {"LOCKED", MADV_DONTNEED_LOCKED}, {"FREE", MADV_FREE},
        {"REMOVE", MADV_REMOVE},       {"DONTFORK", MADV_DONTFORK},      {"WIPE", MADV_WIPEONFORK},
        {"GUARD", MADV_GUARD_INSTALL}, {"UNGUARD", MADV_GUARD_REMOVE},   {"RANDOM", MADV_RANDOM},
        {"NORMAL", MADV_NORMAL},       {"WILLNEED", MADV_WILLNEED},      {"DONTDUMP", MADV_DONTDUMP},
        {"DOFORK", MADV_DOFORK},       {"MERGEABLE", MADV_MERGEABLE},    {"UNMERGEABLE", MADV_UNMERGEABLE}};
    size_t i;

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (!strcmp(w[3], table[i].name))
            return mm_madvise(mm, page(w[1]), pages(w[2]), table[i].advice);
    ck_abort_msg("advice %s", w[3]);
}

static int64_t do_lock(char **w)
{
    return mm_mlock(mm, page(w[1]), pages(w[2]), 0);
}

static int64_t do_unlock(char **w)
{
    return mm_munlock(mm, page(w[1]), pages(w[2]));
}

static int64_t do_heap(char **w)
{
    uint64_t at, len = pages(w[1]);

    mm_layout(mm)->start_brk = mm_layout(mm)->brk = BASE;
    ck_assert_int_eq(mm_brk(mm, BASE + len), (int64_t)(BASE + len));
    for (at = BASE; at < BASE + len; at += P)
        ck_assert_int_eq(mm_copy_out(mm, at, "x", 1), 0);
    return 0;
}

static int64_t do_brk(char **w)
{
    char text[16];

    snprintf(text, sizeof(text), "+%d", (int)((mm_brk(mm, page(w[1])) - (int64_t)BASE) / (int64_t)P));
    say(text);
    return 0;
}

static int64_t shm_attach(uint64_t at, uint64_t len, int flags)
{
    int64_t id = mm_shmget(mm, IPC_PRIVATE, len, 0600);

    return id < 0 ? id : mm_shmat(mm, (int)id, at, flags);
}

static int64_t do_shmat(char **w)
{
    uint64_t at, len = pages(w[2]);
    int64_t r = shm_attach(page(w[1]), len, 0);

    for (at = page(w[1]); at < page(w[1]) + len; at += P)
        ck_assert_int_eq(mm_copy_out(mm, at, "x", 1), 0);
    return r;
}

static int64_t do_shmremap(char **w)
{
    return shm_attach(page(w[1]), pages(w[2]), SHM_REMAP);
}

static int64_t do_shmdt(char **w)
{
    return mm_shmdt(mm, page(w[1]));
}

static int64_t do_fremap(char **w)
{
    return mm_remap_file_pages(mm, page(w[1]), pages(w[2]), 0, strtoull(w[3], NULL, 0), 0);
}

static int64_t do_limit(char **w)
{
    struct mm_stats st;

    mm_get_stats(mm, &st);
    mm_set_rlimit(mm, MM_RLIMIT_AS, (st.total_vm + (w[1] ? strtoull(w[1], NULL, 0) : 0)) * P);
    return 0;
}

static int64_t do_maxmaps(char **w)
{
    sys.max_map_count = mm_vma_count(mm) + strtoull(w[1], NULL, 0);
    return 0;
}

/* From here on the child is looked at. */
static int64_t do_fork(char **w)
{
    int err;
    struct mm *child = mm_fork(mm, &err);

    ck_assert_ptr_nonnull(child);
    mm_put(mm);
    mm = child;
    return 0;
}

static int64_t do_rier(char **w)
{
    mm_set_read_implies_exec(mm, true);
    return 0;
}

static int64_t do_touch(char **w)
{
    return mm_copy_out(mm, page(w[1]), "x", 1);
}

static int64_t do_show(char **w)
{
    uint64_t at = page(w[1]), end = at + pages(w[2]), start = at;
    const struct vma *v, *before = NULL;
    char text[256];
    size_t n = 0;

    text[n++] = '[';
    for (; at < end; at += P) {
        char c;

        v = mm_find_vma(mm, at);
        if (v && v->start > at)
            v = NULL;
        if (at > start && (v ? v->start == at || !before : before != NULL))
            text[n++] = '|';
        before = v;
        if (!v) {
            text[n++] = '.';
            continue;
        }
        text[n++] = perm_letter(v);
        if (v->seal)
            before = v;
        c = content(at);
        v = before = mm_find_vma(mm, at); /* reading may have changed the tree */
        text[n++] = c;
        if (v->seal)
            text[n++] = 's';
    }
    text[n++] = ']';
    text[n] = 0;
    say(text);
    return 0;
}

static const struct {
    const char *name;
    int64_t (*run)(char **words);
} statements[] = {
    {"make", do_make},     {"file", do_file},     {"seal", do_seal},   {"mprotect", do_mprotect},
    {"munmap", do_munmap}, {"map", do_map},       {"stack", do_stack}, {"noreplace", do_noreplace},
    {"mremap", do_mremap}, {"advise", do_advise}, {"lock", do_lock},   {"unlock", do_unlock},
    {"heap", do_heap},     {"brk", do_brk},       {"shmat", do_shmat}, {"shmremap", do_shmremap},
    {"shmdt", do_shmdt},   {"remap", do_fremap},  {"limit", do_limit}, {"maxmaps", do_maxmaps},
    {"fork", do_fork},     {"rier", do_rier},     {"touch", do_touch}, {"show", do_show},
};

static void run_statement(char *text)
{
    char *words[8] = {NULL}, *save;
    bool print;
    size_t i, n = 0;
    char *w;

    for (w = strtok_r(text, " ", &save); w && n < 7; w = strtok_r(NULL, " ", &save))
        words[n++] = w;
    if (!n)
        return;
    print = words[0][0] == '=';
    words[0] += print;
    for (i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (strcmp(statements[i].name, words[0]) != 0)
            continue;
        int64_t r = statements[i].run(words);

        if (print)
            say(errno_name(r));
        return;
    }
    ck_abort_msg("no statement %s", words[0]);
}

static const char *run_script(const char *script, const char *design)
{
    char copy[1024], *save, *s;

    ck_assert_int_eq(mm_system_init(&sys, 16 << 20), 0);
    sealing = design != NULL;
    mm = mm_create(&sys, mseal_design_find(design ? design : "none"));
    ck_assert_ptr_nonnull(mm);
    mm_set_owner(mm, &(struct mm_owner){.pid = 1, .cap_ipc_lock = true, .cap_sys_admin = true});
    out_len = 0;
    out[0] = 0;
    snprintf(copy, sizeof(copy), "%s", script);
    for (s = strtok_r(copy, ";", &save); s; s = strtok_r(NULL, ";", &save))
        run_statement(s);
    ck_assert_int_eq(mm_check(mm, stderr), 0);
    mm_put(mm);
    mm_system_destroy(&sys);
    return out;
}

/* ---- Appendix A ----------------------------------------------------------------------------- */

/*
 * What a row prints: with no design, and sealed on 6.18, 6.12, 6.11, 6.10. NULL: as the release before it in
 * this list. v6_16: where 6.16 is not as 6.12.
 */
static const struct row {
    const char *id, *script, *no, *v6_18, *v6_12, *v6_11, *v6_10, *v6_16;
} rows[] = {
    {"P01", "make rxrxrxrx; seal 0 4; =mprotect 0 4 w; show 0 4", "ok [wxwxwxwx]", "EPERM [rxsrxsrxsrxs]"},
    {"P02", "make rxrxrxrx; seal 0 4; =mprotect 0 4 n; show 0 4", "ok [n-n-n-n-]", "EPERM [rxsrxsrxsrxs]"},
    {"P03", "make exexexex; seal 0 4; =mprotect 0 4 W; show 0 4", "ok [WxWxWxWx]", "EPERM [exsexsexsexs]"},
    {"P05", "make rxrx; seal 0 2; =mprotect 0 2 r", "ok", "EPERM"},
    {"P06", "make wxwxwxwx; seal 0 4; =mprotect 0 4 r; show 0 4", "ok [rxrxrxrx]", "EPERM [wxswxswxswxs]"},
    {"P07", "make rxrxrxrx; seal 2 1; =mprotect 0 4 w; show 0 4", "ok [wxwxwxwx]", "EPERM [wxwx|rxs|rx]",
     NULL, "EPERM [rxrx|rxs|rx]"},
    {"P08", "make rxrx; seal 1 1; =mprotect 0 1+b w; show 0 2", "ok [wxwx]", "EPERM [wx|rxs]", NULL,
     "EPERM [rx|rxs]"},
    {"P09", "make rx.rxrx; seal 3 1; =mprotect 0 4 w; show 0 4", "ENOMEM [wx|.|rxrx]", "ENOMEM [wx|.|rx|rxs]",
     NULL, "EPERM [rx|.|rx|rxs]"},
    {"P10", "make .rxrxrx; seal 2 1; =mprotect 0 4 w; show 0 4", "ENOMEM [.|rxrxrx]", "ENOMEM [.|rx|rxs|rx]"},
    {"P10b", "make rx.rxrx; seal 0 1; =mprotect 0 4 w; show 0 4", "ENOMEM [wx|.|rxrx]", "EPERM [rxs|.|rxrx]"},
    {"P11", "stack 0 4 w; touch 0; touch 1; touch 2; touch 3; seal 0 4; =mprotect 3 1 rd; show 0 4",
     "ok [rxrxrxrx]", "EPERM [wxswxswxswxs]"},
    {"P13", "file ro r 2; seal 0 2; =mprotect 0 2 w; =mprotect 0 2 r", "EACCES ok", "EACCES EPERM", NULL,
     "EPERM EPERM"},
    {"P14", "make nxnxnxnx; seal 0 4; =mprotect 0 4 w; show 0 4", "ok [wxwxwxwx]", "EPERM [n-sn-sn-sn-s]"},
    {"P15", "make wxwx; seal 0 2; rier; =mprotect 0 2 r; show 0 2", "ok [exex]", "EPERM [wxswxs]"},

    {"U01", "make rxrxrxrx; seal 0 4; =munmap 0 4; show 0 4", "ok [....]", "EPERM [rxsrxsrxsrxs]"},
    {"U02", "make rxrxrxrx; seal 0 4; =munmap 1 1; show 0 4", "ok [rx|.|rxrx]", "EPERM [rxsrxsrxsrxs]"},
    {"U03", "make rxrxrxrx; seal 2 1; =munmap 0 4; show 0 4", "ok [....]", "EPERM [rxrx|rxs|rx]"},
    {"U04", "make rx.rxrx; seal 3 1; =munmap 0 4; show 0 4", "ok [....]", "EPERM [rx|.|rx|rxs]"},
    {"U05", "make rxrxrxrx; seal 3 1; =munmap 1 3; show 0 4", "ok [rx|...]", "EPERM [rx|rxrx|rxs]", NULL,
     "EPERM [rxrxrx|rxs]"},
    {"U06", "heap 4; seal 1 1; brk 0; show 0 4; brk 2", "+0 [....] +2", "+4 [wx|wxs|wxwx] +2"},
    {"U07", "shmat 0 4; seal 0 4; =shmdt 0; show 0 4", "ok [....]", "ok [wxswxswxswxs]"},
    {"U08", "shmat 0 4; seal 2 1; =shmdt 0; show 0 4", "ok [....]", "ok [..|wxs|.]"},

    {"O01", "make rxrxrxrx; seal 0 4; =map 0 4 w; show 0 4", "ok [w0w0w0w0]", "EPERM [rxsrxsrxsrxs]"},
    {"O02", "make rxrxrxrx; seal 2 1; =map 0 4 w; show 0 4", "ok [w0w0w0w0]", "EPERM [rxrx|rxs|rx]"},
    {"O03", "make rxrxrxrx; seal 0 4; =map 1 1 n; show 0 4", "ok [rx|n-|rxrx]", "EPERM [rxsrxsrxsrxs]"},
    {"O05", "make rxrxrxrx; seal 0 4; =noreplace 0 4 w; show 0 4", "EEXIST [rxrxrxrx]",
     "EEXIST [rxsrxsrxsrxs]"},
    {"O07", "make rxrxrxrx; seal 2 1; =shmremap 0 4; show 0 4", "ok [w0w0w0w0]", "EPERM [rxrx|rxs|rx]"},
    {"O08", "file anon w 4; seal 0 4; =remap 0 1 2; show 0 4", "ok [wx|wxwxwx]", "EPERM [wxswxswxswxs]"},
    {"O09", "make rxrxrxrx; make wNwNwNwN 8; seal 0 4; =mremap 8 4 4 mf 0; show 0 4; show 8 4",
     "ok [wNwNwNwN] [....]", "EPERM [rxsrxsrxsrxs] [wNwNwNwN]"},
    {"O10", "make rxrxrxrx; make wNwNwNwN 8; seal 0 4; =mremap 8 4 4 mfd 0; show 0 4; show 8 4",
     "ok [wNwNwNwN] [w0w0w0w0]", "EPERM [rxsrxsrxsrxs] [wNwNwNwN]"},
    {"O11", "make rxrx; seal 0 2; limit; =map 0 3 w", "ENOMEM", "EPERM", NULL, "ENOMEM"},
    {"O12", "make rx.rxrx; seal 2 2; =mremap 0 1 3 -; show 0 4", "ENOMEM [rx|.|rxrx]",
     "ENOMEM [rx|.|rxsrxs]"},
    {"O13", "make rxrxrxrx; seal 2 1; =map 1 3 w; show 0 4", "ok [rx|w0w0w0]", "EPERM [rx|rx|rxs|rx]", NULL,
     "EPERM [rxrx|rxs|rx]"},
    {"O14", "make rxrxrxrx; make wNwNwNwN 8; seal 2 1; =mremap 8 4 4 mf 0; show 0 4; show 8 4",
     "ok [wNwNwNwN] [....]", "EPERM [rxrx|rxs|rx] [wNwNwNwN]"},

    {"R01", "make rxrxrxrx; seal 0 4; =mremap 0 4 2 -; show 0 4", "ok [rxrx|..]", "EPERM [rxsrxsrxsrxs]"},
    {"R02", "make wxwxwx; seal 0 3; =mremap 0 3 4 -; show 0 4", "ok [wxwxwxw0]", "EPERM [wxswxswxs|.]"},
    {"R03", "make rxrxrxrx; seal 0 4; =mremap 0 4 4 -; show 0 4", "ok [rxrxrxrx]", "EPERM [rxsrxsrxsrxs]"},
    {"R04", "make rxrxrxrx; map 4 1 n; seal 0 4; =mremap 0 4 8 m; show 0 4", "ok [....]",
     "EPERM [rxsrxsrxsrxs]"},
    {"R05", "make rxrxrxrx; map 8 4 n; seal 0 4; =mremap 0 4 4 mf 8; show 0 4; show 8 4",
     "ok [....] [rxrxrxrx]", "EPERM [rxsrxsrxsrxs] [n-n-n-n-]"},
    {"R06", "make rxrxrxrx; seal 0 4; =mremap 0 4 4 md 20; show 0 4", "ok [r0r0r0r0]",
     "EPERM [rxsrxsrxsrxs]"},
    {"R07", "file anon r 4; seal 0 4; =mremap 0 0 4 mf 8; show 8 4; =mprotect 8 4 w", "ok [rxrxrxrx] ok",
     "EPERM [....] ENOMEM", NULL, "ok [rxsrxsrxsrxs] EPERM"},
    {"R08", "make rxrxrxrx; map 8 4 n; seal 2 2; =mremap 0 4 4 mf 8; show 0 4; show 8 4",
     "ok [....] [rxrxrxrx]", "EPERM [..|rxsrxs] [rxrx|n-n-]", "EFAULT [rxrx|rxsrxs] [....]",
     "EPERM [rxrx|rxsrxs] [n-n-n-n-]"},
    {"R09", "make rxrxrxrx; seal 2 2; =mremap 0 4 1 -; show 0 4", "ok [rx|...]", "EPERM [rx|rx|rxsrxs]", NULL,
     "EPERM [rxrx|rxsrxs]"},
    {"R10", "make rxrxrxrx; make rxrxrxrx 8; seal 2 2; =mremap 0 4 1 mf 8; show 0 4; show 8 4",
     "ok [....] [rx|rxrxrx]", "EPERM [rx|rx|rxsrxs] [.|rxrxrx]", NULL, "EPERM [rxrx|rxsrxs] [rxrxrxrx]"},
    {"R11", "make rxrx; make rxrx 8; seal 0 2; =mremap 0 2 2 mf 8; show 8 2", "ok [rxrx]", "EPERM [rxrx]"},

    {"D01", "make rxrx; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "ok [r0r0]", "EPERM [rxsrxs]"},
    {"D02", "make rxrx; lock 0 2; seal 0 2; =advise 0 2 DONTNEED; =advise 0 2 LOCKED; show 0 2",
     "EINVAL ok [r0r0]", "EPERM EPERM [rxsrxs]"},
    {"D03", "make rxrx; seal 0 2; =advise 0 2 FREE; show 0 2", "ok [rxrx]", "EPERM [rxsrxs]"},
    {"D04", "make rxrx; seal 0 2; =advise 0 2 REMOVE; show 0 2", "EINVAL [rxrx]", "EPERM [rxsrxs]"},
    {"D05", "make rxrx; seal 0 2; =advise 0 2 DONTFORK; show 0 2", "ok [rxrx]", "EPERM [rxsrxs]"},
    {"D06", "make rxrx; seal 0 2; =advise 0 2 WIPE; show 0 2", "ok [rxrx]", "EPERM [rxsrxs]"},
    {"D07", "make rxrx; seal 0 2; =advise 0 2 GUARD; show 0 2", "ok [r!r!]", "EPERM [rxsrxs]",
     "EINVAL [rxsrxs]", .v6_16 = "EPERM [rxsrxs]"},
    {"D08", "make nxnx; seal 0 2; =advise 0 2 DONTNEED", "ok", "EPERM"},
    {"D09", "make wxwx; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "ok [w0w0]", "ok [w0sw0s]"},
    {"D10", "file priv w 2; touch 0; touch 1; mprotect 0 2 r; seal 0 2; =advise 0 2 DONTNEED; show 0 2",
     "ok [rfrf]", "ok [rfsrfs]"},
    {"D11", "file priv e 2; seal 0 2; =advise 0 2 GUARD; show 0 2", "ok [e!e!]", "ok [e!se!s]",
     "EINVAL [efsefs]", .v6_16 = "ok [e!se!s]"},
    {"D12", "file shared r 2; seal 0 2; =advise 0 2 REMOVE; show 0 2", "ok [r0r0]", "ok [r0sr0s]"},
    {"D13", "file zero r 2; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "ok [r0r0]", "EPERM [rxsrxs]",
     "ok [r0sr0s]"},
    {"D15", "make rxrxrxrx; seal 2 1; =advise 0 4 DONTNEED; show 0 4", "ok [r0r0r0r0]", "EPERM [r0r0|rxs|rx]",
     NULL, "EPERM [rxrx|rxs|rx]"},
    {"D18",
     "make rxrx; seal 0 2; =advise 0 2 RANDOM; =advise 0 2 WILLNEED; =advise 0 2 DONTDUMP; =advise 0 2 "
     "NORMAL; "
     "=advise 0 2 DOFORK; show 0 2",
     "ok ok ok ok ok [rxrx]", "ok ok ok ok ok [rxsrxs]", NULL, NULL, "EPERM EPERM EPERM ok EPERM [rxsrxs]"},
    {"D21", "make wxwx; seal 0 2; =advise 0 2 GUARD; show 0 2", "ok [w!w!]", "ok [w!sw!s]", "EINVAL [wxswxs]",
     .v6_16 = "ok [w!sw!s]"},
    {"D22", "make rx.rxrx; seal 3 1; =advise 0 4 DONTNEED; show 0 4", "ENOMEM [r0|.|r0r0]",
     "EPERM [r0|.|r0|rxs]", NULL, "EPERM [rx|.|rx|rxs]"},
    {"D24", "file priv e 2; seal 0 2; =advise 0 2 DONTFORK; show 0 2", "ok [efef]", "ok [efsefs]"},
    {"D28", "file priv r 2; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "ok [rfrf]", "ok [rfsrfs]"},

    {"L01", "make rxrx; seal 0 2; fork; =munmap 0 1; =mprotect 1 1 w; show 0 2", "ok ok [.|wx]",
     "EPERM EPERM [rxsrxs]"},
    {"L02", "make wxwx; seal 0 2; =advise 0 2 DONTFORK; fork; =map 0 2 w; show 0 2", "ok ok [w0w0]"},
    {"L03", "make wxwx; seal 0 2; =advise 0 2 WIPE; fork; show 0 2", "ok [w0w0]", "ok [w0sw0s]"},

    {"M01", "make wxwx; seal 0 2; =map 2 2 w; touch 2; show 0 4; =munmap 2 2; show 0 4",
     "ok [wxwxwxw0] ok [wxwx|..]", "ok [wxswxs|wxw0] ok [wxswxs|..]"},
    {"M02", "make rxrxrxrx; lock 2 2; seal 2 2; unlock 2 2; show 0 4; =mprotect 2 2 w", "[rxrxrxrx] ok",
     "[rxrx|rxsrxs] EPERM"},
    {"M03", "make rxrxrxrx; seal 0 4; lock 1 1; show 0 4; unlock 1 1; show 0 4; =munmap 0 4",
     "[rx|rx|rxrx] [rxrxrxrx] ok", "[rxs|rxs|rxsrxs] [rxsrxsrxsrxs] EPERM"},
    {"M04", "make wxwx|rxrxrxrx; maxmaps 0; =seal 0 4; show 0 6", "ok [wxwx|rxrxrxrx]",
     "ENOMEM [wxswxs|rxrxrxrx]"},
    {"M07", "make rxrxrxrxrxrx; seal 0 2; seal 4 2; seal 2 2; show 0 6", "[rxrxrxrxrxrx]",
     "[rxsrxsrxsrxsrxsrxs]"},
    {"M08", "make rxrxrxrxrxrx; seal 2 2; seal 0 6; show 0 6; =munmap 4 2", "[rxrxrxrxrxrx] ok",
     "[rxsrxsrxsrxsrxsrxs] EPERM"},
    {"M08b", "make rxrxrxrxwxwx; seal 2 2; seal 0 6; show 0 6; =munmap 4 2", "[rxrxrxrx|wxwx] ok",
     "[rxsrxsrxsrxs|wxswxs] EPERM"},

    /* E2: mremap's arguments on sealed memory: an unaligned and a too high address, an overlap, no new length
     */
    {"E2",
     "make rxrx; seal 0 2; =mremap 0 2 2 mf odd; =mremap 0 2 2 mf far; =mremap 0 2 2 mf 1; =mremap 0 2 0 -; "
     "=mremap 0 2 2 f 20",
     "EINVAL EINVAL EINVAL EINVAL EINVAL", "EINVAL EINVAL EINVAL EINVAL EINVAL",
     "EPERM EPERM EPERM EINVAL EINVAL", "EINVAL EINVAL EINVAL EINVAL EINVAL",
     .v6_16 = "EINVAL EINVAL EPERM EINVAL EINVAL"},
    /* E5: mseal's arguments */
    {"E5",
     "make rx.rxrx; =seal 0 1 1; =seal 0 4; =seal 1 1; =seal 3 2; =seal 0 0; =seal 9 0; show 0 4; =seal 0 1; "
     "=seal 0 1; show 0 4",
     NULL, "EINVAL ENOMEM ENOMEM ENOMEM ok ok [rx|.|rxrx] ok ok [rxs|.|rxrx]"},
};
#define NR_ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

static void expect(const struct row *r, const char *design, const char *want)
{
    const char *got = run_script(r->script, design);

    ck_assert_msg(!strcmp(got, want), "%s under %s:\n  got  %s\n  want %s", r->id, design ? design : "none",
                  got, want);
}

START_TEST(appendix_a)
{
    const struct row *r = &rows[_i];
    const char *want = r->no;

    if (want)
        expect(r, NULL, want);
    want = r->v6_18 ? r->v6_18 : want;
    expect(r, "linux-6.18", want);
    want = r->v6_12 ? r->v6_12 : want;
    expect(r, "linux-6.16", r->v6_16 ? r->v6_16 : want);
    expect(r, "linux-6.12", want);
    want = r->v6_11 ? r->v6_11 : want;
    expect(r, "linux-6.11", want);
    want = r->v6_10 ? r->v6_10 : want;
    expect(r, "linux-6.10", want);
}
END_TEST

/* What one release has of its own: measured on 6.17.13 and 6.18.15, and on 6.16.12. */
static const struct {
    const char *id, *design, *script, *want;
} release_rows[] = {
    {"M08", "linux-6.17", "make rxrxrxrxrxrx; seal 2 2; seal 0 6; show 0 6", "[rxsrxsrxsrxs|rxsrxs]"},
    {"M08 in part", "linux-6.17", "make rxrxrxrxrxrx; seal 2 2; seal 1 4; show 0 6", "[rx|rxsrxsrxs|rxs|rx]"},
    {"M08 alternating", "linux-6.17",
     "make wxwxwxwxwxwxwxwx; seal 1 1; seal 3 1; seal 5 1; seal 7 1; seal 0 8; show 0 8",
     "[wxswxs|wxs|wxswxswxs|wxs|wxs]"},
    {"M08 after the seal", "linux-6.17", "make wxwxwxwxwx; seal 0 1; seal 2 1; seal 0 4; show 0 5",
     "[wxswxswxs|wxs|wx]"},
    {"D18", "linux-6.16",
     "make rxrx; seal 0 2; =advise 0 2 UNMERGEABLE; =advise 0 2 MERGEABLE; show 0 2; =advise 0 2 UNMERGEABLE; show 0 2",
     "ok ok [rxsrxs] ok [rxrx]"},
    {"D18", "linux-6.12", "make rxrx; seal 0 2; advise 0 2 MERGEABLE; =advise 0 2 UNMERGEABLE; show 0 2",
     "ok [rxsrxs]"},
    {"D18", "linux-6.18", "make rxrx; seal 0 2; advise 0 2 MERGEABLE; =advise 0 2 UNMERGEABLE; show 0 2",
     "ok [rxsrxs]"},
};

START_TEST(releases)
{
    const char *got = run_script(release_rows[_i].script, release_rows[_i].design);

    ck_assert_msg(!strcmp(got, release_rows[_i].want), "%s under %s:\n  got  %s\n  want %s",
                  release_rows[_i].id, release_rows[_i].design, got, release_rows[_i].want);
}
END_TEST

/* OpenBSD's call, as far as its answers are written down: sections 6 and 11. */
static const struct {
    const char *id, *script, *want;
} immutable_rows[] = {
    {"P05", "make rxrx; seal 0 2; =mprotect 0 2 r", "EPERM"},
    {"P07", "make rxrxrxrx; seal 2 1; =mprotect 0 4 w; show 0 4", "EPERM [rxrx|rxs|rx]"},
    {"P09", "make rx.rxrx; seal 3 1; =mprotect 0 4 w; show 0 4", "EPERM [rx|.|rx|rxs]"},
    {"U03", "make rxrxrxrx; seal 2 1; =munmap 0 4; show 0 4", "EPERM [rxrx|rxs|rx]"},
    {"U06", "heap 4; seal 1 1; brk 0; show 0 4", "+0 [....]"},
    {"U07", "shmat 0 4; seal 0 4; =shmdt 0; show 0 4", "ok [....]"},
    {"O02", "make rxrxrxrx; seal 2 1; =map 0 4 w; show 0 4", "EPERM [rxrx|rxs|rx]"},
    {"O07", "make rxrxrxrx; seal 2 1; =shmremap 0 4; show 0 4", "EPERM [rxrx|rxs|rx]"},
    {"R03", "make rxrx; seal 0 2; =mremap 0 2 2 -", "EPERM"},
    {"R07", "file anon r 4; seal 0 4; =mremap 0 0 4 mf 8", "EPERM"},
    {"R08", "make rxrxrxrx; map 8 4 n; seal 2 2; =mremap 0 4 4 mf 8; show 0 4; show 8 4",
     "EPERM [rxrx|rxsrxs] [n-n-n-n-]"},
    {"D01", "make rxrx; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "EPERM [rxsrxs]"},
    {"D09", "make wxwx; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "EPERM [wxswxs]"},
    {"D10", "file priv w 2; touch 0; touch 1; mprotect 0 2 r; seal 0 2; =advise 0 2 DONTNEED; show 0 2",
     "EPERM [rxsrxs]"},
    {"D15", "make rxrxrxrx; seal 2 1; =advise 0 4 DONTNEED; show 0 4", "EPERM [rxrx|rxs|rx]"},
    {"D18", "make rxrx; seal 0 2; =advise 0 2 RANDOM", "ok"},
    {"D28", "file priv r 2; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "ok [rfsrfs]"},
    {"L07", "make wxwx; advise 0 1 WIPE; =seal 0 2; show 0 2", "EPERM [wx|wx]"},
    {"M10", "make rx.rxrx; =seal 0 4; =seal 9 1; =seal 0 0; show 0 4", "ok ok ok [rxs|.|rxsrxs]"},
};

START_TEST(immutable)
{
    const char *got = run_script(immutable_rows[_i].script, "mimmutable");

    ck_assert_msg(!strcmp(got, immutable_rows[_i].want), "%s under mimmutable:\n  got  %s\n  want %s",
                  immutable_rows[_i].id, got, immutable_rows[_i].want);
}
END_TEST

/* OpenBSD 7.3 let RW become R. */
START_TEST(immutable_7_3)
{
    ck_assert_str_eq(
        run_script("make wxwx; seal 0 2; =mprotect 0 1 r; =mprotect 0 1 w; show 0 2", "mimmutable-7.3"),
        "ok EPERM [rxs|wxs]");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("seal");
    TCase *t = tcase_create("rows");
    SRunner *sr;
    int failed;

    tcase_add_loop_test(t, appendix_a, 0, NR_ROWS);
    tcase_add_loop_test(t, releases, 0, (int)(sizeof(release_rows) / sizeof(release_rows[0])));
    tcase_add_loop_test(t, immutable, 0, (int)(sizeof(immutable_rows) / sizeof(immutable_rows[0])));
    tcase_add_test(t, immutable_7_3);
    suite_add_tcase(s, t);
    sr = srunner_create(s);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
