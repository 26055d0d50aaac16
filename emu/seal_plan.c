/*
 * seal_plan.c - what of an ELF image can be sealed, read from its program headers.
 *
 *      PT_LOAD r--   | headers, constants   |  SEAL_TEXT
 *      PT_LOAD r-x   | code                 |  SEAL_TEXT
 *      PT_LOAD r--   | constants            |  SEAL_TEXT
 *      PT_LOAD rw-   | RELRO   | data | bss |  SEAL_RELRO, SEAL_DATA less what PT_OPENBSD_MUTABLE names
 *
 * The headers come from the file, not from the process, which may have changed its copy; they are as hostile
 * as any input.
 */
#include "seal_plan.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifndef PT_OPENBSD_MUTABLE
#define PT_OPENBSD_MUTABLE 0x65a3dbe5
#endif
#define PF_OPENBSD_MUTABLE 0x08000000
#ifndef GNU_PROPERTY_MEMORY_SEAL
#define GNU_PROPERTY_MEMORY_SEAL 3 /* binutils 2.44, ld -z memory-seal; no data */
#endif
#define PHDRS_MAX 65536 /* bytes, as the loader has it */
#define NOTE_MAX  4096

struct headers {
    Elf64_Phdr *ph;
    unsigned n;
    uint64_t bias;
};

static bool read_all(struct vm_object *obj, uint64_t off, void *buf, uint64_t len)
{
    return off <= INT64_MAX - len && vm_object_read(obj, off, buf, len) == (int64_t)len;
}

/* The segment's pages as the process has them. False: not within user addresses. */
static bool pages_of(const struct headers *h, const Elf64_Phdr *ph, uint64_t *start, uint64_t *end)
{
    uint64_t at = h->bias + ph->p_vaddr;

    if (at >= MM_TASK_SIZE || ph->p_memsz > MM_TASK_SIZE - at)
        return false;
    *start = at & MM_PAGE_MASK;
    *end = MM_PAGE_ALIGN(at + ph->p_memsz);
    return *start < *end;
}

/* The dynamic linker protects the whole pages of RELRO; the rest of its last page stays writable (glibc and
 * musl alike). */
static bool relro_pages(const struct headers *h, const Elf64_Phdr *ph, uint64_t *start, uint64_t *end)
{
    if (ph->p_type != PT_GNU_RELRO || !pages_of(h, ph, start, end))
        return false;
    *end = (h->bias + ph->p_vaddr + ph->p_memsz) & MM_PAGE_MASK;
    return *start < *end;
}

static bool hole(const struct headers *h, const Elf64_Phdr *ph, bool with_relro, uint64_t *start,
                 uint64_t *end)
{
    if (ph->p_type == PT_OPENBSD_MUTABLE)
        return pages_of(h, ph, start, end);
    return with_relro && relro_pages(h, ph, start, end);
}

static int add(struct seal_plan *plan, uint64_t start, uint64_t end, unsigned part)
{
    if (!(plan->n & (plan->n - 1))) { /* grows at powers of two */
        struct seal_range *r = realloc(plan->range, (plan->n ? 2 * plan->n : 1) * sizeof(*r));

        if (!r)
            return -ENOMEM;
        plan->range = r;
    }
    plan->range[plan->n++] = (struct seal_range){start, end, part};
    return 0;
}

/* [start, end) without the holes in it. Ranges come out in address order; each round passes a hole or adds a
 * range. */
static int add_without_holes(struct seal_plan *plan, const struct headers *h, uint64_t start, uint64_t end,
                             unsigned part)
{
    int err = 0;

    while (!err && start < end) {
        uint64_t upto = end, lo, hi, past = start;

        for (unsigned i = 0; i < h->n; i++) {
            if (!hole(h, &h->ph[i], part == SEAL_DATA, &lo, &hi) || hi <= start)
                continue;
            if (lo <= start && hi > past)
                past = hi;
            else if (lo > start && lo < upto)
                upto = lo;
        }
        if (past > start) {
            start = past;
            continue;
        }
        err = add(plan, start, upto, part);
        start = upto;
    }
    return err;
}

