/*
 * seal_image.c - when the parts of a program are sealed.
 *
 * The vDSO is sealed by execve, as Linux can be configured to do; for the rest there are two moments. The
 * first instruction at the program's entry page: the dynamic linker has mapped and relocated everything the
 * program needs, so what is mapped is sealed (of a static program: at once). And the mprotect() that makes
 * the RELRO of an object read-only, which is the last thing that relocating it does (glibc elf/dl-reloc.c,
 * musl ldso/dynlink.c; static programs do it in their start-up code): the object is complete, and its own
 * RELRO is final.
 *
 *     execve   ld.so: map, relocate, mprotect(RELRO) ...   entry          dlopen: map, relocate, mprotect(RELRO)
 *     ^ vDSO                         ^ that object         ^ all objects             =all: that object ^
 *
 * Objects that come later may go again (dlclose), which a seal forbids, so they are left alone unless asked
 * for; one without RELRO has no moment by which it is complete, and is never sealed when it comes late. The
 * dynamic linkers of glibc (proposed) and OpenBSD make the same difference.
 */
#include "seal_image.h"
#include "machine.h"
#include "syscalls/table.h"

#include <inttypes.h>
#include <mseal-emu/design.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define NOTICES_MAX 20

unsigned seal_image_parse(const char *word)
{
    static const struct {
        const char *word;
        unsigned what;
    } words[] = {
        {"", SEAL_TEXT | SEAL_RELRO},
        {"note", 0},
        {"relro", SEAL_RELRO},
        {"text", SEAL_TEXT},
        {"all", SEAL_TEXT | SEAL_RELRO | SEAL_DATA | SEAL_STACK | SEAL_LATER},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (!strcmp(word, words[i].word))
            return words[i].what | SEAL_NOTED;
    return 0;
}

/* ---- what the user is told ---- */

/* False: enough was said. */
static bool may_tell(struct machine *m)
{
    if (m->seal_notices == NOTICES_MAX)
        fprintf(stderr, "mseal-emu: --seal-image: no more of these are shown\n");
    return m->seal_notices++ < NOTICES_MAX;
}

static void tell_area(struct mm *mm, uint64_t addr)
{
    const struct vma *v = mm_find_vma(mm, addr);
    char line[8448];

    if (!v || v->start > addr)
        return;
    mm_maps_line(mm, v, line, sizeof(line));
    fprintf(stderr, "  in: %s", line);
}

/* A call of the program was refused because of a seal: say which and why. */
static void explain_refusal(struct machine *m, struct task *t, uint64_t nr)
{
    const struct mm_refusal *r = t->mm ? mm_last_refusal(t->mm) : NULL;
    const struct sys_row *row = sys_row(nr);

    if (!r || !may_tell(m))
        return;
    fprintf(stderr, "mseal-emu: %s (pid %d): %s of %#" PRIx64 "-%#" PRIx64 " is refused (%s): %s\n", t->comm,
            t->proc->pid, row && row->name ? row->name : "a call", r->change->start, r->change->end,
            strerrorname_np(-r->err), r->why);
    tell_area(t->mm, r->change->start);
}

/* ---- sealing ---- */

static void seal(struct machine *m, struct mm *mm, uint64_t start, uint64_t end)
{
    const uint64_t args[6] = {start, end - start, KEEP_ALL};
    int64_t r = mm_design_syscall(mm, MSEAL_EMU_SEAL, args);

    if (r >= 0 || !may_tell(m))
        return;
    fprintf(stderr, "mseal-emu: --seal-image: %#" PRIx64 "-%#" PRIx64 " cannot be sealed: %s\n", start, end,
            strerror((int)-r));
    tell_area(mm, start);
}

/* Does this part of the address space still hold that part of the image? Writable text is being relocated or
 * is no text. */
static bool belongs(const struct vma *v, const struct vm_object *obj, unsigned part)
{
    if (part != SEAL_DATA && (v->flags & VM_WRITE))
        return false;
    return v->file ? v->file->obj == obj : part != SEAL_TEXT;
}

static void seal_range(struct machine *m, struct mm *mm, const struct vm_object *obj,
                       const struct seal_range *r)
{
    const struct vma *v;

    for (uint64_t at = r->start, end; at < r->end && (v = mm_find_vma(mm, at)) && v->start < r->end;
         at = end) {
        end = v->end < r->end ? v->end : r->end;
        if (v->start > at)
            at = v->start;
        if (belongs(v, obj, r->part))
            seal(m, mm, at, end);
    }
}

/* The image whose first page is at base. `late`: it was mapped after the program had started. */
static void seal_object(struct machine *m, struct mm *mm, struct mm_file *file, uint64_t base, bool late)
{
    struct seal_plan plan;
    unsigned what;

    if (seal_plan_read(&plan, file->obj, base))
        return;
    what = plan.noted                              ? SEAL_TEXT | SEAL_RELRO | SEAL_DATA
           : late && !(m->seal_image & SEAL_LATER) ? 0
                                                   : m->seal_image;
    for (unsigned i = 0; i < plan.n; i++)
        if (plan.range[i].part & what)
            seal_range(m, mm, file->obj, &plan.range[i]);
    seal_plan_free(&plan);
}

static bool is_first_page(const struct vma *v)
{
    return v->file && v->file->obj && v->file->obj->kind == OBJ_FILE && !v->pgoff && !(v->flags & VM_SHARED);
}

/* The dynamic linker is done. */
static void seal_everything(struct machine *m, struct mm *mm)
{
    const struct vma *v;

    for (uint64_t at = 0, end; (v = mm_find_vma(mm, at)); at = end) {
        end = v->end;
        if ((v->flags & VM_STACK_REGISTERED) && (m->seal_image & SEAL_STACK))
            seal(m, mm, v->start, v->end);
        else if (is_first_page(v))
            seal_object(m, mm, v->file, v->start, false);
    }
}

/* ---- the moments ---- */

/* As Linux does with CONFIG_MSEAL_SYSTEM_MAPPINGS, at exec: [vdso], [vvar], [vvar_vclock]. */
static void seal_vdso(struct machine *m, struct mm *mm)
{
    const struct vma *v;

    for (uint64_t at = 0, end; (v = mm_find_vma(mm, at)); at = end) {
        end = v->end;
        if (vma_is_special(v))
            seal(m, mm, v->start, v->end);
    }
}

void seal_image_exec(struct machine *m, struct mm *mm, uint64_t entry)
{
    *mm_note(mm) = entry;
    if (m->seal_image & SEAL_TEXT)
        seal_vdso(m, mm);
}

void seal_image_translate(struct machine *m, struct mm *mm, uint64_t addr, unsigned access, unsigned *perms)
{
    uint64_t *entry = mm_note(mm);

    if (!*entry || (addr ^ *entry) & MM_PAGE_MASK)
        return;
    if (access != MM_EXEC) {
        *perms &= ~(unsigned)MM_EXEC; /* so that the first fetch comes here */
        return;
    }
    *entry = 0;
    seal_everything(m, mm);
}

/* The last first page of the object at or below addr. */
static bool find_base(struct mm *mm, const struct vm_object *obj, uint64_t addr, uint64_t *base)
{
    const struct vma *v;
    bool found = false;

    for (uint64_t at = 0; (v = mm_find_vma(mm, at)) && v->start <= addr; at = v->end)
        if (is_first_page(v) && v->file->obj == obj) {
            *base = v->start;
            found = true;
        }
    return found;
}

/* mprotect() took the write permission off [start, ...): was that the RELRO of an object? */
static void object_may_be_complete(struct machine *m, struct task *t, uint64_t start)
{
    const struct vma *v = mm_find_vma(t->mm, start);
    const struct file *exe = t->proc->exe_file;
    struct seal_plan plan;
    struct mm_file *file;
    bool relro = false, started = !*mm_note(t->mm);
    uint64_t base;

    if (!v || v->start > start || !v->file || !v->file->obj ||
        !find_base(t->mm, v->file->obj, start, &base) || seal_plan_read(&plan, v->file->obj, base))
        return;
    for (unsigned i = 0; i < plan.n; i++)
        relro |= plan.range[i].part == SEAL_RELRO && plan.range[i].start == start;
    seal_plan_free(&plan);
    if (!relro)
        return;
    file = mm_file_get(v->file);
    seal_object(m, t->mm, file, base, started && !(exe && exe->mf.obj == file->obj));
    mm_file_put(file);
}

void seal_image_syscall(struct machine *m, struct task *t, uint64_t nr, int64_t ret)
{
    if (!t->mm)
        return;
    if (ret < 0)
        explain_refusal(m, t, nr);
    else if ((nr == SYS_mprotect || nr == SYS_pkey_mprotect) && !(t->args[2] & PROT_WRITE))
        object_may_be_complete(m, t, t->args[0]);
}
