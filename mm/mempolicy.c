/*
 * mempolicy.c - mbind(2), set_mempolicy(2), get_mempolicy(2) and friends, as on a machine with one memory node.
 *
 * With one node a policy never moves a page; what remains is its text: validity, the VMA attribute that decides merging, and
 * what get_mempolicy gives back. A policy is packed into 32 bits, 0 meaning none. Follows mm/mempolicy.c of Linux 6.18.
 */
#include "mm.h"

#include <stdlib.h>

#define MAX_NUMNODES 1024u
#define NR_NODE_IDS  1u

enum {
    MPOL_DEFAULT,
    MPOL_PREFERRED,
    MPOL_BIND,
    MPOL_INTERLEAVE,
    MPOL_LOCAL,
    MPOL_PREFERRED_MANY,
    MPOL_WEIGHTED_INTERLEAVE,
    MPOL_MAX
};
#define MPOL_F_STATIC_NODES   (1 << 15)
#define MPOL_F_RELATIVE_NODES (1 << 14)
#define MPOL_F_NUMA_BALANCING (1 << 13)
#define MPOL_MODE_FLAGS       (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING)
#define MPOL_MF_STRICT        1u
#define MPOL_MF_MOVE          2u
#define MPOL_MF_MOVE_ALL      4u
#define MPOL_F_NODE           1u
#define MPOL_F_ADDR           2u
#define MPOL_F_MEMS_ALLOWED   4u

/*
 *   31        30   29      28      27     24 23                    0
 *   | home node | bal | relat. | static |  mode  | the user's node mask |   the mask only with static or relative
 */
#define POLICY_HOME        (1u << 31)
#define POLICY_FLAGS_SHIFT 15 /* MPOL_F_NUMA_BALANCING (13) -> 28 .. MPOL_F_STATIC_NODES (15) -> 30 */
#define POLICY_MODE_SHIFT  24
#define POLICY_NODES       0xffffffu

static int policy_mode(uint32_t p)
{
    return p >> POLICY_MODE_SHIFT & 15;
}

static int policy_flags(uint32_t p)
{
    return p >> POLICY_FLAGS_SHIFT & MPOL_MODE_FLAGS;
}

static uint64_t policy_nodes(uint32_t p)
{
    if (policy_flags(p) & (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES))
        return p & POLICY_NODES;
    return policy_mode(p) == MPOL_DEFAULT || policy_mode(p) == MPOL_LOCAL ? 0 : 1;
}

/* What of a node mask matters: its first 64 nodes, and whether any is set at all. */
struct nodes {
    uint64_t low;
    bool any;
};

/* get_nodes(): maxnode is one more than the bits given, as libnuma has it. */
static int get_nodes(struct mm *mm, struct nodes *n, uint64_t mask, uint64_t maxnode)
{
    uint64_t words;

    *n = (struct nodes){0};
    maxnode--;
    if (maxnode == 0 || !mask)
        return 0;
    if (maxnode > MM_PAGE_SIZE * 8)
        return mm_fail(mm, -EINVAL, "a node mask is at most a page long");
    words = (maxnode + 63) / 64;
    while (words--) {
        uint64_t bits;

        if (mm_copy_in(mm, &bits, mask + words * 8, 8))
            return -EFAULT;
        if (maxnode % 64 && words == maxnode / 64)
            bits &= (UINT64_C(1) << maxnode % 64) - 1;
        if (bits && words * 64 >= MAX_NUMNODES)
            return mm_fail(mm, -EINVAL, "the node mask names a node that no kernel knows");
        if (!words)
            n->low = bits;
        n->any |= bits != 0;
    }
    return 0;
}

static int copy_nodes_to_user(struct mm *mm, uint64_t mask, uint64_t maxnode, uint64_t nodes)
{
    static const uint8_t zeroes[MM_PAGE_SIZE];
    uint64_t copy = ((maxnode - 1 + 63) & ~UINT64_C(63)) / 8;

    if (copy > 8) {
        if (copy > MM_PAGE_SIZE)
            return mm_fail(mm, -EINVAL, "a node mask is at most a page long");
        if (mm_copy_out(mm, mask + 8, zeroes, copy - 8))
            return -EFAULT;
        copy = 8;
    }
    return mm_copy_out(mm, mask, &nodes, copy);
}