static int plan_segment(struct seal_plan *plan, const struct headers *h, const Elf64_Phdr *ph)
{
    uint64_t start, end;

    if (relro_pages(h, ph, &start, &end))
        return add_without_holes(plan, h, start, end, SEAL_RELRO);
    if (ph->p_type != PT_LOAD || (ph->p_flags & PF_OPENBSD_MUTABLE) || !pages_of(h, ph, &start, &end))
        return 0;
    if (!(ph->p_flags & PF_W))
        return add_without_holes(plan, h, start, end, SEAL_TEXT);
    if (ph->p_flags & PF_X)
        return 0;
    return add_without_holes(plan, h, start, end, SEAL_DATA);
}

/* Is there a memory-seal property in this PT_GNU_PROPERTY segment (one note of name "GNU" and type 5)? */
static bool has_property(struct vm_object *obj, const Elf64_Phdr *ph)
{
    uint8_t note[NOTE_MAX];
    uint64_t len = ph->p_filesz < sizeof(note) ? ph->p_filesz : sizeof(note), at = sizeof(Elf64_Nhdr) + 4,
             end;
    Elf64_Nhdr nh;

    if (len < at || !read_all(obj, ph->p_offset, note, len))
        return false;
    memcpy(&nh, note, sizeof(nh));
    if (nh.n_namesz != 4 || nh.n_type != NT_GNU_PROPERTY_TYPE_0 || memcmp(note + sizeof(nh), "GNU", 4))
        return false;
    end = nh.n_descsz < len - at ? at + nh.n_descsz : len;
    while (end - at >= 8) {
        uint32_t type, size;

        memcpy(&type, note + at, 4);
        memcpy(&size, note + at + 4, 4);
        if (type == GNU_PROPERTY_MEMORY_SEAL)
            return true;
        at += 8;
        if (size > end - at)
            return false;
        at += ((uint64_t)size + 7) & ~UINT64_C(7);
        if (at > end)
            return false;
    }
    return false;
}

/* The bias is told by the segment that holds the file's first page. */
static int read_headers(struct headers *h, struct vm_object *obj, uint64_t base)
{
    Elf64_Ehdr eh;
    uint64_t size;

    if (!read_all(obj, 0, &eh, sizeof(eh)) || memcmp(eh.e_ident, ELFMAG, SELFMAG) ||
        (eh.e_type != ET_EXEC && eh.e_type != ET_DYN) || eh.e_machine != EM_X86_64 ||
        eh.e_phentsize != sizeof(Elf64_Phdr))
        return -ENOEXEC;
    size = (uint64_t)eh.e_phnum * sizeof(Elf64_Phdr);
    if (!size || size > PHDRS_MAX)
        return -ENOEXEC;
    h->ph = malloc(size);
    if (!h->ph)
        return -ENOMEM;
    h->n = eh.e_phnum;
    if (read_all(obj, eh.e_phoff, h->ph, size))
        for (unsigned i = 0; i < h->n; i++)
            if (h->ph[i].p_type == PT_LOAD && h->ph[i].p_offset < MM_PAGE_SIZE) {
                h->bias = base - (h->ph[i].p_vaddr & MM_PAGE_MASK);
                return 0;
            }
    free(h->ph);
    return -ENOEXEC;
}

int seal_plan_read(struct seal_plan *plan, struct vm_object *obj, uint64_t base)
{
    struct headers h;
    int err;

    memset(plan, 0, sizeof(*plan));
    err = read_headers(&h, obj, base);
    if (err)
        return err;
    for (unsigned i = 0; !err && i < h.n; i++) {
        err = plan_segment(plan, &h, &h.ph[i]);
        if (h.ph[i].p_type == PT_GNU_PROPERTY && has_property(obj, &h.ph[i]))
            plan->noted = true;
    }
    free(h.ph);
    if (err)
        seal_plan_free(plan);
    return err;
}

void seal_plan_free(struct seal_plan *plan)
{
    free(plan->range);
    plan->range = NULL;
    plan->n = 0;
}
