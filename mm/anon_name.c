/*
 * anon_name.c - prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME): [anon:name] in /proc/PID/maps.
 *
 * Follows set_anon_vma_name() in mm/madvise.c of Linux 6.18 (built with CONFIG_ANON_VMA_NAME).
 */
#include "mm.h"
#include "names.h"

#include <string.h>

#define ANON_VMA_NAME_MAX_LEN 80 /* with the NUL */

/* Printable ASCII without the characters that would confuse readers of maps or shells. */
static bool name_is_valid(const char *s)
{
    for (; *s; s++) {
        if (*s < 0x20 || *s > 0x7e || strchr("\\`$[]", *s))
            return false;
    }
    return true;
}

struct naming {
    uint32_t name;
    struct mm_change c;
};

static int name_part(struct mm *mm, struct vma_part *p, void *ctx)
{
    struct naming *n = ctx;
    struct vma_change to = {
        .flags = p->v.flags, .seal = p->v.seal, .anon_name = n->name, .policy = p->v.policy};
    int err;

    n->c.start = p->start;
    n->c.end = p->end;
    err = mm_ask_vma(mm, &n->c, &p->v);
    if (err)
        return err;
    if (vma_has_file(&p->v) && !mm_file_is_anon_shmem(p->v.file))
        return mm_fail_at(mm, -EBADF, MM_ABOUT_VMA, p->v.start, "only anonymous memory can be named");
    if (p->v.anon_name == n->name)
        return 0;
    err = vma_modify(mm, &p->v, p->start, p->end, &to);
    return err == -ENOMEM ? -EAGAIN : err;
}

int64_t mm_set_vma_name(struct mm *mm, uint64_t addr, uint64_t len, uint64_t name)
{
    char text[ANON_VMA_NAME_MAX_LEN];
    uint64_t size = MM_PAGE_ALIGN(len);
    struct naming n = {
        .c = {.kind = CHANGE_NAME,
              .door = DOOR_PRCTL,
              .start = addr,
              .end = addr + size,
              .pkru = mm->pkru,
              .direct = true},
    };
    int err;

    if (name) {
        int64_t got = mm_copy_str(mm, text, name, sizeof(text));

        if (got < 0)
            return got == -ENAMETOOLONG ? mm_fail(mm, -EINVAL, "the name is longer than 79 bytes") : got;
        if (!name_is_valid(text))
            return mm_fail(mm, -EINVAL, "a name is printable ASCII without \\ ` $ [ ]");
        n.name = mm_names_intern(&mm->names, text);
        if (!n.name)
            return mm_fail_memory(mm);
    }
    if (addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the address is not a multiple of the page size");
    if ((len && !size) || addr + size < addr)
        return mm_fail(mm, -EINVAL, "the range wraps around the end of the address space");
    if (!size)
        return 0;
    err = mm_ask_range(mm, &n.c);
    if (!err)
        err = mm_walk_parts(mm, addr, addr + size, name_part, &n);
    mm_assert_valid(mm);
    return err;
}
