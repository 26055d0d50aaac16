/*
 * symbols.c - libdw's view of a guest: which files are mapped where, its memory and registers.
 *
 * One Dwfl is kept for the address space asked about last, and filled anew when executable files are mapped
 * differently. Compiled code that comes and goes is no reason: filling takes far longer than most calls.
 * Separate debug files are looked for below /usr/lib/debug, nothing is ever fetched from a network.
 */
#include "symbols.h"

#include "demangle.h"
#include "vdso.h"

#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VDSO "[vdso]"

/* What is used of libdw, by the names it has there. */
/* clang-format off */
#define FUNCTIONS(F)                                                                                        \
    F(dwfl_begin) F(dwfl_end) F(dwfl_report_begin) F(dwfl_report_elf) F(dwfl_report_end)                    \
    F(dwfl_addrmodule) F(dwfl_module_addrinfo) F(dwfl_module_getsrc) F(dwfl_lineinfo)                       \
    F(dwfl_module_info) F(dwfl_attach_state) F(dwfl_getthread_frames) F(dwfl_frame_pc)                      \
    F(dwfl_thread_state_registers) F(dwfl_thread_state_register_pc) F(dwfl_standard_find_debuginfo)         \
    F(dwfl_getmodules) F(dwfl_module_getsymtab) F(dwfl_module_getsym_info) F(dwfl_report_module)            \
    F(elf_memory)
/* clang-format on */
struct libdw {
#define F(name) __typeof__(&name) name;
    FUNCTIONS(F)
#undef F
};

static struct symbols {
    struct libdw f;
    bool tried, loaded;
    Dwfl *dwfl;
    bool attached;
    uint64_t mm;      /* mm_id() it was filled for; 0: none */
    uint64_t exec_vm; /* and the executable pages it had then */
    uint64_t files;   /* what fingerprint() said of it */
    struct task *t;   /* of the backtrace in progress, and where it begins */
    struct cpu_regs regs;
} S;

static bool load(void)
{
    void *so;

    if (S.tried)
        return S.loaded;
    S.tried = true;
    so = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!so)
        return false;
    S.loaded = true;
#define F(name) S.loaded &= (S.f.name = (__typeof__(S.f.name))dlsym(so, #name)) != NULL;
    FUNCTIONS(F)
#undef F
    unsetenv("DEBUGINFOD_URLS");
    return S.loaded;
}

/* Asked for the vDSO only: files are reported with a descriptor. */
static int find_elf(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base, char **file,
                    Elf **elf)
{
    if (!strcmp(name, VDSO))
        *elf = S.f.elf_memory((char *)vdso_image, vdso_image_size); /* which only reads it */
    return -1;
}

static int find_debuginfo(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
                          const char *file, const char *link, GElf_Word crc, char **debug)
{
    return S.f.dwfl_standard_find_debuginfo(mod, userdata, name, base, file, link, crc, debug);
}

static const Dwfl_Callbacks callbacks = {.find_elf = find_elf, .find_debuginfo = find_debuginfo};

/* The host's name of the file behind v. False: it has none (memory, a file of the private /tmp). */
static bool host_path(struct task *t, const struct vma *v, char *path, size_t size)
{
    const char *root = t->k->cfg.root;
    size_t n = root && strcmp(root, "/") ? strlen(root) : 0, len;

    if (!v->file || !v->file->path || v->file->obj->kind != OBJ_FILE || n + 2 > size)
        return false;
    memcpy(path, root ? root : "", n);
    len = v->file->path(v->file, path + n, size - n - 1);
    path[n + len] = '\0';
    return len && path[n] == '/';
}

/*
 * The next executable file mapping from addr on. Its module's base is where the file's first page is mapped
 * below it: *first, which the caller keeps from one to the next.
 */
static const struct vma *next_code(struct task *t, uint64_t addr, const struct vma **first)
{
    const struct vma *v;

    for (v = mm_find_vma(t->mm, addr); v; v = mm_find_vma(t->mm, v->end)) {
        if (v->file && !v->pgoff)
            *first = v;
        if (v->flags & VM_EXEC && v->file && *first && (*first)->file->obj == v->file->obj)
            break; /* the vDSO is an object, too */
    }
    return v;
}

/* Differs when other modules would be reported: their places and names. */
static uint64_t fingerprint(struct task *t)
{
    const struct vma *first = NULL;
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    char path[4352];

    for (const struct vma *v = next_code(t, 0, &first); v; v = next_code(t, v->end, &first)) {
        if (v->kind == VMA_VDSO)
            strcpy(path, VDSO);
        else if (!host_path(t, v, path, sizeof(path)))
            continue;
        h = (h ^ first->start) * UINT64_C(0x100000001b3);
        h = (h ^ v->start) * UINT64_C(0x100000001b3);
        for (const char *s = path; *s; s++)
            h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
    }
    return h;
}

