/*
 * elf.c - reading and mapping ELF files, check by check in the order of fs/binfmt_elf.c (Linux 6.18).
 */
#include "elf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static bool bad_addr(uint64_t a)
{
    return a >= MM_TASK_SIZE; /* negative errnos too */
}

static uint64_t page_start(uint64_t a)
{
    return a & MM_PAGE_MASK;
}

static uint64_t page_offset(uint64_t a)
{
    return a & ~MM_PAGE_MASK;
}

/* The error BAD_ADDR stands for. */
static int bad_addr_error(uint64_t a)
{
    return a >= (uint64_t)-4095 ? (int)(int64_t)a : -EINVAL;
}

/* ---- before the point of no return ---- */

/* All of it or an error: a file that ends early is an I/O error. */
static int read_all(const struct elf_source *src, void *buf, uint64_t len, uint64_t off)
{
    int64_t n;

    if (off > INT64_MAX - len)
        return -EINVAL;
    n = src->pread(src->ctx, buf, len, off);
    return n < 0 ? (int)n : (uint64_t)n == len ? 0 : -EIO;
}

static int read_phdrs(struct elf_image *img, int wrong)
{
    uint64_t size = (uint64_t)img->eh.e_phnum * sizeof(Elf64_Phdr);

    if (img->eh.e_phentsize != sizeof(Elf64_Phdr) || size == 0 || size > 65536)
        return wrong;
    img->ph = malloc(size);
    if (!img->ph)
        return wrong;
    return read_all(&img->src, img->ph, size, img->eh.e_phoff) ? wrong : 0;
}

static int read_interp_path(struct elf_image *img, const Elf64_Phdr *ph)
{
    int err;

    if (ph->p_filesz > sizeof(img->interp) || ph->p_filesz < 2)
        return -ENOEXEC;
    err = read_all(&img->src, img->interp, ph->p_filesz, ph->p_offset);
    if (err)
        return err;
    return img->interp[ph->p_filesz - 1] ? -ENOEXEC : 0;
}

int elf_open(struct elf_image *img, const struct elf_source *src, bool is_interp)
{
    int wrong = is_interp ? -ELIBBAD : -ENOEXEC, err;
    int64_t n;

    memset(img, 0, sizeof(*img));
    img->src = *src;
    /* A program's header comes out of the zero-padded first 256 bytes; an interpreter's has to be there. */
    n = src->pread(src->ctx, &img->eh, sizeof(img->eh), 0);
    if (n < 0)
        return (int)n;
    if (is_interp && n != sizeof(img->eh))
        return -EIO;
    if (memcmp(img->eh.e_ident, ELFMAG, SELFMAG))
        return wrong;
    if (!is_interp && img->eh.e_type != ET_EXEC && img->eh.e_type != ET_DYN)
        return wrong;
    if (img->eh.e_machine != EM_X86_64)
        return wrong;
    if (!is_interp && !src->file->obj)
        return wrong;
    err = read_phdrs(img, wrong);
    for (unsigned i = 0; !err && !is_interp && i < img->eh.e_phnum; i++) {
        if (img->ph[i].p_type != PT_INTERP)
            continue;
        err = read_interp_path(img, &img->ph[i]);
        if (!err && !img->interp[0])
            err = -ENOENT; /* opening "" */
        break;
    }
    if (err) {
        elf_close(img);
        return err;
    }
    for (unsigned i = 0; i < img->eh.e_phnum; i++)
        if (img->ph[i].p_type == PT_GNU_STACK)
            img->exec_stack = img->ph[i].p_flags & PF_X;
    return 0;
}

void elf_close(struct elf_image *img)
{
    free(img->ph);
    img->ph = NULL;
}

/* ---- after it ---- */

