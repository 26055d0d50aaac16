/*
 * ask.c - the seam to the sealing design: every change of a VMA is put before it, refusals are remembered.
 *
 * A design is asked twice about the same change at most: once for the whole range before the operation starts
 * (design->range, which makes it all or nothing) and once at each VMA when the operation gets there
 * (design->vma, which leaves what was done before). Which of the two it answers is the design's choice.
 */
#include "mm.h"

static int ask(struct mm *mm, mseal_check_fn check, const struct mm_change *c, const struct vma *v)
{
    const char *why[2] = {NULL, NULL};
    struct mm_change part = *c;
    int err;

    part.mm = mm;
    part.op_start = c->start;
    part.op_end = c->end;
    if (part.start < v->start)
        part.start = v->start;
    if (part.end > v->end)
        part.end = v->end;
    part.pkru = mm->pkru;
    err = check(&part, v, why);
    if (err < 0) {
        mm->refused_change = part;
        mm->refusal.change = &mm->refused_change;
        mm->refusal.vma = *v;
        mm->refusal.err = err;
        mm->refusal.why = why[0] ? why[0] : "";
        mm->refusal.where = why[1];
        mm->refused = true;
    }
    return err;
}

int mm_ask_vma(struct mm *mm, const struct mm_change *c, const struct vma *v)
{
    return mm->design->vma ? ask(mm, mm->design->vma, c, v) : 0;
}

int mm_ask_range_at(struct mm *mm, const struct mm_change *c, const struct vma *v)
{
    return mm->design->range ? ask(mm, mm->design->range, c, v) : 0;
}

int mm_ask_range(struct mm *mm, const struct mm_change *c)
{
    struct vma_iter it;
    const struct vma *v;
    int err, answer = 0;

    if (!mm->design->range)
        return 0;
    vma_iter_init(&it, &mm->vmas, c->start);
    while ((v = vma_iter_next(&it)) && v->start < c->end) {
        err = ask(mm, mm->design->range, c, v);
        if (err < 0)
            return err;
        if (err)
            answer = err;
    }
    return answer;
}

const struct mm_refusal *mm_last_refusal(const struct mm *mm)
{
    return mm->refused ? &mm->refusal : NULL;
}