/* sanitize_mpol_flags(), mpol_new() and mpol_set_nodemask(): *policy is 0 for MPOL_DEFAULT. */
static int split_mode(struct mm *mm, int mode_and_flags, int *mode, int *flags)
{
    *flags = mode_and_flags & MPOL_MODE_FLAGS;
    *mode = mode_and_flags & ~MPOL_MODE_FLAGS;
    if (*mode < 0 || *mode >= MPOL_MAX)
        return mm_fail(mm, -EINVAL, "unknown mode");
    if ((*flags & MPOL_F_STATIC_NODES) && (*flags & MPOL_F_RELATIVE_NODES))
        return mm_fail(mm, -EINVAL, "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other");
    if ((*flags & MPOL_F_NUMA_BALANCING) && *mode != MPOL_BIND && *mode != MPOL_PREFERRED_MANY)
        return mm_fail(mm, -EINVAL, "MPOL_F_NUMA_BALANCING is for MPOL_BIND and MPOL_PREFERRED_MANY only");
    return 0;
}

static int policy_new(struct mm *mm, uint32_t *policy, int mode, int flags, const struct nodes *n)
{
    bool own_mask = flags & (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES);

    *policy = 0;
    if (mode == MPOL_DEFAULT)
        return n->any ? mm_fail(mm, -EINVAL, "MPOL_DEFAULT takes no nodes") : 0;
    if (mode == MPOL_PREFERRED && !n->any) {
        if (own_mask)
            return mm_fail(mm, -EINVAL, "MPOL_PREFERRED without nodes takes no flags about nodes");
        mode = MPOL_LOCAL;
    } else if (mode == MPOL_LOCAL) {
        if (n->any || own_mask)
            return mm_fail(mm, -EINVAL, "MPOL_LOCAL takes neither nodes nor flags about them");
    } else if (!n->any) {
        return mm_fail(mm, -EINVAL, "the mode needs nodes");
    }
    /* Relative masks fold onto the one node; others must name it. */
    if (mode != MPOL_LOCAL && !(flags & MPOL_F_RELATIVE_NODES) && !(n->low & 1))
        return mm_fail(mm, -EINVAL, "none of the nodes is there: the machine has node 0 alone");
    *policy = (uint32_t)flags << POLICY_FLAGS_SHIFT | (uint32_t)mode << POLICY_MODE_SHIFT;
    if (own_mask)
        *policy |= n->low & POLICY_NODES;
    return 0;
}

/* Is a page present that belongs to a node? The zero page belongs to none. */
static bool has_node_page(struct mm *mm, uint64_t start, uint64_t end)
{
    for (uint64_t at = start; mm_find_entry(mm, at, end, PTE_PRESENT, &at); at += MM_PAGE_SIZE) {
        if (pte_pfn(pt_get(&mm->pt, at)) != 0)
            return true;
    }
    return false;
}

/* queue_pages_range(): holes are refused unless the default policy is set; MPOL_MF_STRICT finds pages on a node not asked for. */
static int check_range(struct mm *mm, uint64_t start, uint64_t end, const struct nodes *n, unsigned flags,
                       bool holes_ok)
{
    const struct vma *v = vma_tree_find(&mm->vmas, start);

    if (!v || v->start >= end || (v->start > start && !holes_ok))
        return mm_fail_at(mm, -EFAULT, MM_ABOUT_HOLE, start, "the whole range must be mapped");
    for (; v && v->start < end; v = vma_tree_next(&mm->vmas, v)) {
        const struct vma *next = vma_tree_next(&mm->vmas, v);
        uint64_t from = v->start > start ? v->start : start, to = v->end < end ? v->end : end;

        if (!holes_ok && v->end < end && (!next || v->end < next->start))
            return mm_fail_at(mm, -EFAULT, MM_ABOUT_HOLE, v->end, "the whole range must be mapped");
        if ((flags & (MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL)) == MPOL_MF_STRICT && !(n->low & 1) &&
            has_node_page(mm, from, to))
            return mm_fail_at(mm, -EIO, MM_ABOUT_VMA, from,
                              "MPOL_MF_STRICT: pages are on a node that was not asked for");
    }
    return 0;
}

/*
 * MPOL_MF_MOVE_ALL takes the pages of nodes that were not asked for off their lists, to move them; a page that the range shows a
 * second time is off its list then, and counts as one that cannot be moved (migrate_folio_add()).
 */
static int check_moved(struct mm *mm, uint64_t start, uint64_t end)
{
    uint64_t *taken = calloc(mm->sys->phys.nframes / 64 + 1, sizeof(*taken));
    int err = 0;

    if (!taken)
        return -ENOMEM;
    for (uint64_t at = start; mm_find_entry(mm, at, end, PTE_PRESENT, &at); at += MM_PAGE_SIZE) {
        pfn_t pfn = pte_pfn(pt_get(&mm->pt, at));
        uint64_t bit = UINT64_C(1) << pfn % 64;

        if (pfn && taken[pfn / 64] & bit) {
            err = mm_fail_at(mm, -EIO, MM_ABOUT_VMA, at,
                             "MPOL_MF_STRICT: a page that is there twice cannot be moved twice");
            break;
        }
        taken[pfn / 64] |= bit;
    }
    free(taken);
    return err;
}

