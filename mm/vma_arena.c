/*
 * vma_arena.c - the memory that VMA tree nodes live in.
 *
 * A tree and its snapshots share one arena, so that a node outlives the tree that made it. Memory comes in
 * chunks, each twice as large as the one before: a small process pays for a few pages, and with a million
 * VMAs the nodes lie in huge pages of the host, without which every search would miss the TLB as well as the
 * cache. Freed nodes go to a list and are used again; chunks go when the last tree goes.
 */
#include "vma_node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef SANITIZED
#include <sanitizer/asan_interface.h>
#define POISON(p, size)   ASAN_POISON_MEMORY_REGION(p, size)
#define UNPOISON(p, size) ASAN_UNPOISON_MEMORY_REGION(p, size)
#else
#define POISON(p, size)   ((void)(p), (void)(size))
#define UNPOISON(p, size) ((void)(p), (void)(size))
#endif

#define HUGE_PAGE   ((size_t)2 << 20)
#define FIRST_CHUNK ((size_t)128 << 10)
#define LAST_CHUNK  ((size_t)32 << 20)

struct free_node {
    struct free_node *next;
};

struct chunk {
    struct chunk *next;
    void *memory;
    size_t size;
};

struct vma_arena {
    unsigned refs;
    struct chunk *chunks;
    size_t next_chunk;
    char *bump, *end; /* the part of the newest chunk that was never used */
    uint64_t limit;
#ifdef MM_DEBUG
    unsigned fail_in; /* this reservation from now on fails; 0: none */
#endif
    struct free_node *free[2]; /* leaves, inner nodes */
    unsigned nfree[2];
};

static const size_t node_size[2] = {
    (sizeof(struct vma_leaf) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE,
    (sizeof(struct vma_inner) + CACHE_LINE - 1) / CACHE_LINE *CACHE_LINE,
};

struct vma_arena *vma_arena_create(void)
{
    struct vma_arena *arena = calloc(1, sizeof(*arena));

    if (!arena)
        return NULL;
    arena->refs = 1;
    arena->next_chunk = FIRST_CHUNK;
    arena->limit = UINT64_MAX;
    return arena;
}

void vma_arena_get(struct vma_arena *arena)
{
    arena->refs++;
}

void vma_arena_put(struct vma_arena *arena)
{
    struct chunk *c;

    if (--arena->refs)
        return;
    while ((c = arena->chunks)) {
        arena->chunks = c->next;
        UNPOISON(c->memory, c->size);
        free(c->memory);
        free(c);
    }
    free(arena);
}

void vma_arena_limit(struct vma_arena *arena, uint64_t bytes)
{
    arena->limit = bytes;
}

#ifdef MM_DEBUG
void vma_arena_fail_once(struct vma_arena *arena, unsigned nth)
{
    arena->fail_in = nth;
}
#endif

static void put_on_list(struct vma_arena *arena, void *memory, unsigned kind)
{
    struct free_node *f = memory;

    UNPOISON(memory, node_size[kind]);
    f->next = arena->free[kind];
    arena->free[kind] = f;
    arena->nfree[kind]++;
    POISON(memory, node_size[kind]);
}

static int add_chunk(struct vma_arena *arena, size_t need)
{
    size_t size = arena->next_chunk;
    struct chunk *c;

    while (size < need)
        size *= 2;
    if (size > arena->limit)
        return -ENOMEM;
    c = malloc(sizeof(*c));
    if (!c)
        return -ENOMEM;
    c->memory = aligned_alloc(size < HUGE_PAGE ? CACHE_LINE : HUGE_PAGE, size);
    if (!c->memory) {
        free(c);
        return -ENOMEM;
    }
    if (size >= HUGE_PAGE)
        madvise(c->memory, size, MADV_HUGEPAGE); /* a hint: no harm if it fails */
    c->size = size;
    c->next = arena->chunks;
    arena->chunks = c;
    arena->limit -= size;
    if (size < LAST_CHUNK)
        arena->next_chunk = size * 2;
    for (unsigned kind = 0; kind < 2; kind++) /* what is left of the chunk before */
        for (; (size_t)(arena->end - arena->bump) >= node_size[kind]; arena->bump += node_size[kind])
            put_on_list(arena, arena->bump, kind);
    arena->bump = c->memory;
    arena->end = arena->bump + size;
    POISON(c->memory, size);
    return 0;
}

int vma_arena_reserve(struct vma_arena *arena, unsigned leaves, unsigned inners)
{
    size_t need = 0;

#ifdef MM_DEBUG
    if (arena->fail_in && !--arena->fail_in)
        return -ENOMEM;
#endif
    if (leaves > arena->nfree[0])
        need += (leaves - arena->nfree[0]) * node_size[0];
    if (inners > arena->nfree[1])
        need += (inners - arena->nfree[1]) * node_size[1];
    return need <= (size_t)(arena->end - arena->bump) ? 0 : add_chunk(arena, need);
}

struct vma_node *vma_arena_alloc(struct vma_arena *arena, unsigned level)
{
    unsigned kind = level > 0;
    struct vma_node *node;

    if (arena->free[kind]) {
        node = (struct vma_node *)arena->free[kind];
        UNPOISON(node, node_size[kind]);
        arena->free[kind] = arena->free[kind]->next;
        arena->nfree[kind]--;
    } else {
        if ((size_t)(arena->end - arena->bump) < node_size[kind])
            abort(); /* more than was reserved: a mistake in vma_reshape.c */
        node = (struct vma_node *)arena->bump;
        arena->bump += node_size[kind];
        UNPOISON(node, node_size[kind]);
    }
    node->refs = 1;
    node->n = 0;
    node->run_from = node->run_to = 0;
    if (!level)
        vma_leaf(node)->used = 0;
    memset(node->last, 0xff, sizeof(node->last));
    memset(node->first, 0xff, sizeof(node->first));
    return node;
}

void vma_arena_free(struct vma_arena *arena, struct vma_node *node, unsigned level)
{
    put_on_list(arena, node, level > 0);
}