static void report(struct task *t)
{
    const struct vma *first = NULL;
    char path[4352];
    Dwarf_Addr end = 0;

    S.f.dwfl_report_begin(S.dwfl);
    for (const struct vma *v = next_code(t, 0, &first); v; v = next_code(t, v->end, &first)) {
        if (v->kind == VMA_VDSO)
            S.f.dwfl_report_module(S.dwfl, VDSO, v->start, end = v->end);
        if (first->start < end || !host_path(t, v, path, sizeof(path)))
            continue;
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        struct stat st;

        if (fd < 0)
            continue;
        if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
            close(fd);
            continue;
        }
        Dwfl_Module *mod = S.f.dwfl_report_elf(S.dwfl, path, path, fd, first->start, false);

        if (!mod)
            close(fd);
        else
            S.f.dwfl_module_info(mod, NULL, NULL, &end, NULL, NULL, NULL, NULL);
    }
    S.f.dwfl_report_end(S.dwfl, NULL, NULL);
}

/* Modules of t's address space as it is now. */
static bool prepare(struct task *t)
{
    bool known = S.dwfl && t->mm && S.mm == mm_id(t->mm);
    struct mm_stats st;
    uint64_t files;

    if (!t->mm || !load())
        return false;
    mm_get_stats(t->mm, &st);
    if (known && S.exec_vm == st.exec_vm)
        return true;
    files = fingerprint(t);
    S.exec_vm = st.exec_vm;
    if (known && S.files == files)
        return true;
    symbols_forget();
    S.dwfl = S.f.dwfl_begin(&callbacks);
    if (!S.dwfl)
        return false;
    S.mm = mm_id(t->mm);
    S.files = files;
    report(t);
    return true;
}

void symbols_forget(void)
{
    if (S.dwfl)
        S.f.dwfl_end(S.dwfl);
    S.dwfl = NULL;
    S.attached = false;
}

