/*
 * merge.c - the one place where VMAs are split and merged.
 *
 * Source: vma_merge_existing_range, vma_merge_new_range, vma_modify, __split_vma, is_mergeable_vma,
 * is_mergeable_anon_vma, find_mergeable_anon_vma in mm/vma.c, Linux 6.18. Whatever the outcome, the tree
 * changes in one splice, so a reader sees either the old or the new areas.
 */
#include "mm.h"

/* Linux' VM_STICKY: a difference in these stops no merge, and what comes of it has all of them. */
#define VM_STICKY (VM_SOFTDIRTY | VM_MAYBE_GUARD)

/* ---- who may join whom ---------------------------------------------------------------------- */

/*
 * Private pages remember the anon_vma they were made in and their page offset. Joining two sets would break
 * the way back from page to VMA, so two VMAs that have private pages join only if it is the same set; a VMA
 * without any takes the other's, unless that was inherited by fork and is tied to the parent's. Of an area
 * that grows Linux does not ask that: what it grows by is no VMA whose ties it could look at.
 */
static bool anon_vma_compatible(uint32_t own, uint32_t neighbours, bool grows)
{
    if (own == neighbours)
        return true;
    return (!own || !neighbours) && !((grows ? neighbours : own | neighbours) & ANON_VMA_FORKED);
}

static bool mergeable(const struct mm *mm, const struct vma *v, const struct vma *neighbour, bool grows)
{
    const struct mseal_design *d = mm->design;

    if (v->policy != neighbour->policy || v->file != neighbour->file ||
        v->anon_name != neighbour->anon_name || v->kind != neighbour->kind || v->uffd != neighbour->uffd)
        return false;
    if ((v->flags ^ neighbour->flags) & ~VM_STICKY)
        return false;
    if (d->can_merge ? !d->can_merge(v->seal, neighbour->seal) : v->seal != neighbour->seal)
        return false;
    return anon_vma_compatible(v->anon_vma, neighbour->anon_vma, grows);
}

/* A VMA whose vm_ops have close() must not vanish by merging: the segment counts its VMAs. */
static bool may_vanish(const struct vma *v)
{
    return v->kind == VMA_NORMAL && !(v->flags & VM_HUGETLB) && !mm_file_is_shm(v->file);
}

/* The neighbours that v, of a place and looks that are not in the tree yet, could become one with; grows: v
 * is more of the area before it. */
struct partners {
    const struct vma *prev, *next; /* NULL: none */
};

static struct partners find_partners(const struct mm *mm, const struct vma *v, bool left, bool right,
                                     bool grows)
{
    struct partners p = {NULL, NULL};
    const struct vma *before, *after;

    if (v->flags & VM_SPECIAL)
        return p;
    vma_tree_adjacent(&mm->vmas, v->start, v->end, &before, &after);
    if (left && before && before->pgoff + vma_pages(before) == v->pgoff && mergeable(mm, v, before, grows))
        p.prev = before;
    if (right && after && after->pgoff == v->pgoff + vma_pages(v) && mergeable(mm, v, after, grows) &&
        (!p.prev || !p.prev->anon_vma || !after->anon_vma || p.prev->anon_vma == after->anon_vma))
        p.next = after;
    return p;
}

/*
 * v and its partners as one area. The one that grows (Linux' target: the lower one) lends its record; the set
 * of private pages comes from whoever has one.
 *
 *     |--prev--|****v****|--next--|        |--prev--|****v****|             |****v****|--next--|
 *     |--------- prev ------------|   or   |------ prev ------|       or    |------ next ------|
 */
static struct vma join(const struct vma *v, struct partners p)
{
    struct vma joined = p.prev ? *p.prev : *p.next;

    if (!p.prev) {
        joined.start = v->start;
        joined.pgoff = v->pgoff;
    }
    joined.end = p.next ? p.next->end : v->end;
    joined.flags |= (v->flags | (p.next ? p.next->flags : 0)) & VM_STICKY;
    if (!joined.anon_vma && p.next)
        joined.anon_vma = p.next->anon_vma;
    if (!joined.anon_vma)
        joined.anon_vma = v->anon_vma;
    return joined;
}

/* ---- changing a part of one VMA ------------------------------------------------------------- */

/*
 * When no neighbour looks like the changed part, it becomes a VMA of its own:
 *
 *           start     end                       start     end
 *     |-------*********------|    ->      |-------|*********|------|
 *       head     mid    tail
 *
 * Linux splits twice and tests the limit each time, so the first cut stays when the second one is too much.
 */
static int split_out(struct mm *mm, const struct vma *v, const struct vma *mid)
{
    uint64_t room = mm->sys->max_map_count > mm->vmas.count ? mm->sys->max_map_count - mm->vmas.count : 0;
    bool head = v->start < mid->start, tail = mid->end < v->end;
    struct vma part[3];
    size_t n = 0;
    int err;

    if ((head || tail) && !room)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MAP_COUNT, 0,
                          "the number of areas is limited (vm.max_map_count)");
    err = head ? vma_check_split(mm, v, mid->start) : 0;
    if (!err && tail)
        err = vma_check_split(mm, v, mid->end);
    if (err)
        return err;
    if (head && tail && room < 2) {
        err = vma_split_at(mm, mid->start);
        return err ? err
                   : mm_fail_at(mm, -ENOMEM, MM_ABOUT_MAP_COUNT, 0,
                                "the number of areas is limited (vm.max_map_count)");
    }
    if (head)
        part[n++] = vma_slice(v, v->start, mid->start);
    part[n++] = *mid;
    if (tail)
        part[n++] = vma_slice(v, mid->end, v->end);
    return vma_tree_splice(&mm->vmas, v->start, v->end, part, n);
}

