/*
 * seal.c - what sealing designs call: setting words on VMAs, looking for holes, and their own system calls.
 *
 * Source: mseal_apply, range_contains_unmapped in mm/mseal.c, Linux 6.18.
 */
#include "mm.h"

#include <string.h>

bool mm_range_has_gap(struct mm *mm, uint64_t start, uint64_t end)
{
    uint64_t reached = start;
    struct vma_iter it;
    const struct vma *v;

    vma_iter_init(&it, &mm->vmas, start);
    while (reached < end && (v = vma_iter_next(&it)) && v->start <= reached)
        reached = v->end;
    return reached < end;
}

/*
 * 6.17 took the end of an area from before its merge with the next one. The area after that one is then given a start
 * that lies before it, which fits no neighbour: it is sealed, and merges with nothing.
 *
 *     |--open--|-sealed-|--open--|    ->    |-----sealed-----|-sealed-|
 *              ^ where the second open area is said to start
 *
 * Source: mseal_apply in mm/mseal.c, Linux 6.17; measured on 6.17.13 and 6.18.15.
 */
static int seal_alone(struct mm *mm, struct vma *v, uint64_t to, uint64_t seal)
{
    int err = to < v->end ? vma_split_at(mm, to) : 0;
    struct vma mid;

    if (err)
        return err;
    mid = vma_slice(v, v->start, to);
    if (!v->seal)
        mid.sealed_at = mm->event;
    mid.seal = seal;
    err = vma_tree_splice(&mm->vmas, mid.start, mid.end, &mid, 1);
    if (!err)
        *v = mid;
    return err;
}

int mm_seal_apply(struct mm *mm, uint64_t start, uint64_t end, uint64_t (*fn)(uint64_t old, uint64_t arg),
                  uint64_t arg)
{
    bool lags = mm->design->rules & RULE_SEAL_MERGE_LAGS;
    uint64_t addr = start, said = start; /* the next area starts at addr, and is said to start at `said` */
    const struct vma *v;
    int err = 0;

    while (addr < end && (v = vma_tree_find(&mm->vmas, addr)) && v->start < end) {
        struct vma area = *v;
        uint64_t from = v->start < start ? start : v->start;
        uint64_t to = v->end > end ? end : v->end;
        struct vma_change change = {v->flags, fn(v->seal, arg), v->anon_name, v->policy};

        if (change.seal != v->seal) {
            err = said < from ? seal_alone(mm, &area, to, change.seal)
                              : vma_modify(mm, &area, from, to, &change);
            if (err)
                break;
        }
        said = to;
        addr = lags ? area.end : to;
    }
    mm_assert_valid(mm);
    return err;
}

static int is_private_page(void *ctx, uint64_t addr, pte_t e)
{
    return (e & (PTE_PRESENT | PTE_ANON)) == (PTE_PRESENT | PTE_ANON);
}

bool mm_vma_has_private_pages(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end)
{
    if (start < v->start)
        start = v->start;
    if (end > v->end)
        end = v->end;
    return start < end && pt_walk(&mm->pt, start, end, is_private_page, NULL);
}

/* MSEAL_EMU_SEAL: what a program that knows no design means by "seal this". */
static int64_t seal_somehow(struct mm *mm, const uint64_t args[6])
{
    const struct mseal_syscall *first = mm->design->syscalls;

    if (args[2] > KEEP_PROTECTION)
        return -EINVAL;
    if (mm->design->seal)
        return mm->design->seal(mm, args[0], args[1], args[2]);
    return first && first->name ? first->call(mm, (const uint64_t[6]){args[0], args[1]}) : -ENOSYS;
}

/* MSEAL_EMU_DESIGN */
static int64_t tell_name(struct mm *mm, const uint64_t args[6])
{
    const char *name = mm->design->name;
    uint64_t len = strlen(name), room = len + 1 < args[1] ? len + 1 : args[1];

    return mm_copy_out(mm, args[0], name, room) ? -EFAULT : (int64_t)len;
}

/* What every design has besides its own calls. */
static const struct mseal_syscall generic_calls[] = {
    {MSEAL_EMU_SEAL, "mseal_emu_seal", "ptr,size,int", seal_somehow},
    {MSEAL_EMU_DESIGN, "mseal_emu_design", "opath,size", tell_name},
    {0},
};

static const struct mseal_syscall *find_call(const struct mseal_syscall *s, uint64_t nr)
{
    for (; s && s->name; s++)
        if (s->nr == nr)
            return s;
    return NULL;
}

uint64_t mm_first_design_call(const struct mseal_design *d)
{
    uint64_t first = MSEAL_EMU_SEAL;

    for (const struct mseal_syscall *s = d->syscalls; s && s->name; s++)
        if (s->nr < first)
            first = s->nr;
    return first;
}

const struct mseal_syscall *mm_design_call(const struct mm *mm, uint64_t nr)
{
    const struct mseal_syscall *s;

    if (nr < mm->first_design_call) /* every call asks, nearly all are of smaller numbers */
        return NULL;
    s = find_call(mm->design->syscalls, nr);
    return s ? s : find_call(generic_calls, nr);
}

int64_t mm_design_syscall(struct mm *mm, unsigned nr, const uint64_t args[6])
{
    const struct mseal_syscall *s = mm_design_call(mm, nr);

    return s ? s->call(mm, args) : -ENOSYS;
}
