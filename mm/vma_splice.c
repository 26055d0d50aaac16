/*
 * vma_splice.c - changing the VMA tree: one primitive, that replaces a range.
 *
 * Nearly every change meets one leaf that nobody else holds and that has room: it is done in place. All
 * others take three phases, each of which leaves a tree behind:
 *
 *   remove  takes the VMAs of the range out. Children that lie in it wholly go without being looked at:
 *
 *                 [ a  b  c | d  e  f | g  h  i | j  k  l ]
 *                       '--------- range ---------'              c, (d e f), (g h i) and j go; only the
 *                 [ a  b |              k  l ]                   leaves of a b and of k l are written to
 *
 *   insert  puts the new ones in, a leaf's worth at a time; a full node on the way is split first. The cut
 *           is at the place of insertion when insertions come in a run, up or down: they leave full nodes.
 *
 *   mend    joins the nodes left and right of what was removed with a neighbour where they became too empty.
 *
 * A node that a snapshot holds too is copied before it is written to. All memory is set aside before the
 * first phase, so that none of them can fail.
 */
#include "vma_node.h"

#include <errno.h>
#include <string.h>

struct path {
    struct vma_node *node[VMA_MAX_HEIGHT]; /* by level; 0 is the leaf */
    unsigned slot[VMA_MAX_HEIGHT];
};

/* --- references ---------------------------------------------------------------------------------- */

static void vma_ref(const struct vma *v)
{
    if (!v->file)
        return;
    mm_file_get(v->file);
    if (v->file->obj)
        v->file->obj->nr_vmas++;
}

static void vma_unref(const struct vma *v)
{
    if (!v->file)
        return;
    if (v->file->obj)
        v->file->obj->nr_vmas--;
    mm_file_put(v->file);
}

void vma_node_put(struct vma_arena *arena, struct vma_node *node, unsigned level)
{
    if (--node->refs)
        return;
    for (unsigned i = 0; i < node->n; i++) {
        if (level)
            vma_node_put(arena, vma_inner(node)->child[i], level - 1);
        else
            vma_unref(vma_at(node, i));
    }
    vma_arena_free(arena, node, level);
}

/* The node in *link for writing: itself, or a copy if somebody else holds it too. */
static struct vma_node *unshare(struct vma_tree *t, struct vma_node **link, unsigned level)
{
    struct vma_node *old = *link, *node;

    if (old->refs == 1)
        return old;
    node = vma_arena_alloc(t->arena, level);
    memcpy(node, old, level ? sizeof(struct vma_inner) : sizeof(struct vma_leaf));
    node->refs = 1;
    for (unsigned i = 0; i < node->n; i++) {
        if (level)
            vma_inner(node)->child[i]->refs++;
        else
            vma_ref(vma_at(node, i));
    }
    old->refs--;
    *link = node;
    t->finger = t->ahead = NULL;
    return node;
}

/* --- slots --------------------------------------------------------------------------------------- */

/* Shifts n slots of one node. */
static void shift_slots(struct vma_node *node, unsigned to, unsigned from, unsigned n, unsigned level)
{
    memmove(node->last + to, node->last + from, n * sizeof(node->last[0]));
    memmove(node->first + to, node->first + from, n * sizeof(node->first[0]));
    if (level) {
        memmove(vma_inner(node)->gap + to, vma_inner(node)->gap + from, n * sizeof(uint64_t));
        memmove(vma_inner(node)->child + to, vma_inner(node)->child + from, n * sizeof(struct vma_node *));
    }
}

static void set_count(struct vma_node *node, unsigned n)
{
    for (unsigned i = n; i < node->n; i++) {
        node->last[i] = node->first[i] = VMA_NO_SLOT;
        __asm__(""); /* one slot nearly always: not worth two calls of memset */
    }
    node->n = n;
}

/* Slots [a, b) become m slots, to be filled by the caller. In a leaf the old VMAs lose their places. */
static void resize_slots(struct vma_node *node, unsigned a, unsigned b, unsigned m, unsigned level)
{
    for (unsigned i = a; !level && i < b; i++)
        vma_leaf(node)->used &= ~(1u << (node->last[i] & VMA_PLACE));
    if (a + m != b)
        shift_slots(node, a + m, b, node->n - b, level);
    set_count(node, node->n - (b - a) + m);
}

