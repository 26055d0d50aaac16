/* low_table.c - memory whose address fits into an instruction. */
#include "low_table.h"

#include <string.h>
#include <sys/mman.h>

void *low_table(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

void low_table_clear(void *table, size_t size)
{
    if (madvise(table, size, MADV_DONTNEED)) /* locked */
        memset(table, 0, size);
}

void low_table_free(void *table, size_t size)
{
    if (table)
        munmap(table, size);
}
