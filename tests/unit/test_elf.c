/*
 * The ELF loader on files made here: what a good one becomes in the address space, and which error a broken one gets.
 */
#include "emu/elf.h"
#include "tests/elf_bytes.h"
#include "run_suite.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#define P MM_PAGE_SIZE

static struct mm_system sys;
static struct bytes_file file;
static struct mm *mm;

/* A file of two pages: headers and text, then data whose segment goes on for two more pages. */
static struct {
    Elf64_Ehdr eh;
    Elf64_Phdr ph[4];
    uint8_t rest[2 * P - sizeof(Elf64_Ehdr) - 4 * sizeof(Elf64_Phdr)];
} elf;
static char *const bytes = (char *)&elf;

static void make(uint16_t type, uint64_t base)
{
    memset(&elf, 0x5a, sizeof(elf));
    elf.eh = (Elf64_Ehdr){.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                          .e_type = type,
                          .e_machine = EM_X86_64,
                          .e_version = EV_CURRENT,
                          .e_entry = base + 0x400,
                          .e_phoff = sizeof(Elf64_Ehdr),
                          .e_ehsize = sizeof(Elf64_Ehdr),
                          .e_phentsize = sizeof(Elf64_Phdr),
                          .e_phnum = 3};
    elf.ph[0] = (Elf64_Phdr){.p_type = PT_LOAD,
                             .p_flags = PF_R | PF_X,
                             .p_vaddr = base,
                             .p_filesz = P,
                             .p_memsz = P,
                             .p_align = P};
    elf.ph[1] = (Elf64_Phdr){.p_type = PT_LOAD,
                             .p_flags = PF_R | PF_W,
                             .p_offset = P,
                             .p_vaddr = base + 2 * P,
                             .p_filesz = 0x100,
                             .p_memsz = 2 * P + 0x10,
                             .p_align = P};
    elf.ph[2] = (Elf64_Phdr){.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W};
    elf.ph[3] = (Elf64_Phdr){.p_type = PT_NULL};
}

static void setup(void)
{
    ck_assert_int_eq(mm_system_init(&sys, 16 << 20), 0);
    make(ET_EXEC, 0x400000);
    mm = bytes_mm(&sys);
    ck_assert_ptr_nonnull(mm);
}

static void teardown(void)
{
    mm_put(mm);
    mm_system_destroy(&sys);
}

static int open_size(size_t size, bool is_interp, struct elf_image *img)
{
    struct elf_source src;

    ck_assert(bytes_open(&file, &sys, &elf, size));
    src = bytes_source(&file);
    return elf_open(img, &src, is_interp);
}

/* The error of reading the headers. */
static int open_error(size_t size, bool is_interp)
{
    struct elf_image img;
    int err = open_size(size, is_interp, &img);

    if (!err)
        elf_close(&img);
    mm_file_put(&file.mf);
    return err;
}

/* Map it as program (and as its own interpreter). The file stays open: the address space shows it. */
static int map(struct elf_loaded *out, bool with_interp)
{
    struct elf_image img;
    int err = open_size(sizeof(elf), false, &img);

    ck_assert_int_eq(err, 0);
    err = elf_map(mm, &img, with_interp ? &img : NULL, 0, out);
    elf_close(&img);
    mm_file_put(&file.mf);
    ck_assert_int_eq(mm_check(mm, stderr), 0);
    return err;
}

static uint8_t byte_at(uint64_t addr)
{
    uint8_t b = 0;

    ck_assert_int_eq(mm_copy_in(mm, &b, addr, 1), 0);
    return b;
}

START_TEST(fixed_program)
{
    struct elf_loaded l;
    const struct vma *v;

    ck_assert_int_eq(map(&l, false), 0);
    ck_assert_uint_eq(l.entry, 0x400400);
    ck_assert_uint_eq(l.prog_entry, l.entry);
    ck_assert_uint_eq(l.phdr, 0x400000 + sizeof(Elf64_Ehdr));
    ck_assert_uint_eq(l.interp_base, 0);
    ck_assert_uint_eq(l.start_code, 0x400000);
    ck_assert_uint_eq(l.end_code, 0x401000);
    ck_assert_uint_eq(l.start_data, 0x402000);
    ck_assert_uint_eq(l.end_data, 0x402100);
    ck_assert_uint_eq(l.brk, 0x405000);
    v = mm_find_vma(mm, 0x400000);
    ck_assert_uint_eq(v->end, 0x401000);
    ck_assert_uint_eq(v->flags & VM_PROT_MASK, VM_READ | VM_EXEC);
    v = mm_find_vma(mm, 0x403000);
    ck_assert_uint_eq(v->start, 0x403000);
    ck_assert_uint_eq(v->end, 0x405000);
    ck_assert_uint_eq(v->flags & VM_PROT_MASK, VM_READ | VM_WRITE);
    ck_assert_ptr_null(v->file);
}
END_TEST