/* Fills an empty slot of a leaf. */
static void set_vma(struct vma_node *node, unsigned i, const struct vma *v)
{
    struct vma_leaf *leaf = vma_leaf(node);
    unsigned place = __builtin_ctz(~leaf->used);

    leaf->used |= 1u << place;
    leaf->v[place] = *v;
    node->first[i] = v->start;
    node->last[i] = v->end | place;
}

/* Replaces the VMAs in slots [a, b) of a leaf, whose references are the caller's business. */
static void put_vmas(struct vma_node *node, unsigned a, unsigned b, const struct vma *with, unsigned m)
{
    unsigned kept = m < b - a ? m : b - a; /* slots, and places */

    for (unsigned i = a; i < a + kept; i++, with++) {
        unsigned place = node->last[i] & VMA_PLACE;

        vma_leaf(node)->v[place] = *with;
        node->first[i] = with->start;
        node->last[i] = with->end | place;
    }
    if (m == b - a)
        return;
    if (m > b - a) {
        node->run_from = a;
        node->run_to = a + m;
    }
    resize_slots(node, a + kept, b, m - kept, 0);
    for (unsigned i = kept; i < m; i++)
        set_vma(node, a + i, with++);
}

/* Moves the slots [fi, fi + n) of one node to another, before its slot ti. */
static void move_slots(struct vma_node *to, unsigned ti, struct vma_node *from, unsigned fi, unsigned n,
                       unsigned level)
{
    resize_slots(to, ti, ti, n, level);
    for (unsigned i = 0; i < n; i++) {
        if (!level) {
            set_vma(to, ti + i, vma_at(from, fi + i));
            continue;
        }
        to->first[ti + i] = from->first[fi + i];
        to->last[ti + i] = from->last[fi + i];
        vma_inner(to)->gap[ti + i] = vma_inner(from)->gap[fi + i];
        vma_inner(to)->child[ti + i] = vma_inner(from)->child[fi + i];
    }
    resize_slots(from, fi, fi + n, 0, level);
}

/* --- what a parent notes down of a child --------------------------------------------------------- */

uint64_t vma_node_gap(const struct vma_node *node, unsigned level)
{
    uint64_t gap = 0;

    for (unsigned i = 1; i < node->n; i++) {
        uint64_t g = node->first[i] - vma_last(node, i - 1);
        gap = g > gap ? g : gap;
    }
    for (unsigned i = 0; level && i < node->n; i++) {
        uint64_t g = vma_inner(node)->gap[i];
        gap = g > gap ? g : gap;
    }
    return gap;
}

/* Notes down child, which stands on `level`, in slot i of its parent. */
static void note_child(struct vma_node *parent, unsigned i, struct vma_node *child, unsigned level)
{
    parent->first[i] = child->first[0];
    parent->last[i] = vma_last(child, child->n - 1);
    vma_inner(parent)->gap[i] = vma_node_gap(child, level);
    vma_inner(parent)->child[i] = child;
}

/* The largest gap between neighbours among the slots [from, to] of node, as far as there are such. */
static uint64_t gap_among(const struct vma_node *node, int from, int to)
{
    uint64_t gap = 0, g;

    for (int i = from < 0 ? 1 : from + 1; i <= to && i < node->n; i++) {
        g = node->first[i] - vma_last(node, i - 1);
        gap = g > gap ? g : gap;
    }
    return gap;
}

static uint64_t max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/*
 * The node on `level` of the path changed: tell those above, as far as it matters to them. before and after:
 * the largest of the gaps that the change took away and of those it brought, so that most changes need not
 * look at the other gaps of the node. UINT64_MAX and 0: not known.
 */
static void note_upward(const struct vma_tree *t, const struct path *p, unsigned level, uint64_t before,
                        uint64_t after)
{
    for (; level + 1 < t->height; level++) {
        struct vma_node *child = p->node[level], *parent = p->node[level + 1];
        unsigned i = p->slot[level + 1];
        uint64_t noted = vma_inner(parent)->gap[i], gap = noted;

        if (after >= before)
            gap = max(noted, after);
        else if (before >= noted)
            gap = vma_node_gap(child, level);
        if (gap == noted && parent->first[i] == child->first[0] &&
            parent->last[i] == vma_last(child, child->n - 1))
            return;
        before = max(noted, gap_among(parent, i - 1, i + 1));
        parent->first[i] = child->first[0];
        parent->last[i] = vma_last(child, child->n - 1);
        vma_inner(parent)->gap[i] = gap;
        after = max(gap, gap_among(parent, i - 1, i + 1));
    }
}

