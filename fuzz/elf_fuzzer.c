/*
 * elf_fuzzer.c - libFuzzer target: any bytes as an ELF file, loaded as a program and as an interpreter.
 */
#include "tests/elf_bytes.h"

#define MEMORY (UINT64_C(32) << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void load(struct mm_system *sys, struct bytes_file *b, bool with_interp)
{
    struct elf_source src = bytes_source(b);
    struct elf_image prog, interp;
    struct elf_loaded out;
    struct mm *mm;

    if (elf_open(&prog, &src, false))
        return;
    if (with_interp && elf_open(&interp, &src, true)) {
        elf_close(&prog);
        return;
    }
    mm = bytes_mm(sys);
    if (mm) {
        elf_map(mm, &prog, with_interp ? &interp : NULL, 0, &out);
        if (mm_check(mm, stderr))
            abort();
        mm_put(mm);
    }
    if (with_interp)
        elf_close(&interp);
    elf_close(&prog);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mm_system sys;
    struct bytes_file b;

    if (mm_system_init(&sys, MEMORY))
        return 0;
    if (bytes_open(&b, &sys, data, size)) {
        load(&sys, &b, false);
        load(&sys, &b, true);
        mm_file_put(&b.mf);
    }
    mm_system_destroy(&sys);
    return 0;
}