/* mbind_range() over all VMAs of the range; `home` keeps each VMA's policy and sets its home node. */
static int bind_range(struct mm *mm, uint64_t start, uint64_t end, uint32_t policy, bool home)
{
    struct mm_change c = {.kind = CHANGE_POLICY,
                          .door = DOOR_MBIND,
                          .start = start,
                          .end = end,
                          .pkru = mm->pkru,
                          .direct = true};
    int err = mm_ask_range(mm, &c), ret = home ? -ENOENT : 0;

    if (err)
        return err;
    while (start < end) {
        const struct vma *at = vma_tree_find(&mm->vmas, start);
        struct vma_change to;
        struct vma v;

        if (!at || at->start >= end)
            break;
        v = *at;
        c.start = v.start > start ? v.start : start;
        c.end = v.end < end ? v.end : end;
        start = c.end;
        to =
            (struct vma_change){.flags = v.flags, .seal = v.seal, .anon_name = v.anon_name, .policy = policy};
        if (home) {
            if (!v.policy)
                continue;
            if (policy_mode(v.policy) != MPOL_BIND && policy_mode(v.policy) != MPOL_PREFERRED_MANY)
                return mm_fail_at(mm, -EOPNOTSUPP, MM_ABOUT_VMA, v.start,
                                  "a home node is for MPOL_BIND and MPOL_PREFERRED_MANY only");
            to.policy = v.policy | POLICY_HOME;
        }
        err = mm_ask_vma(mm, &c, &v);
        if (!err && v.policy != to.policy)
            err = vma_modify(mm, &v, c.start, c.end, &to);
        if (err)
            return err;
        ret = 0;
    }
    mm_assert_valid(mm);
    return ret;
}

