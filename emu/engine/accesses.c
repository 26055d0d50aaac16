/*
 * accesses.c - a TLB of our own, for the loads and stores of access_code.c.
 *
 *      read   [2^20]  the guest's page whose address has these bits 12 to 31; another one: empty
 *      write  [2^20]
 *      host   [2^20]  where that page is
 *
 * The tables lie below 2 GiB, so that their addresses fit into an instruction, and what is not touched of them has no
 * memory. An entry is made after the engine's function for the slow case found the page in its TLB as plain memory, and
 * is dropped when the engine asks for the page again, or its TLB is flushed; so ours never know more than the
 * engine's may.
 */
#include "code.h"

#include <stdlib.h>

#define SLOTS (1u << 20)

static inline uint32_t slot_of(uint64_t addr)
{
    return (uint32_t)addr >> MM_PAGE_SHIFT;
}

/* A page that has another slot: matches no address. */
static inline uint64_t empty(uint32_t slot)
{
    return slot ? 0 : MM_PAGE_SIZE;
}

#define TABLE_SIZE (SLOTS * sizeof(uint64_t))

void accesses_create(struct engine *e)
{
    struct accesses *a = calloc(1, sizeof(*a));

    if (a)
        a->read = low_table(3 * TABLE_SIZE);
    if (!a || !a->read) {
        free(a);
        return;
    }
    a->write = a->read + SLOTS;
    a->host = a->write + SLOTS;
    a->read[0] = a->write[0] = empty(0);
    e->accesses = a;
}

void accesses_destroy(struct engine *e)
{
    if (e->accesses)
        low_table_free(e->accesses->read, 3 * TABLE_SIZE);
    free(e->accesses);
}

void accesses_forget(struct engine *e)
{
    struct accesses *a = e->accesses;

    if (!a)
        return;
    if (used_all(&a->used))
        low_table_clear(a->read, 2 * TABLE_SIZE);
    else
        for (uint32_t i = 0; i < a->used.n; i++)
            a->read[a->used.slot[i]] = a->write[a->used.slot[i]] = empty(a->used.slot[i]);
    a->read[0] = a->write[0] = empty(0);
    a->used.n = 0;
}

void accesses_forget_page(struct engine *e, uint64_t addr)
{
    uint32_t slot = slot_of(addr);

    if (e->accesses)
        e->accesses->read[slot] = e->accesses->write[slot] = empty(slot);
}

/* ---- what the engine found ---- */

/* How an entry of the engine's TLB begins: pages, with flags in the low bits where an access needs more than memory. */
struct entry {
    uint64_t read, write;
};

static inline void remember(struct accesses *a, uint64_t addr)
{
    uint64_t page = addr & MM_PAGE_MASK, mask, addend;
    uint32_t slot = slot_of(addr);
    const struct entry *entry;
    uint8_t *table;

    if (!a->layout.shift)
        return;
    memcpy(&mask, a->state + a->layout.mask, sizeof(mask));
    memcpy(&table, a->state + a->layout.table, sizeof(table));
    entry = (void *)(table + (addr >> a->layout.shift & mask));
    if (entry->read != page && entry->write != page)
        return;
    memcpy(&addend, (const uint8_t *)entry + a->layout.addend, sizeof(addend));
    if (a->read[slot] == empty(slot) && a->write[slot] == empty(slot))
        used_add(&a->used, slot);
    a->read[slot] = entry->read == page ? page : empty(slot);
    a->write[slot] = entry->write == page ? page : empty(slot);
    a->host[slot] = page + addend;
}

/* The processor's state, which code that was changed does not give. */
static inline void *state_of(struct accesses *a, void *state)
{
    if (!a)
        return state;
    if (!a->state)
        a->state = state;
    return a->state;
}

void raise_exception_err_ra_x86_64(void *state, int vector, int error, uintptr_t at)
    __attribute__((weak, noreturn));

enum { GENERAL_PROTECTION = 13, ALIGNMENT_CHECK = 17 };

/* how: bits 4 and up are of MemOp. Does not return where addr has to be aligned and is not: see align.c. */
static inline void check_alignment(void *state, uint64_t addr, uint32_t how, uintptr_t from)
{
    uint32_t bits = (how >> 4 & HOW_ALIGN_MASK) >> HOW_ALIGN_SHIFT;

    if (addr & ((1u << bits) - 1))
        raise_exception_err_ra_x86_64(state, bits > 3 ? GENERAL_PROTECTION : ALIGNMENT_CHECK, 0, from);
}

#define LOAD(name)                                                                                           \
    WRAP(uint64_t, name, void *state, uint64_t addr, uint32_t how, uintptr_t from)                           \
    {                                                                                                        \
        struct accesses *a = engine_current->accesses;                                                       \
        uint64_t value;                                                                                      \
                                                                                                             \
        state = state_of(a, state);                                                                          \
        check_alignment(state, addr, how, from);                                                             \
        value = __real_##name(state, addr, how, from);                                                       \
        if (a)                                                                                               \
            remember(a, addr);                                                                               \
        return value;                                                                                        \
    }

#define STORE(name)                                                                                          \
    WRAP(void, name, void *state, uint64_t addr, uint64_t value, uint32_t how, uintptr_t from)               \
    {                                                                                                        \
        struct accesses *a = engine_current->accesses;                                                       \
                                                                                                             \
        state = state_of(a, state);                                                                          \
        check_alignment(state, addr, how, from);                                                             \
        __real_##name(state, addr, value, how, from);                                                        \
        if (a)                                                                                               \
            remember(a, addr);                                                                               \
    }

LOAD(helper_ret_ldub_mmu_x86_64)
LOAD(helper_le_lduw_mmu_x86_64)
LOAD(helper_le_ldul_mmu_x86_64)
LOAD(helper_le_ldq_mmu_x86_64)
LOAD(helper_be_lduw_mmu_x86_64)
LOAD(helper_be_ldul_mmu_x86_64)
LOAD(helper_be_ldq_mmu_x86_64)
STORE(helper_ret_stb_mmu_x86_64)
STORE(helper_le_stw_mmu_x86_64)
STORE(helper_le_stl_mmu_x86_64)
STORE(helper_le_stq_mmu_x86_64)
STORE(helper_be_stw_mmu_x86_64)
STORE(helper_be_stl_mmu_x86_64)
STORE(helper_be_stq_mmu_x86_64)