/* ---- names ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Without symbols: the file and the offset in it. */
static size_t name_by_file(struct task *t, uint64_t pc, char *buf, size_t size)
{
    const struct vma *v = t->mm ? mm_find_vma(t->mm, pc) : NULL;
    char path[4352];
    size_t len;
    int n;

    if (!v || v->start > pc)
        return 0;
    if (v->kind == VMA_VDSO)
        n = snprintf(buf, size, "[vdso]+%#" PRIx64, pc - v->start);
    else if (v->file && v->file->path && (len = v->file->path(v->file, path, sizeof(path) - 1))) {
        path[len] = '\0';
        n = snprintf(buf, size, "%s+%#" PRIx64, base_name(path),
                     (v->pgoff << MM_PAGE_SHIFT) + (pc - v->start));
    } else {
        return 0;
    }
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

size_t symbols_name(struct task *t, uint64_t pc, char *buf, size_t size)
{
    Dwfl_Module *mod = prepare(t) ? S.f.dwfl_addrmodule(S.dwfl, pc) : NULL;
    GElf_Off offset = 0;
    GElf_Sym sym;
    const char *name = mod ? S.f.dwfl_module_addrinfo(mod, pc, &offset, &sym, NULL, NULL, NULL) : NULL;
    const char *file = NULL;
    Dwfl_Line *line;
    char place[300];
    int number = 0, n;

    if (!name)
        return name_by_file(t, pc, buf, size);
    line = S.f.dwfl_module_getsrc(mod, pc);
    if (line)
        file = S.f.dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
    if (file)
        n = snprintf(place, sizeof(place), "+%#" PRIx64 " (%.255s:%d)", (uint64_t)offset, base_name(file),
                     number);
    else
        n = snprintf(place, sizeof(place), "+%#" PRIx64 " (%.255s)", (uint64_t)offset,
                     base_name(S.f.dwfl_module_info(mod, NULL, NULL, NULL, NULL, NULL, NULL, NULL)));
    /* Of a name that is too long its end is left out, not the place. */
    n = snprintf(buf, size, "%.*s%s", n < (int)size ? (int)size - 1 - n : 0, demangle(name), place);
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

void symbols_look_up(struct task *t, uint64_t pc, struct symbol *s)
{
    const struct vma *v = t->mm ? mm_find_vma(t->mm, pc) : NULL;
    char path[4352];
    Dwfl_Module *mod;
    GElf_Off offset;
    GElf_Sym sym;
    size_t len = 0;

    s->name = NULL;
    s->module = "";
    s->offset = s->at = 0;
    if (!v || v->start > pc)
        return;
    s->at = pc - v->start;
    if (v->kind == VMA_VDSO) {
        s->module = "[vdso]";
        return;
    }
    if (!v->file || !v->file->path || !(len = v->file->path(v->file, path, sizeof(path) - 1)))
        return;
    path[len] = '\0';
    snprintf(s->room, sizeof(s->room), "%.255s", base_name(path)); /* NAME_MAX */
    s->module = s->room;
    s->at += v->pgoff << MM_PAGE_SHIFT;
    mod = prepare(t) ? S.f.dwfl_addrmodule(S.dwfl, pc) : NULL;
    s->name = mod ? S.f.dwfl_module_addrinfo(mod, pc, &offset, &sym, NULL, NULL, NULL) : NULL;
    if (s->name)
        s->offset = offset;
}

uint64_t symbols_function(struct task *t, uint64_t pc)
{
    Dwfl_Module *mod = prepare(t) ? S.f.dwfl_addrmodule(S.dwfl, pc) : NULL;
    GElf_Off offset;
    GElf_Sym sym;

    return mod && S.f.dwfl_module_addrinfo(mod, pc, &offset, &sym, NULL, NULL, NULL) ? pc - offset : 0;
}

struct wanted {
    const char *name;
    uint64_t addr, size;
};

static int look_in(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base, void *arg)
{
    struct wanted *w = arg;
    int n = S.f.dwfl_module_getsymtab(mod);

    for (int i = 0; i < n; i++) {
        GElf_Addr addr;
        GElf_Sym sym;
        const char *s = S.f.dwfl_module_getsym_info(mod, i, &sym, &addr, NULL, NULL, NULL);

        if (!s || strcmp(s, w->name) || sym.st_shndx == SHN_UNDEF)
            continue;
        w->addr = addr;
        w->size = sym.st_size;
        return DWARF_CB_ABORT;
    }
    return DWARF_CB_OK;
}

uint64_t symbols_address(struct task *t, const char *name, uint64_t *size)
{
    struct wanted w = {.name = name};

    if (prepare(t))
        S.f.dwfl_getmodules(S.dwfl, look_in, &w, 0);
    if (size)
        *size = w.size;
    return w.addr;
}

/* ---- backtraces ---- */

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread)
{
    if (*thread)
        return 0;
    *thread = &S;
    return 1;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *arg, void **thread)
{
    *thread = &S;
    return true;
}

static bool memory_read(Dwfl *dwfl, Dwarf_Addr addr, Dwarf_Word *result, void *arg)
{
    return mm_access_remote(S.t->mm, addr, result, sizeof(*result), false, true) == sizeof(*result);
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
    const struct cpu_regs r = S.regs;
    const Dwarf_Word regs[] = {r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8,
                               r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rip};

    S.f.dwfl_thread_state_register_pc(thread, r.rip);
    return S.f.dwfl_thread_state_registers(thread, 0, sizeof(regs) / sizeof(*regs), regs);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {.next_thread = next_thread,
                                                       .get_thread = get_thread,
                                                       .memory_read = memory_read,
                                                       .set_initial_registers = set_registers};

struct frames {
    uint64_t *pc;
    unsigned n, max;
};

static int take_frame(Dwfl_Frame *frame, void *arg)
{
    struct frames *fr = arg;
    Dwarf_Addr pc;
    bool exact;

    if (!S.f.dwfl_frame_pc(frame, &pc, &exact) || !pc)
        return DWARF_CB_ABORT;
    fr->pc[fr->n++] = pc;
    return fr->n < fr->max ? DWARF_CB_OK : DWARF_CB_ABORT;
}

/* Each frame begins with the caller's RBP and the return address. */
static bool is_code(struct task *t, uint64_t addr)
{
    const struct vma *v = mm_find_vma(t->mm, addr);

    return v && v->start <= addr && v->flags & VM_EXEC;
}

static unsigned by_frame_pointers(struct task *t, uint64_t *pc, unsigned max)
{
    uint64_t pair[2], rbp;
    unsigned n = 0;

    pc[n++] = S.regs.rip;
    for (rbp = S.regs.rbp; n < max && rbp; rbp = pair[0]) {
        if (mm_access_remote(t->mm, rbp, pair, sizeof(pair), false, true) != sizeof(pair) || pair[0] <= rbp)
            break;
        if (!is_code(t, pair[1]))
            break;
        pc[n++] = pair[1];
    }
    return n;
}

/* From S.regs on. */
static unsigned unwind(struct task *t, uint64_t *pc, unsigned max)
{
    struct frames fr = {.pc = pc, .max = max};

    if (!max)
        return 0;
    if (prepare(t)) {
        S.t = t;
        if (!S.attached)
            S.attached = S.f.dwfl_attach_state(S.dwfl, NULL, 1, &thread_callbacks, &S);
        if (S.attached)
            S.f.dwfl_getthread_frames(S.dwfl, 1, take_frame, &fr);
        S.t = NULL;
    }
    return fr.n > 1 ? fr.n : by_frame_pointers(t, pc, max);
}

unsigned symbols_backtrace(struct task *t, uint64_t *pc, unsigned max)
{
    uint64_t ret;

    if (!t->mm || !max)
        return 0;
    t->k->ops->get_regs(t, &S.regs);
    if (is_code(t, S.regs.rip) || mm_access_remote(t->mm, S.regs.rsp, &ret, 8, false, true) != 8 ||
        !is_code(t, ret))
        return unwind(t, pc, max);
    /* A call led to where no code is: it is as if it had just returned. */
    *pc = S.regs.rip;
    S.regs.rip = ret;
    S.regs.rsp += 8;
    return 1 + unwind(t, pc + 1, max - 1);
}