int64_t mm_mbind(struct mm *mm, uint64_t addr, uint64_t len, int mode_and_flags, uint64_t nodemask,
                 uint64_t maxnode, unsigned flags)
{
    uint64_t end = addr + MM_PAGE_ALIGN(len);
    struct nodes n;
    uint32_t policy;
    int mode, mode_flags, err;

    err = split_mode(mm, mode_and_flags, &mode, &mode_flags);
    if (!err)
        err = get_nodes(mm, &n, nodemask, maxnode);
    if (err)
        return err;
    if (flags & ~(MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
        return mm_fail(mm, -EINVAL, "unknown flags");
    if ((flags & MPOL_MF_MOVE_ALL) && !mm->cap_sys_nice)
        return mm_fail(mm, -EPERM, "MPOL_MF_MOVE_ALL needs CAP_SYS_NICE");
    if (addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the address is not a multiple of the page size");
    if (mode == MPOL_DEFAULT)
        flags &= ~MPOL_MF_STRICT;
    if (end < addr)
        return mm_fail(mm, -EINVAL, "the range wraps around the end of the address space");
    if (end == addr)
        return 0;
    err = policy_new(mm, &policy, mode, mode_flags, &n);
    if (!err)
        err = check_range(mm, addr, end, &n, flags, policy == 0);
    if (!err)
        err = bind_range(mm, addr, end, policy, false);
    if (!err && (flags & MPOL_MF_STRICT) && (flags & MPOL_MF_MOVE_ALL) && !(n.low & 1))
        err = check_moved(mm, addr, end); /* the policy is set all the same */
    return err;
}

int64_t mm_set_mempolicy_home_node(struct mm *mm, uint64_t addr, uint64_t len, uint64_t node, uint64_t flags)
{
    uint64_t end = addr + MM_PAGE_ALIGN(len);

    if (addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the address is not a multiple of the page size");
    if (flags)
        return mm_fail(mm, -EINVAL, "unknown flags");
    if (node >= NR_NODE_IDS)
        return mm_fail(mm, -EINVAL, "there is no such node: the machine has node 0 alone");
    if (end < addr)
        return mm_fail(mm, -EINVAL, "the range wraps around the end of the address space");
    return end == addr ? 0 : bind_range(mm, addr, end, 0, true);
}

int64_t mm_set_mempolicy(struct mm *mm, int mode_and_flags, uint64_t nodemask, uint64_t maxnode)
{
    struct nodes n;
    uint32_t policy;
    int mode, flags, err;

    err = split_mode(mm, mode_and_flags, &mode, &flags);
    if (!err)
        err = get_nodes(mm, &n, nodemask, maxnode);
    if (!err)
        err = policy_new(mm, &policy, mode, flags, &n);
    if (!err)
        mm->mempolicy = policy;
    return err;
}

int64_t mm_get_mempolicy(struct mm *mm, uint64_t mode, uint64_t nodemask, uint64_t maxnode, uint64_t addr,
                         uint64_t flags)
{
    uint32_t policy = mm->mempolicy;
    uint64_t nodes;
    int32_t value;

    if (nodemask && maxnode < NR_NODE_IDS)
        return mm_fail(mm, -EINVAL, "the node mask is shorter than the nodes the kernel knows");
    if (flags & ~(uint64_t)(MPOL_F_NODE | MPOL_F_ADDR | MPOL_F_MEMS_ALLOWED))
        return mm_fail(mm, -EINVAL, "unknown flags");
    if (flags & MPOL_F_MEMS_ALLOWED) {
        if (flags & (MPOL_F_NODE | MPOL_F_ADDR))
            return mm_fail(mm, -EINVAL, "MPOL_F_MEMS_ALLOWED stands alone");
        value = 0;
        nodes = 1;
        goto copy;
    }
    if (flags & MPOL_F_ADDR) {
        const struct vma *v = vma_tree_find(&mm->vmas, addr);

        if (!v || v->start > addr)
            return mm_fail_at(mm, -EFAULT, MM_ABOUT_HOLE, addr, "MPOL_F_ADDR asks about mapped memory");
        policy = v->policy;
    } else if (addr) {
        return mm_fail(mm, -EINVAL, "an address without MPOL_F_ADDR");
    }
    value = policy_mode(policy) | policy_flags(policy);
    nodes = policy_nodes(policy);
    if (flags & MPOL_F_NODE) {
        struct mm_fault f;

        if (flags & MPOL_F_ADDR) {
            if (mm_fault(mm, addr, MM_READ, &f)) /* the node of the page at addr: it must be there */
                return mm_fail_at(mm, -EFAULT, MM_ABOUT_VMA, addr, "MPOL_F_NODE: the page cannot be read");
        } else if (policy_mode(policy) != MPOL_INTERLEAVE &&
                   policy_mode(policy) != MPOL_WEIGHTED_INTERLEAVE) {
            return mm_fail(mm, -EINVAL, "MPOL_F_NODE without MPOL_F_ADDR: the policy does not interleave");
        }
        value = 0;
    }
copy:
    if (mode && mm_copy_out(mm, mode, &value, sizeof(value)))
        return -EFAULT;
    return nodemask ? copy_nodes_to_user(mm, nodemask, maxnode, nodes) : 0;
}

int64_t mm_migrate_pages(struct mm *mm, uint64_t maxnode, uint64_t old_nodes, uint64_t new_nodes)
{
    struct nodes from, to;
    int err;

    err = get_nodes(mm, &from, old_nodes, maxnode);
    if (!err)
        err = get_nodes(mm, &to, new_nodes, maxnode);
    if (err)
        return err;
    if (to.low != 1 && to.any && !mm->cap_sys_nice)
        return mm_fail(mm, -EPERM, "nodes that the process may not use need CAP_SYS_NICE");
    return to.low & 1 ? 0
                      : mm_fail(mm, -EINVAL, "none of the new nodes is there: the machine has node 0 alone");
}

int mm_page_node(struct mm *mm, uint64_t addr)
{
    const struct vma *v = vma_tree_find(&mm->vmas, addr);
    pte_t e;

    if (!v || v->start > addr)
        return -EFAULT;
    e = pt_get(&mm->pt, addr);
    if (!(e & PTE_PRESENT))
        return -ENOENT;
    return pte_pfn(e) ? 0 : -EFAULT; /* the page of zeroes belongs to nobody */
}

/* mpol_to_str() */
void mm_policy_text(uint32_t policy, char *buf, size_t size)
{
    static const char *const modes[] = {
        [MPOL_DEFAULT] = "default",
        [MPOL_PREFERRED] = "prefer",
        [MPOL_BIND] = "bind",
        [MPOL_INTERLEAVE] = "interleave",
        [MPOL_LOCAL] = "local",
        [MPOL_PREFERRED_MANY] = "prefer (many)",
        [MPOL_WEIGHTED_INTERLEAVE] = "weighted interleave",
    };
    int mode = policy_mode(policy), flags = policy_flags(policy);
    bool nodes = mode != MPOL_DEFAULT && mode != MPOL_LOCAL;

    snprintf(buf, size, "%s%s%s%s%s%s%s", modes[mode], flags ? "=" : "",
             flags & MPOL_F_STATIC_NODES ? "static" : "", flags & MPOL_F_RELATIVE_NODES ? "relative" : "",
             flags & MPOL_F_NUMA_BALANCING && flags != MPOL_F_NUMA_BALANCING ? "|" : "",
             flags & MPOL_F_NUMA_BALANCING ? "balancing" : "", nodes ? ":0" : "");
}