START_TEST(tail_of_the_data_is_zero)
{
    struct elf_loaded l;

    ck_assert_int_eq(map(&l, false), 0);
    ck_assert_uint_eq(byte_at(0x4020ff), 0x5a);
    ck_assert_uint_eq(byte_at(0x402100), 0);
    ck_assert_uint_eq(byte_at(0x402fff), 0);
    ck_assert_uint_eq(byte_at(0x404fff), 0);
    ck_assert_int_eq(mm_copy_in(mm, &l, 0x405000, 1), -EFAULT);
}
END_TEST

START_TEST(static_pie_lies_among_the_mappings)
{
    struct elf_loaded l;

    make(ET_DYN, 0);
    ck_assert_int_eq(map(&l, false), 0);
    ck_assert_uint_eq(l.start_code + 5 * P, mm_layout(mm)->mmap_base);
    ck_assert_uint_eq(l.entry, l.start_code + 0x400);
    ck_assert_uint_eq(l.brk, MM_PAGE_ALIGN(ELF_ET_DYN_BASE));
}
END_TEST

START_TEST(pie_lies_at_its_place_and_its_interpreter_on_top)
{
    struct elf_loaded l;

    make(ET_DYN, 0);
    ck_assert_int_eq(map(&l, true), 0);
    ck_assert_uint_eq(l.prog_entry, UINT64_C(0x555555554400));
    ck_assert_uint_eq(l.brk, UINT64_C(0x555555559000));
    ck_assert_uint_eq(l.interp_base + 5 * P, mm_layout(mm)->mmap_base);
    ck_assert_uint_eq(l.entry, l.interp_base + 0x400);
}
END_TEST

/* Its addresses are no hint where the program has none either (load_elf_interp's no_base). */
START_TEST(interpreter_with_addresses_lies_on_top)
{
    struct elf_loaded l;

    make(ET_DYN, 0x10000000);
    ck_assert_int_eq(map(&l, true), 0);
    ck_assert_uint_eq(l.entry + 5 * P, mm_layout(mm)->mmap_base + 0x400);
    ck_assert_uint_eq(l.interp_base, l.entry - 0x400 - 0x10000000);
}
END_TEST

START_TEST(alignment_is_honoured)
{
    struct elf_loaded l;

    make(ET_DYN, 0);
    elf.ph[0].p_align = 1 << 21;
    ck_assert_int_eq(map(&l, false), 0);
    ck_assert_uint_eq(l.start_code & ((1 << 21) - 1), 0);
}
END_TEST

START_TEST(stack_flags)
{
    struct elf_image img;

    ck_assert_int_eq(open_size(sizeof(elf), false, &img), 0);
    ck_assert(!img.exec_stack);
    elf_close(&img);
    mm_file_put(&file.mf);
    elf.ph[2].p_flags |= PF_X;
    ck_assert_int_eq(open_size(sizeof(elf), false, &img), 0);
    ck_assert(img.exec_stack);
    elf_close(&img);
    mm_file_put(&file.mf);
}
END_TEST

static void put16(size_t at, unsigned v)
{
    memcpy(bytes + at, &(uint16_t){(uint16_t)v}, 2);
}

START_TEST(broken_headers)
{
    const struct {
        size_t at;
        unsigned value;
    } cases[] = {
        {offsetof(Elf64_Ehdr, e_ident) + 2, 'X'},
        {offsetof(Elf64_Ehdr, e_type), ET_REL},
        {offsetof(Elf64_Ehdr, e_type), ET_CORE},
        {offsetof(Elf64_Ehdr, e_machine), EM_386},
        {offsetof(Elf64_Ehdr, e_phentsize), 32},
        {offsetof(Elf64_Ehdr, e_phnum), 0},
        {offsetof(Elf64_Ehdr, e_phnum), 65536 / sizeof(Elf64_Phdr) + 1},
        {offsetof(Elf64_Ehdr, e_phnum), 65535},
        {offsetof(Elf64_Ehdr, e_phoff) + 6, 0x7fff},
        {offsetof(Elf64_Ehdr, e_phoff) + 6, 0xffff},
        {offsetof(Elf64_Ehdr, e_phoff), sizeof(elf) - 8},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        make(ET_EXEC, 0x400000);
        put16(cases[i].at, cases[i].value);
        ck_assert_msg(open_error(sizeof(elf), false) == -ENOEXEC, "case %zu", i);
        /* As an interpreter any type passes here: it is looked at when it is mapped. */
        if (cases[i].at != offsetof(Elf64_Ehdr, e_type))
            ck_assert_msg(open_error(sizeof(elf), true) == -ELIBBAD, "case %zu as interpreter", i);
    }
}
END_TEST