/* --- the common case: one leaf, in place --------------------------------------------------------- */

/*
 * Finds the leaf with the last VMA that starts at or below start. True: the change fits in there and all
 * of the path is ours; p and the slots [*a, *b) to be replaced are set.
 */
static bool one_leaf(const struct vma_tree *t, uint64_t start, uint64_t end, size_t n, struct path *p,
                     unsigned *a, unsigned *b)
{
    struct vma_node *node = t->root;
    uint64_t beyond = VMA_NO_SLOT; /* start of the first VMA of the leaves that follow */
    unsigned count;

    if (!node)
        return false;
    for (unsigned level = t->height - 1;; level--) {
        unsigned begun = vma_slots_begun(node, start);

        p->node[level] = node;
        if (node->refs > 1)
            return false;
        if (!level)
            break;
        begun -= begun > 0;
        p->slot[level] = begun;
        if (begun + 1 < node->n)
            beyond = node->first[begun + 1];
        node = vma_inner(node)->child[begun];
    }
    if (beyond < end)
        return false;
    *a = vma_slots_below(node, start);
    for (*b = *a; *b < node->n && node->first[*b] < end; ++*b)
        ; /* VMAs that meet the range lie in it: one mostly */
    count = *b - *a;
    if (n > VMA_FANOUT || node->n - count + n > VMA_FANOUT)
        return false;
    if (n < count && node->n - count + n < (t->height > 1 ? VMA_MIN : 1))
        return false;
    return true;
}

static void splice_leaf(struct vma_tree *t, struct path *p, unsigned a, unsigned b, const struct vma *with,
                        unsigned n)
{
    struct vma_node *leaf = p->node[0];
    bool noted = t->height > 1; /* does a parent know the gaps of the leaf? */
    uint64_t gap = noted ? gap_among(leaf, (int)a - 1, b) : 0;

    for (unsigned i = 0; i < n; i++) /* the new first: the old may hold the last reference on the same file */
        vma_ref(&with[i]);
    for (unsigned i = a; i < b; i++)
        vma_unref(vma_at(leaf, i));
    put_vmas(leaf, a, b, with, n);
    t->count += n;
    t->count -= b - a;
    if (noted)
        note_upward(t, p, 0, gap, gap_among(leaf, (int)a - 1, a + n));
}

/* --- removing ------------------------------------------------------------------------------------ */

/* How many VMAs are below node. */
static uint64_t count_vmas(const struct vma_node *node, unsigned level)
{
    uint64_t count = 0;

    if (!level)
        return node->n;
    for (unsigned i = 0; i < node->n; i++)
        count += count_vmas(vma_inner(node)->child[i], level - 1);
    return count;
}

/* Takes the VMAs of [start, end) out of node, which is ours and keeps at least one. */
static void remove_below(struct vma_tree *t, struct vma_node *node, unsigned level, uint64_t start,
                         uint64_t end)
{
    unsigned a = vma_slots_below(node, start), b = vma_slots_begun(node, end - 1);
    unsigned from = a, to = b; /* the slots that go */

    if (!level) {
        for (unsigned i = a; i < b; i++)
            vma_unref(vma_at(node, i));
        t->count -= b - a;
        resize_slots(node, a, b, 0, 0);
        return;
    }
    for (unsigned i = a; i < b; i++) {
        struct vma_node **child = &vma_inner(node)->child[i];

        if (node->first[i] >= start && vma_last(node, i) <= end) {
            t->count -= count_vmas(*child, level - 1);
            vma_node_put(t->arena, *child, level - 1);
            continue;
        }
        remove_below(t, unshare(t, child, level - 1), level - 1, start, end);
        note_child(node, i, *child, level - 1);
        if (i == a)
            from = a + 1;
        if (i + 1 == b) /* not to be confused with from: then a == i and from == to */
            to = i == a ? b : i;
    }
    if (from < to)
        resize_slots(node, from, to, 0, level);
}

static void remove_range(struct vma_tree *t, uint64_t start, uint64_t end)
{
    struct vma_node *root = t->root;

    if (root->first[0] >= start && vma_last(root, root->n - 1) <= end) {
        vma_node_put(t->arena, root, t->height - 1);
        t->root = NULL;
        t->height = 0;
        t->count = 0;
        return;
    }
    remove_below(t, unshare(t, &t->root, t->height - 1), t->height - 1, start, end);
}

