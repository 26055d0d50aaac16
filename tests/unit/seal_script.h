/*
 * seal_script.h - a small language for what calls do to sealed memory.
 *
 * A script speaks of pages of one region, statements are separated by ';', and '=' in front of one prints its result:
 *
 *   make PICTURE [AT]        map and fill pages, "rx|rx.wx" (see show); '|' makes no border by itself
 *   file KIND PERM N         N pages of a file: priv, shared (memfd), zero (private /dev/zero), anon (shared anonymous)
 *   seal A N [FLAGS]         mseal(2); nothing without a design
 *   mprotect|munmap|map|stack|noreplace A N [PERM]    A, N in pages; N may be "1+b": one page and a byte
 *   mremap A OLD NEW FLAGS DEST                   FLAGS of m(aymove) f(ixed) d(ontunmap) or -
 *   advise A N ADVICE, lock|unlock A N, touch A, heap N, brk N, shmat|shmremap A N, shmdt A, remap A N PGOFF
 *   limit [N], maxmaps N     RLIMIT_AS and the limit of areas: what there is and N more; fork, rier
 *   show A N                 prints the page picture
 *
 * A page in a picture: r w e W n = R RW RX RWX none, then x original, 0 zero, f file, N new contents, ! SIGSEGV, B SIGBUS,
 * - unreadable, then s if sealed; '.' is unmapped, '|' a border between VMAs.
 */
#ifndef TESTS_UNIT_SEAL_SCRIPT_H
#define TESTS_UNIT_SEAL_SCRIPT_H

#include "space.h"

#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>

#define BASE UINT64_C(0x10000000)

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

/* What the script prints under this design, or under none (NULL: its statements `seal` do nothing). */
static const char *run_script(const char *script, const char *design)
{
    char copy[1024], *save, *s;

    space_make(16 << 20, design);
    sealing = design != NULL;
    mm_set_owner(mm, &(struct mm_owner){.pid = 1, .cap_ipc_lock = true, .cap_sys_admin = true});
    out_len = 0;
    out[0] = 0;
    snprintf(copy, sizeof(copy), "%s", script);
    for (s = strtok_r(copy, ";", &save); s; s = strtok_r(NULL, ";", &save))
        run_statement(s);
    ck_assert_int_eq(mm_check(mm, stderr), 0);
    space_drop();
    return out;
}

#endif
