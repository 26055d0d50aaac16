/* engine.c - the life of what we keep of an engine. */
#include "engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Of engines that are not ours: its table stays empty. */
static struct engine nobody = {.known = true, .epoch = UINT64_MAX};
_Thread_local struct engine *engine_current = &nobody;

static void look(void)
{
    sse_look();
    x87_look();
}

struct engine *engine_create(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct engine *e = calloc(1, sizeof(*e));

    if (e) {
        e->first_block = UINTPTR_MAX;
        jumps_create(e);
        accesses_create(e);
        jumps_forget(e);
        pthread_once(&once, look);
    }
    return e;
}

void engine_destroy(struct engine *e)
{
    if (engine_current == e)
        engine_current = &nobody;
    if (e) {
        jumps_destroy(e);
        accesses_destroy(e);
    }
    free(e);
}

void engine_use(struct engine *e, uc_engine *uc)
{
    e->uc = uc;
    engine_current = e;
}

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
