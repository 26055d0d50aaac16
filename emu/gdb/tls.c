/*
 * tls.c - where a thread-local variable is (qGetTLSAddr), as glibc lays it out on x86-64: fs_base + 8 points
 * to a vector of blocks, one for each module; which one a link map is comes from the description glibc leaves
 * for debuggers.
 */
#include "../symbols.h"
#include "priv.h"

#include <errno.h>

#define DTV_AT         8u  /* in the thread's control block */
#define DTV_ENTRY      16u /* bytes of an element of the vector */
#define PROGRAM_MODULE 1u  /* the program itself, and all there is in a static one */

static bool read_word(struct task *t, uint64_t addr, void *word, unsigned size)
{
    return mm_access_remote(t->mm, addr, word, size, false, true) == (int64_t)size;
}

/* l_tls_modid of the link map at lm. 0: cannot be told. */
static uint64_t module_of(struct task *t, uint64_t lm)
{
    uint32_t field[3]; /* bits, elements, offset */
    uint64_t size, module, at;

    if (!lm)
        return PROGRAM_MODULE;
    at = symbols_address(t, "_thread_db_link_map_l_tls_modid", &size);
    if (!at || !read_word(t, at, field, sizeof(field)) || field[0] != 64 ||
        !read_word(t, lm + field[2], &module, 8))
        return 0;
    return module;
}

/* THREAD,OFFSET,LINK-MAP */
void query_tls(struct gdb *g, const char *args)
{
    uint64_t off, lm, module, dtv, block;
    struct gdb_id id;
    struct cpu_regs r;
    struct task *t;

    if (!take_id(&args, &id) || !take_char(&args, ',') || !take_hex(&args, &off) || !take_char(&args, ',') ||
        !take_hex(&args, &lm) || !(t = task_of_id(g, id))) {
        reply_error(g, EINVAL);
        return;
    }
    machine_ops.get_regs(t, &r);
    module = module_of(t, lm);
    /* All ones: the thread has not used the module yet. */
    if (!module || module > UINT32_MAX || !read_word(t, r.fs_base + DTV_AT, &dtv, 8) ||
        !read_word(t, dtv + DTV_ENTRY * module, &block, 8) || !block || block == UINT64_MAX)
        reply_error(g, ENOENT);
    else
        reply(g, "%llx", (unsigned long long)(block + off));
}