int vma_modify(struct mm *mm, struct vma *v, uint64_t start, uint64_t end, const struct vma_change *to)
{
    bool left = start == v->start, right = end == v->end;
    struct vma mid = vma_slice(v, start, end), joined, part[2];
    struct partners p;
    uint64_t lo, hi;
    size_t n = 0;
    int err;

    mid.flags = to->flags;
    mid.anon_name = to->anon_name;
    mid.policy = to->policy;
    if (to->uffd)
        mid.uffd = *to->uffd;
    if (to->seal && !v->seal)
        mid.sealed_at = mm->event;
    mid.seal = to->seal;

    p = find_partners(mm, &mid, left, right, false);
    if (left && right && !may_vanish(v))
        p = (struct partners){NULL, NULL};
    if (p.prev && p.next && !may_vanish(p.next))
        p.next = NULL;
    if (!p.prev && !p.next) {
        err = split_out(mm, v, &mid);
        if (!err)
            *v = mid;
        return err;
    }

    /*
     * A border moves, or both ends of the part are its VMA's and the VMA vanishes:
     *
     *     |--prev--|***mid***|---tail---|        |---head---|***mid***|--next--|
     *     |------ joined ----|---tail---|   or   |---head---|------ joined ----|
     */
    joined = join(&mid, p);
    lo = p.prev ? p.prev->start : v->start;
    hi = p.next ? p.next->end : v->end;
    if (!left)
        part[n++] = vma_slice(v, v->start, start);
    part[n++] = joined;
    if (!right)
        part[n++] = vma_slice(v, end, v->end);
    err = vma_tree_splice(&mm->vmas, lo, hi, part, n);
    if (!err)
        *v = joined;
    return err;
}

/* ---- new VMAs, and cuts --------------------------------------------------------------------- */

static int insert(struct mm *mm, const struct vma *v, bool right)
{
    struct partners p = find_partners(mm, v, true, right, false);
    struct vma joined;

    if (p.prev && p.next && !may_vanish(p.next))
        p.next = NULL;
    if (!p.prev && !p.next)
        return vma_tree_splice(&mm->vmas, v->start, v->end, v, 1);
    joined = join(v, p);
    return vma_tree_splice(&mm->vmas, joined.start, joined.end, &joined, 1);
}

int vma_insert(struct mm *mm, const struct vma *v)
{
    return insert(mm, v, true);
}

int vma_insert_expand(struct mm *mm, const struct vma *v)
{
    return insert(mm, v, false);
}

int vma_extend(struct mm *mm, const struct vma *v, uint64_t new_end)
{
    struct vma grown = *v;
    struct partners p;

    grown.start = v->end;
    grown.end = new_end;
    grown.pgoff = v->pgoff + vma_pages(v);
    p = find_partners(mm, &grown, true, true, true);
    if (!p.prev)
        return -ENOMEM;
    if (p.next && !may_vanish(p.next))
        p.next = NULL;
    grown = join(&grown, p);
    return vma_tree_splice(&mm->vmas, grown.start, grown.end, &grown, 1);
}

int vma_split_at(struct mm *mm, uint64_t addr)
{
    const struct vma *v = vma_tree_find(&mm->vmas, addr);
    struct vma part[2];
    int err;

    if (!v || v->start >= addr)
        return 0;
    err = vma_check_split(mm, v, addr);
    if (err)
        return err;
    part[0] = vma_slice(v, v->start, addr);
    part[1] = vma_slice(v, addr, v->end);
    return vma_tree_splice(&mm->vmas, v->start, v->end, part, 2);
}

/* ---- anon_vma: identities of private pages -------------------------------------------------- */

uint32_t anon_vma_new(struct mm_system *sys, bool forked)
{
    uint32_t id = ++sys->next_anon_vma & ~ANON_VMA_FORKED;

    if (!id) /* after 2^31 of them: 0 means none */
        id = ++sys->next_anon_vma & ~ANON_VMA_FORKED;
    return forked ? id | ANON_VMA_FORKED : id;
}

/* Could a and b, which are neighbours in this order, be one VMA after an mprotect (anon_vma_compatible in mm/vma.c)? */
static bool adjacent_alike(const struct vma *a, const struct vma *b)
{
    return a->policy == b->policy && a->file == b->file &&
           !((a->flags ^ b->flags) & ~(VM_PROT_MASK | VM_STICKY)) && a->seal == b->seal &&
           b->pgoff == a->pgoff + vma_pages(a);
}

static bool reusable(const struct vma *v)
{
    return v->anon_vma && !(v->anon_vma & ANON_VMA_FORKED);
}

uint32_t anon_vma_find(struct mm *mm, const struct vma *v)
{
    const struct vma *before, *after;

    if (v->anon_vma)
        return v->anon_vma;
    vma_tree_adjacent(&mm->vmas, v->start, v->end, &before, &after);
    if (after && reusable(after) && adjacent_alike(v, after))
        return after->anon_vma;
    if (before && reusable(before) && adjacent_alike(before, v))
        return before->anon_vma;
    return anon_vma_new(mm->sys, false);
}