START_TEST(truncated_anywhere)
{
    size_t headers = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr);

    for (size_t n = 0; n < headers; n++) {
        ck_assert_int_eq(open_error(n, false), -ENOEXEC);
        ck_assert_int_eq(open_error(n, true), n < sizeof(Elf64_Ehdr) ? -EIO : -ELIBBAD);
    }
    ck_assert_int_eq(open_error(headers, false), 0);
}
END_TEST

START_TEST(interpreter_path)
{
    struct elf_image img;

    elf.ph[2] = (Elf64_Phdr){.p_type = PT_INTERP, .p_offset = P, .p_filesz = 8};
    memcpy(bytes + P, "/lib/ld", 8);
    ck_assert_int_eq(open_size(sizeof(elf), false, &img), 0);
    ck_assert_str_eq(img.interp, "/lib/ld");
    elf_close(&img);
    mm_file_put(&file.mf);
    elf.ph[2].p_filesz = 7; /* no NUL */
    ck_assert_int_eq(open_error(sizeof(elf), false), -ENOEXEC);
    elf.ph[2].p_filesz = 1;
    ck_assert_int_eq(open_error(sizeof(elf), false), -ENOEXEC);
    elf.ph[2].p_filesz = 4097;
    ck_assert_int_eq(open_error(sizeof(elf), false), -ENOEXEC);
    elf.ph[2].p_filesz = 8;
    elf.ph[2].p_offset = sizeof(elf) - 4;
    ck_assert_int_eq(open_error(sizeof(elf), false), -EIO);
    elf.ph[2].p_offset = UINT64_MAX - 4;
    ck_assert_int_eq(open_error(sizeof(elf), false), -EINVAL);
}
END_TEST

START_TEST(segments_that_cannot_be)
{
    struct elf_loaded l;
    const struct {
        uint64_t vaddr, filesz, memsz;
    } cases[] = {
        {UINT64_C(0x8000000000000000), P, P},
        {UINT64_C(0x7ffffffff000), P, P},
        {0x402000, P, UINT64_MAX},
        {0x402000, UINT64_MAX, UINT64_MAX},
        {0x402000, 2 * P, P},
        {0x402000, 0, MM_TASK_SIZE},
        {0x402001, P, P}, /* offset and address disagree in their page */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        make(ET_EXEC, 0x400000);
        elf.ph[1].p_vaddr = cases[i].vaddr;
        elf.ph[1].p_filesz = cases[i].filesz;
        elf.ph[1].p_memsz = cases[i].memsz;
        ck_assert_msg(map(&l, false) < 0, "case %zu", i);
        mm_put(mm);
        mm = bytes_mm(&sys);
    }
}
END_TEST

START_TEST(overlapping_segments_replace_each_other)
{
    struct elf_loaded l;

    elf.ph[1].p_vaddr = 0x400000;
    ck_assert_int_eq(map(&l, false), 0);
    ck_assert_uint_eq(byte_at(0x400000), 0x5a);
    ck_assert_uint_eq(mm_find_vma(mm, 0x400000)->flags & VM_PROT_MASK, VM_READ | VM_WRITE);
}
END_TEST

START_TEST(no_segments_but_an_entry)
{
    struct elf_loaded l;

    elf.ph[0].p_type = elf.ph[1].p_type = PT_NOTE;
    ck_assert_int_eq(map(&l, false), 0);
    make(ET_DYN, 0);
    elf.ph[0].p_type = elf.ph[1].p_type = PT_NOTE;
    ck_assert_int_eq(map(&l, true), -EINVAL); /* the interpreter's size is 0 */
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("elf");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, fixed_program);
    tcase_add_test(t, tail_of_the_data_is_zero);
    tcase_add_test(t, static_pie_lies_among_the_mappings);
    tcase_add_test(t, pie_lies_at_its_place_and_its_interpreter_on_top);
    tcase_add_test(t, interpreter_with_addresses_lies_on_top);
    tcase_add_test(t, alignment_is_honoured);
    tcase_add_test(t, stack_flags);
    tcase_add_test(t, broken_headers);
    tcase_add_test(t, truncated_anywhere);
    tcase_add_test(t, interpreter_path);
    tcase_add_test(t, segments_that_cannot_be);
    tcase_add_test(t, overlapping_segments_replace_each_other);
    tcase_add_test(t, no_segments_but_an_entry);
    return run_suite("elf", t, NULL);
}