/* --- inserting ----------------------------------------------------------------------------------- */

/* The way to the leaf with the last VMA that starts at or below addr, for writing. */
static void descend(struct vma_tree *t, uint64_t addr, struct path *p)
{
    struct vma_node **link = &t->root;

    for (unsigned level = t->height; level-- > 0;) {
        struct vma_node *node = unshare(t, link, level);
        unsigned begun = vma_slots_begun(node, addr);

        p->node[level] = node;
        p->slot[level] = begun - (level && begun);
        link = &vma_inner(node)->child[p->slot[level]];
    }
}

static void grow_root(struct vma_tree *t)
{
    struct vma_node *root = vma_arena_alloc(t->arena, t->height);

    root->n = 1;
    note_child(root, 0, t->root, t->height - 1);
    t->root = root;
    t->height++;
}

/* Cuts the full node on `level` of the path in two; the parent has room. */
static void split(struct vma_tree *t, struct path *p, unsigned level)
{
    struct vma_node *left = p->node[level], *parent = p->node[level + 1];
    struct vma_node *right = vma_arena_alloc(t->arena, level);
    unsigned at = p->slot[level] + (level > 0), i = p->slot[level + 1], cut = VMA_FANOUT / 2;

    if (at == left->run_to || at == left->run_from) /* goes on where the last insertion was */
        cut = at < 1 ? 1 : at > VMA_FANOUT - 1 ? VMA_FANOUT - 1 : at;
    move_slots(right, 0, left, cut, VMA_FANOUT - cut, level);
    right->run_from = right->run_to = at > cut ? at - cut : 0;
    if (left->run_to > cut)
        left->run_from = left->run_to = cut;

    resize_slots(parent, i + 1, i + 1, 1, level + 1);
    note_child(parent, i + 1, right, level);
    note_child(parent, i, left, level);
    parent->run_from = i + 1;
    parent->run_to = i + 2;
}

/* Inserts as many of with[0..n) as one leaf takes; none if it had to make room first. */
static unsigned insert_some(struct vma_tree *t, const struct vma *with, size_t n)
{
    struct path p;
    unsigned room, level = 0;

    if (!t->root) {
        t->root = vma_arena_alloc(t->arena, 0);
        t->height = 1;
    }
    descend(t, with->start, &p);
    room = VMA_FANOUT - p.node[0]->n;
    if (room) {
        unsigned m = n < room ? n : room;

        put_vmas(p.node[0], p.slot[0], p.slot[0], with, m);
        t->count += m;
        note_upward(t, &p, 0, UINT64_MAX, 0);
        return m;
    }
    while (level + 1 < t->height && p.node[level + 1]->n == VMA_FANOUT)
        level++; /* the parent has to be split first */
    if (level + 1 == t->height)
        grow_root(t);
    else
        split(t, &p, level);
    return 0;
}

/* --- mending ------------------------------------------------------------------------------------- */

/* Joins the children i and i + 1 of a node that is ours, or makes them equally full. */
static void join(struct vma_tree *t, struct vma_node *parent, unsigned i, unsigned level)
{
    struct vma_node *left = unshare(t, &vma_inner(parent)->child[i], level);
    struct vma_node *right = unshare(t, &vma_inner(parent)->child[i + 1], level);
    unsigned sum = left->n + right->n, nl = left->n;

    left->run_from = left->run_to = right->run_from = right->run_to = 0;
    if (sum <= VMA_FANOUT - VMA_MIN) { /* not filled to the brim: the next insertion should find room */
        move_slots(left, nl, right, 0, right->n, level);
        vma_node_put(t->arena, right, level);
        resize_slots(parent, i + 1, i + 2, 0, level + 1);
    } else if (nl < sum / 2) {
        move_slots(left, nl, right, 0, sum / 2 - nl, level);
        note_child(parent, i + 1, right, level);
    } else {
        move_slots(right, 0, left, sum / 2, nl - sum / 2, level);
        note_child(parent, i + 1, right, level);
    }
    note_child(parent, i, left, level);
}

static void shrink_root(struct vma_tree *t)
{
    while (t->height > 1 && t->root->n == 1) {
        struct vma_node *root = t->root;

        t->root = vma_inner(root)->child[0];
        t->root->refs++;
        vma_node_put(t->arena, root, --t->height);
    }
}

