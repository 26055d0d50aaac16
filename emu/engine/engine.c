/* engine.c - the life of what we keep of an engine. */
#include "engine.h"

#include <pthread.h>
#include <stdlib.h>

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