static uint64_t prot_of(const Elf64_Phdr *ph)
{
    return (ph->p_flags & PF_R ? PROT_READ : 0) | (ph->p_flags & PF_W ? PROT_WRITE : 0) |
           (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

/* From the first page of the lowest segment to the last byte of the highest; 0: no PT_LOAD. */
static uint64_t total_mapping_size(const struct elf_image *img)
{
    uint64_t lo = UINT64_MAX, hi = 0;
    bool any = false;

    for (unsigned i = 0; i < img->eh.e_phnum; i++) {
        const Elf64_Phdr *ph = &img->ph[i];

        if (ph->p_type != PT_LOAD)
            continue;
        if (page_start(ph->p_vaddr) < lo)
            lo = page_start(ph->p_vaddr);
        if (ph->p_vaddr + ph->p_memsz > hi)
            hi = ph->p_vaddr + ph->p_memsz;
        any = true;
    }
    return any ? hi - lo : 0;
}

static uint64_t maximum_alignment(const struct elf_image *img)
{
    uint64_t align = 0;

    for (unsigned i = 0; i < img->eh.e_phnum; i++) {
        uint64_t a = img->ph[i].p_align;

        if (img->ph[i].p_type == PT_LOAD && a && !(a & (a - 1)) && a > align)
            align = a;
    }
    return MM_PAGE_ALIGN(align);
}

/* The file's part of a segment. With total_size the whole image's room is taken first, and the rest given back. */
static uint64_t map_file_part(struct mm *mm, const struct elf_image *img, uint64_t addr, const Elf64_Phdr *ph,
                              uint64_t prot, uint64_t flags, uint64_t total_size)
{
    uint64_t size = MM_PAGE_ALIGN(ph->p_filesz + page_offset(ph->p_vaddr)), at;
    uint64_t off = ph->p_offset - page_offset(ph->p_vaddr);

    addr = page_start(addr);
    if (!size)
        return addr;
    total_size = MM_PAGE_ALIGN(total_size);
    if (off + MM_PAGE_ALIGN(total_size ? total_size : size) < off)
        return (uint64_t)-EINVAL; /* vm_mmap */
    if (page_offset(off))
        return (uint64_t)-EINVAL;
    at = (uint64_t)mm_mmap(mm, addr, total_size ? total_size : size, prot, flags, img->src.file, off);
    if (total_size && !bad_addr(at))
        mm_munmap(mm, at + size, total_size - size);
    return at;
}

/* Zero bytes from `at` to the end of its page; a fault matters only where the program could write. */
static int zero_page_tail(struct mm *mm, uint64_t at)
{
    static const uint8_t zeroes[MM_PAGE_SIZE];
    uint64_t n = page_offset(at);

    return n ? mm_copy_out(mm, at, zeroes, MM_PAGE_SIZE - n) : 0;
}

/*
 *      p_vaddr        + p_filesz              + p_memsz
 *      |  file pages    |...zeroed...|  anonymous  |
 *      ^ page           tail of the page           ^ page aligned
 */
static uint64_t map_segment(struct mm *mm, const struct elf_image *img, uint64_t addr, const Elf64_Phdr *ph,
                            uint64_t prot, uint64_t flags, uint64_t total_size)
{
    uint64_t at, zero_start, zero_end;
    int64_t r;

    if (ph->p_filesz) {
        at = map_file_part(mm, img, addr, ph, prot, flags, total_size);
        if (bad_addr(at))
            return at;
        zero_start = at + page_offset(ph->p_vaddr) + ph->p_filesz;
        zero_end = at + page_offset(ph->p_vaddr) + ph->p_memsz;
        if (ph->p_memsz > ph->p_filesz && zero_page_tail(mm, zero_start) && prot & PROT_WRITE)
            return (uint64_t)-EFAULT;
    } else {
        at = zero_start = page_start(addr);
        zero_end = at + page_offset(ph->p_vaddr) + ph->p_memsz;
    }
    if (ph->p_memsz <= ph->p_filesz)
        return at;
    zero_start = MM_PAGE_ALIGN(zero_start);
    zero_end = MM_PAGE_ALIGN(zero_end);
    if (zero_end == zero_start)
        return at;
    if (zero_end < zero_start)
        return (uint64_t)-ENOMEM;
    r = mm_mmap(mm, zero_start, zero_end - zero_start, PROT_READ | PROT_WRITE | (prot & PROT_EXEC),
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
    return r < 0 ? (uint64_t)r : at;
}

/* Sizes that cannot be: checked after mapping, like Linux. */
static bool size_overflows(const Elf64_Phdr *ph, uint64_t start)
{
    return bad_addr(start) || ph->p_filesz > ph->p_memsz || ph->p_memsz > MM_TASK_SIZE ||
           MM_TASK_SIZE - ph->p_memsz < start;
}

/* Where the first segment of an ET_DYN program goes, as a bias on its addresses; *flags may get FIXED_NOREPLACE. */
static int choose_bias(struct mm *mm, const struct elf_image *prog, bool has_interp, const Elf64_Phdr *first,
                       uint64_t total_size, uint64_t bias_random, uint64_t *flags, uint64_t *result)
{
    uint64_t align = maximum_alignment(prog), bias = 0;

    if (has_interp) { /* a program, at its place in the lower two thirds */
        bias = ELF_ET_DYN_BASE + bias_random;
        if (align)
            bias &= ~(align - 1);
        *flags |= MAP_FIXED_NOREPLACE;
    } else if (align >
               MM_PAGE_SIZE) { /* a loader or static PIE, among the mappings, with an alignment to find */
        bias = map_segment(mm, prog, 0, first, prot_of(first), *flags, total_size);
        if (bad_addr(bias))
            return bad_addr_error(bias);
        mm_munmap(mm, bias, MM_PAGE_ALIGN(total_size));
        bias &= ~(align - 1);
        *flags |= MAP_FIXED_NOREPLACE;
    }
    *result = page_start(bias - first->p_vaddr);
    return 0;
}

static int map_program(struct mm *mm, const struct elf_image *prog, bool has_interp, uint64_t bias_random,
                       struct elf_loaded *out)
{
    uint64_t bias = 0, brk = 0;
    bool first = true;

    out->start_code = UINT64_MAX;
    for (unsigned i = 0; i < prog->eh.e_phnum; i++) {
        const Elf64_Phdr *ph = &prog->ph[i];
        uint64_t flags = MAP_PRIVATE, total_size = 0, at, k = ph->p_vaddr;

        if (ph->p_type != PT_LOAD)
            continue;
        if (!first) {
            flags |= MAP_FIXED;
        } else if (prog->eh.e_type == ET_EXEC) {
            flags |= MAP_FIXED_NOREPLACE;
        } else {
            int err;

            total_size = total_mapping_size(prog);
            if (!total_size)
                return -EINVAL;
            err = choose_bias(mm, prog, has_interp, ph, total_size, bias_random, &flags, &bias);
            if (err)
                return err;
        }
        at = map_segment(mm, prog, bias + k, ph, prot_of(ph), flags, total_size);
        if (bad_addr(at))
            return bad_addr_error(at);
        if (first && prog->eh.e_type == ET_DYN)
            bias += at - page_start(bias + k);
        first = false;

        if (ph->p_offset <= prog->eh.e_phoff && prog->eh.e_phoff < ph->p_offset + ph->p_filesz)
            out->phdr = prog->eh.e_phoff - ph->p_offset + k;
        if (ph->p_flags & PF_X && k < out->start_code)
            out->start_code = k;
        if (out->start_data < k)
            out->start_data = k;
        if (size_overflows(ph, k))
            return -EINVAL;
        if (ph->p_flags & PF_X && out->end_code < k + ph->p_filesz)
            out->end_code = k + ph->p_filesz;
        if (out->end_data < k + ph->p_filesz)
            out->end_data = k + ph->p_filesz;
        if (brk < k + ph->p_memsz)
            brk = k + ph->p_memsz;
    }
    out->prog_entry = prog->eh.e_entry + bias;
    out->phdr += bias;
    out->start_code += bias;
    out->end_code += bias;
    out->start_data += bias;
    out->end_data += bias;
    /* A loader run by hand sits among the mappings: its heap goes where programs usually are. */
    out->brk = MM_PAGE_ALIGN(prog->eh.e_type == ET_DYN && !has_interp ? ELF_ET_DYN_BASE : brk + bias);
    return 0;
}

/* anywhere: addresses in the file are not even a hint (the program is a PIE). *base: what they are relative to. */
static int map_interp(struct mm *mm, const struct elf_image *in, bool anywhere, uint64_t *base)
{
    uint64_t load_addr = 0, total_size;
    bool placed = false;

    if (in->eh.e_type != ET_EXEC && in->eh.e_type != ET_DYN)
        return -EPERM; /* Linux returns ~0 here */
    if (!in->src.file->obj)
        return -EINVAL;
    total_size = total_mapping_size(in);
    if (!total_size)
        return -EINVAL;
    for (unsigned i = 0; i < in->eh.e_phnum; i++) {
        const Elf64_Phdr *ph = &in->ph[i];
        uint64_t flags = MAP_PRIVATE, at;

        if (ph->p_type != PT_LOAD)
            continue;
        if (in->eh.e_type == ET_EXEC || placed)
            flags |= MAP_FIXED;
        else if (anywhere)
            load_addr = -ph->p_vaddr;
        at = map_segment(mm, in, load_addr + ph->p_vaddr, ph, prot_of(ph), flags, total_size);
        total_size = 0;
        if (bad_addr(at))
            return bad_addr_error(at);
        if (!placed && in->eh.e_type == ET_DYN) {
            load_addr = at - page_start(ph->p_vaddr);
            placed = true;
        }
        if (size_overflows(ph, load_addr + ph->p_vaddr))
            return -ENOMEM;
    }
    *base = load_addr;
    return 0;
}

int elf_map(struct mm *mm, const struct elf_image *prog, const struct elf_image *interp, uint64_t bias_random,
            struct elf_loaded *out)
{
    int err;

    memset(out, 0, sizeof(*out));
    err = map_program(mm, prog, interp != NULL, bias_random, out);
    if (err)
        return err;
    out->entry = out->prog_entry;
    if (interp) {
        err = map_interp(mm, interp, out->prog_entry != prog->eh.e_entry, &out->interp_base);
        if (err)
            return err;
        out->entry = out->interp_base + interp->eh.e_entry;
    }
    return bad_addr(out->entry) ? -EINVAL : 0;
}
