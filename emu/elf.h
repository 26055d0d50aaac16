/*
 * elf.h - the ELF loader: fs/binfmt_elf.c of Linux 6.18 in two halves, before and after the point of no return.
 *
 * elf_open() reads and judges headers and changes nothing. elf_map() puts the image into an empty address space. Neither
 * knows tasks or paths: what they read from is a callback, so that a fuzzer can feed them bytes.
 */
#ifndef EMU_ELF_H
#define EMU_ELF_H

#include <elf.h>
#include <mseal-emu/mm.h>

/* What an ELF file is read from. */
struct elf_source {
    /* Bytes read (short at the end of the file) or negative errno. */
    int64_t (*pread)(void *ctx, void *buf, uint64_t len, uint64_t off);
    void *ctx;
    struct mm_file *file; /* what is mapped; its obj NULL: not mappable */
};

struct elf_image {
    struct elf_source src;
    Elf64_Ehdr eh;
    Elf64_Phdr *ph;    /* eh.e_phnum of them */
    char interp[4096]; /* PT_INTERP's path; "": none */
    bool exec_stack;   /* PT_GNU_STACK with PF_X */
};

/*
 * Read and check the headers of a program (or of an interpreter, whose errors are ELIBBAD). 0 or -ENOEXEC, -ELIBBAD,
 * -EIO, -ENOMEM as Linux; on 0 the image is to be closed.
 */
int elf_open(struct elf_image *img, const struct elf_source *src, bool is_interp);
void elf_close(struct elf_image *img);

/* Where things are once the program is mapped: for the auxiliary vector and struct mm_layout. */
struct elf_loaded {
    uint64_t entry;       /* where user code starts: the interpreter's entry if there is one */
    uint64_t prog_entry;  /* AT_ENTRY */
    uint64_t phdr;        /* AT_PHDR */
    uint64_t interp_base; /* AT_BASE; 0 without interpreter */
    uint64_t start_code, end_code, start_data, end_data;
    uint64_t brk;  /* start of the heap, page aligned */
    uint64_t vdso; /* AT_SYSINFO_EHDR, for the caller to fill in; 0: there is none */
};

#define ELF_ET_DYN_BASE (MM_TASK_SIZE / 3 * 2)

/*
 * Map program and interpreter (may be NULL) into mm, where the stack is already. bias_random is added to the place of a PIE
 * (0: the fixed place). 0 or negative errno; by then there is no way back to an old image.
 */
int elf_map(struct mm *mm, const struct elf_image *prog, const struct elf_image *interp, uint64_t bias_random,
            struct elf_loaded *out);

#endif
