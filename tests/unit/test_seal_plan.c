/*
 * What of an image is to be sealed, on headers made here: OpenBSD's exceptions, the note that asks for it,
 * and nonsense.
 */
#include "emu/seal_plan.h"
#include "tests/elf_bytes.h"
#include "run_suite.h"

#include <check.h>
#include <errno.h>

#define P          MM_PAGE_SIZE
#define BASE       UINT64_C(0x7f0000000000)
#define MUTABLE    0x65a3dbe5u
#define PF_MUTABLE 0x08000000u

static struct mm_system sys;
static struct bytes_file file;
static struct seal_plan plan;

/* Text of two pages at 0, data of six at 2 whose first one and a half are RELRO. */
static struct {
    Elf64_Ehdr eh;
    Elf64_Phdr ph[6];
    uint32_t note[8];
} elf;

static void setup(void)
{
    ck_assert_int_eq(mm_system_init(&sys, 16 << 20), 0);
    memset(&elf, 0, sizeof(elf));
    elf.eh = (Elf64_Ehdr){.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                          .e_type = ET_DYN,
                          .e_machine = EM_X86_64,
                          .e_phoff = sizeof(Elf64_Ehdr),
                          .e_phentsize = sizeof(Elf64_Phdr),
                          .e_phnum = 6};
    elf.ph[0] = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_memsz = 2 * P - 8};
    elf.ph[1] = (Elf64_Phdr){
        .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = P, .p_vaddr = 2 * P, .p_memsz = 6 * P};
    elf.ph[2] = (Elf64_Phdr){.p_type = PT_GNU_RELRO, .p_flags = PF_R, .p_vaddr = 2 * P, .p_memsz = P + P / 2};
}

static void teardown(void)
{
    mm_system_destroy(&sys);
}

static int read_size(size_t size)
{
    int err;

    ck_assert(bytes_open(&file, &sys, &elf, size));
    err = seal_plan_read(&plan, file.mf.obj, BASE);
    mm_file_put(&file.mf);
    return err;
}

/* The ranges in pages from BASE, in order of the headers: "T0-2 ". */
static const char *ranges(void)
{
    static char text[512];
    size_t n = 0;

    ck_assert_int_eq(read_size(sizeof(elf)), 0);
    text[0] = '\0';
    for (unsigned i = 0; i < plan.n; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%c%d-%d ",
                              plan.range[i].part == SEAL_TEXT    ? 'T'
                              : plan.range[i].part == SEAL_RELRO ? 'R'
                                                                 : 'D',
                              (int)((plan.range[i].start - BASE) / P), (int)((plan.range[i].end - BASE) / P));
    seal_plan_free(&plan);
    return text;
}

START_TEST(text_relro_and_data)
{
    ck_assert_str_eq(ranges(), "T0-2 D3-8 R2-3 ");
}
END_TEST

START_TEST(mutable_ranges_stay_open)
{
    elf.ph[3] = (Elf64_Phdr){.p_type = MUTABLE, .p_vaddr = 5 * P, .p_memsz = P};
    ck_assert_str_eq(ranges(), "T0-2 D3-5 D6-8 R2-3 ");
    elf.ph[4] = (Elf64_Phdr){
        .p_type = MUTABLE, .p_vaddr = 6 * P - 1, .p_memsz = 2}; /* overlaps the other, rounds outwards */
    elf.ph[5] = (Elf64_Phdr){.p_type = MUTABLE, .p_vaddr = 0, .p_memsz = 3 * P};
    ck_assert_str_eq(ranges(), "D3-5 D7-8 ");
}
END_TEST

START_TEST(segments_left_out)
{
    elf.ph[0].p_flags |= PF_MUTABLE;
    elf.ph[1].p_flags |= PF_X; /* writable code is for the program to change */
    ck_assert_str_eq(ranges(), "R2-3 ");
}
END_TEST

START_TEST(the_note)
{
    elf.ph[3] = (Elf64_Phdr){
        .p_type = PT_GNU_PROPERTY, .p_offset = offsetof(typeof(elf), note), .p_filesz = sizeof(elf.note)};
    memcpy(elf.note, (uint32_t[]){4, 16, NT_GNU_PROPERTY_TYPE_0, 0x554e47 /* "GNU" */, 0xc0000002, 4, 3, 0},
           sizeof(elf.note));
    ck_assert_int_eq(read_size(sizeof(elf)), 0);
    ck_assert(!plan.noted); /* the 3 is the data of another property */
    seal_plan_free(&plan);
    elf.note[1] = 8;
    elf.note[4] = 3;
    elf.note[5] = 0;
    ck_assert_int_eq(read_size(sizeof(elf)), 0);
    ck_assert(plan.noted);
    seal_plan_free(&plan);
    elf.note[1] = UINT32_MAX; /* longer than its segment */
    elf.note[4] = 1;
    elf.note[5] = UINT32_MAX - 8;
    ck_assert_int_eq(read_size(sizeof(elf)), 0);
    ck_assert(!plan.noted);
    seal_plan_free(&plan);
}
END_TEST

START_TEST(nonsense)
{
    elf.ph[1].p_memsz = UINT64_MAX;
    elf.ph[2].p_vaddr = MM_TASK_SIZE;
    ck_assert_str_eq(ranges(), "T0-2 ");
    for (size_t size = 0; size < offsetof(typeof(elf), note); size++)
        ck_assert_int_eq(read_size(size), -ENOEXEC);
    elf.ph[0].p_offset = P; /* nobody has the first page */
    ck_assert_int_eq(read_size(sizeof(elf)), -ENOEXEC);
    elf.eh.e_phoff = UINT64_MAX;
    ck_assert_int_eq(read_size(sizeof(elf)), -ENOEXEC);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("seal_plan");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, text_relro_and_data);
    tcase_add_test(t, mutable_ranges_stay_open);
    tcase_add_test(t, segments_left_out);
    tcase_add_test(t, the_note);
    tcase_add_test(t, nonsense);
    return run_suite("seal_plan", t, NULL);
}