/* One step of mending at addr; false: nothing to do. */
static bool mend(struct vma_tree *t, uint64_t addr)
{
    struct path p;

    shrink_root(t);
    descend(t, addr, &p);
    for (unsigned level = t->height; level-- > 1;) {
        struct vma_node *node = p.node[level];
        unsigned i = p.slot[level];
        bool poor = vma_inner(node)->child[i]->n < VMA_MIN;

        if (i + 1 < node->n && (poor || vma_inner(node)->child[i + 1]->n < VMA_MIN)) {
            join(t, node, i, level - 1);
        } else if (i > 0 && poor) {
            join(t, node, i - 1, level - 1);
            p.slot[level] = i - 1;
        } else {
            continue;
        }
        note_upward(t, &p, level, UINT64_MAX, 0);
        return true;
    }
    return false;
}

/* --- the primitive ------------------------------------------------------------------------------- */

/*
 * Memory for the worst case. Copied on each level: both ends of the removal, the way of the insertion, and up
 * to VMA_MIN neighbours that a poor node at each of the two seams is joined with. Besides, n insertions split
 * nodes, and half a node's worth has to come before the same one is split again.
 */
static int reserve(struct vma_tree *t, size_t n)
{
    const unsigned copies = 2 * (VMA_MIN + 2) + 4;
    uint64_t leaves = copies, inners = copies * (t->height + 1), split_nodes = n;

    if (!t->arena)
        t->arena = vma_arena_create();
    if (!t->arena || t->height >= VMA_MAX_HEIGHT - 1 || n > UINT32_MAX / 4)
        return -ENOMEM;
    leaves += split_nodes /= VMA_FANOUT / 2;
    while ((split_nodes /= VMA_FANOUT / 2))
        inners += split_nodes;
    return vma_arena_reserve(t->arena, leaves, inners);
}

int vma_tree_splice(struct vma_tree *t, uint64_t start, uint64_t end, const struct vma *with, size_t n)
{
    const struct vma *v;
    struct path p;
    unsigned a, b;
    bool removed;

    if (one_leaf(t, start, end, n, &p, &a, &b)) {
        if (t->changes)
            vma_note_splice(t, start, end, p.node[0], a, b, with, n);
        splice_leaf(t, &p, a, b, with, n);
        return 0;
    }
    if (t->changes)
        vma_note_change(t, start, end);
    v = vma_tree_find(t, start);
    removed = v && v->start < end;
    t->finger = t->ahead = NULL;
    if (!removed && !n)
        return 0;
    if (reserve(t, n))
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        vma_ref(&with[i]);
    if (removed)
        remove_range(t, start, end);
    for (size_t i = 0; i < n;)
        i += insert_some(t, with + i, n - i);
    if (removed && t->root) {
        v = vma_tree_find(t, end);
        end = v ? v->start : end;
        while (mend(t, start) || mend(t, end))
            ;
        t->finger = t->ahead = NULL;
    }
    return 0;
}

/* Does nobody else hold a node on the way to addr? */
static bool path_is_ours(const struct vma_tree *t, uint64_t addr)
{
    const struct vma_node *node = t->root;

    for (unsigned level = t->height - 1; node->refs == 1; level--) {
        if (!level)
            return true;
        node = vma_inner(node)->child[vma_slots_below(node, addr)];
    }
    return false;
}

struct vma *vma_tree_edit(struct vma_tree *t, uint64_t addr)
{
    const struct vma *v = vma_tree_find(t, addr);
    struct path p;

    if (!v || v->start > addr)
        return NULL;
    if (path_is_ours(t, addr))
        return (struct vma *)v;
    if (reserve(t, 0))
        return NULL;
    descend(t, addr, &p);
    return vma_at(p.node[0], p.slot[0] - 1);
}

int vma_tree_limit_memory(struct vma_tree *t, uint64_t bytes)
{
    if (!t->arena)
        t->arena = vma_arena_create();
    if (!t->arena)
        return -ENOMEM;
    vma_arena_limit(t->arena, bytes);
    return 0;
}

#ifdef MM_DEBUG
void vma_tree_fail_once(struct vma_tree *t, unsigned nth)
{
    if (t->arena)
        vma_arena_fail_once(t->arena, nth);
}
#endif
