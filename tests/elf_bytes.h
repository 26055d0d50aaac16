/* elf_bytes.h - a file that is an array, and an address space to load it into: for the loader's unit tests and fuzzer. */
#ifndef TESTS_ELF_BYTES_H
#define TESTS_ELF_BYTES_H

#include "emu/elf.h"

#include <stdlib.h>
#include <string.h>

struct bytes_file {
    struct mm_file mf; /* first */
    const uint8_t *data;
    size_t size;
};

static int bytes_read_page(struct vm_object *obj, uint64_t index, void *page)
{
    const struct bytes_file *b = obj->priv;
    uint64_t off = index * MM_PAGE_SIZE, n = off < b->size ? b->size - off : 0;

    n = n < MM_PAGE_SIZE ? n : MM_PAGE_SIZE;
    memset(page, 0, MM_PAGE_SIZE);
    memcpy(page, b->data + (n ? off : 0), n);
    return 0;
}

static int64_t bytes_pread(void *ctx, void *buf, uint64_t len, uint64_t off)
{
    const struct bytes_file *b = ctx;
    uint64_t n = off < b->size ? b->size - off : 0;

    n = n < len ? n : len;
    memcpy(buf, b->data + (n ? off : 0), n);
    return (int64_t)n;
}

static size_t bytes_path(const struct mm_file *f, char *buf, size_t size)
{
    return (size_t)snprintf(buf, size, "/bytes");
}

static void bytes_release(struct mm_file *f)
{
    vm_object_put(f->obj);
}

/* One reference is the caller's; the structure must outlive the address space. False: out of memory. */
static bool bytes_open(struct bytes_file *b, struct mm_system *sys, const void *data, size_t size)
{
    static const struct vm_object_ops ops = {.read_page = bytes_read_page};

    *b =
        (struct bytes_file){.mf = {.refs = 1, .readable = true, .path = bytes_path, .release = bytes_release},
                            .data = data,
                            .size = size};
    b->mf.obj = vm_object_create(sys, OBJ_FILE, size, &ops, b);
    return b->mf.obj != NULL;
}

__attribute__((unused)) static struct elf_source bytes_source(struct bytes_file *b)
{
    return (struct elf_source){bytes_pread, b, &b->mf};
}

/* What exec makes before it maps the program. NULL: out of memory. */
__attribute__((unused)) static struct mm *bytes_mm(struct mm_system *sys)
{
    struct mm *mm = mm_create(sys, NULL);

    if (!mm)
        return NULL;
    mm_layout(mm)->mmap_base = MM_TASK_SIZE - (UINT64_C(128) << 20);
    mm_layout(mm)->stack_top = MM_TASK_SIZE;
    mm_map_stack(mm, MM_TASK_SIZE, UINT64_C(136) << 10, false);
    return mm;
}

#endif
