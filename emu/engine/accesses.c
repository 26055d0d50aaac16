/*
 * accesses.c - loads and stores that take seven instructions instead of eleven.
 *
 * The engine's code looks into its TLB before each access. Three quarters of the time of an interpreter are spent there, and
 * the entries, one line of the host's cache for each page, push out what the guest wants to have there. After a
 * block was made we look for these instructions, and put others in their place that ask tables of ours:
 *
 *      mov   ADDR, %rdi                        mov   ADDR32, %edi
 *      shr   $6, %rdi                          shr   $12, %edi
 *      and   MASK(%rbp), %rdi                  mov   ADDR, %rsi
 *      add   TABLE(%rbp), %rdi                 sub   page(, %rdi, 8), %rsi     rsi: the offset in the page
 *      lea   SIZE - 1(ADDR), %rsi              cmp   $0x1000 - SIZE, %rsi
 *      and   $~0xfff, %rsi                     ja    slow
 *      cmp   0 or 8(%rdi), %rsi                add   host(, %rdi, 8), %rsi
 *      mov   ADDR, %rsi
 *      jne   slow                          slow:
 *      add   ADDEND(%rdi), %rsi                mov   ADDR, %rsi                was: mov %rbp, %rdi
 *
 *      page of reads  [2^20]  the guest's page whose address has these bits 12 to 31; another one: empty
 *      page of writes [2^20]
 *      host           [2^20]  where that page is
 *
 * The tables lie below 2 GiB, so that their addresses fit into an instruction, and what is not touched of them has no
 * memory. An entry is made after the engine's function for the slow case found the page in its TLB as plain memory, and
 * is dropped when the engine asks for the page again, or its TLB is flushed; so ours never know more than the
 * engine's may. Code of another form is left as it is.
 */
#include "code.h"

#include <stdlib.h>

#define PAGE  UINT64_C(0x1000)
#define SLOTS (1u << 20)

/* What the code that was replaced says of the engine's TLB. */
struct layout {
    int8_t mask, table; /* from the processor's state */
    uint8_t shift;      /* page's address to entry's offset, and 6 bits less */
    int8_t addend;      /* in an entry, which begins with the pages that may be read and written */
};

struct accesses {
    uint64_t *read, *write; /* by slot */
    uint64_t *host;
    uint8_t *state; /* the engine's, of its processor; NULL: not known yet */
    struct layout layout;
    struct used used;
};

static inline uint32_t slot_of(uint64_t addr)
{
    return (uint32_t)addr >> 12;
}

/* A page that has another slot: matches no address. */
static inline uint64_t empty(uint32_t slot)
{
    return slot ? 0 : PAGE;
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

static inline void remember(struct accesses *a, uint64_t addr, bool writes)
{
    uint64_t page = addr & -PAGE, mask, entry, is;
    uint32_t slot = slot_of(addr);
    uint64_t *mine = writes ? &a->write[slot] : &a->read[slot],
             *other = writes ? &a->read[slot] : &a->write[slot];
    uint64_t addend;

    if (!a->layout.shift)
        return;
    memcpy(&mask, a->state + a->layout.mask, sizeof(mask));
    memcpy(&entry, a->state + a->layout.table, sizeof(entry));
    entry += addr >> a->layout.shift & mask;
    memcpy(&is, (void *)(entry + 8 * writes), sizeof(is));
    if (is != page) /* it has flags, or is another */
        return;
    memcpy(&addend, (void *)(entry + a->layout.addend), sizeof(addend));
    if (*mine == empty(slot) && *other == empty(slot))
        used_add(&a->used, slot);
    if (*other != page)
        *other = empty(slot);
    *mine = page;
    a->host[slot] = page + addend;
}

/* The processor's state, which code of ours does not give: see above. */
static inline void *state_of(struct accesses *a, void *state)
{
    if (!a)
        return state;
    if (!a->state)
        a->state = state;
    return a->state;
}

#define LOAD(name)                                                                                           \
    WRAP(uint64_t, name, void *state, uint64_t addr, uint32_t how, uintptr_t from)                           \
    {                                                                                                        \
        struct accesses *a = engine_current->accesses;                                                       \
        uint64_t value = __real_##name(state_of(a, state), addr, how, from);                                 \
                                                                                                             \
        if (a)                                                                                               \
            remember(a, addr, false);                                                                        \
        return value;                                                                                        \
    }

#define STORE(name)                                                                                          \
    WRAP(void, name, void *state, uint64_t addr, uint64_t value, uint32_t how, uintptr_t from)               \
    {                                                                                                        \
        struct accesses *a = engine_current->accesses;                                                       \
                                                                                                             \
        __real_##name(state_of(a, state), addr, value, how, from);                                           \
        if (a)                                                                                               \
            remember(a, addr, true);                                                                         \
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

/* ---- the code ---- */

/* An access as the engine has it. */
struct look {
    struct layout layout;
    uint8_t reg; /* the address's */
    unsigned size;
    bool writes;
    uint8_t *slow, *access, *end; /* the instruction that loads or stores, and what follows it */
};

/* A move of register reg to to (6: %rsi, 7: %rdi). */
static bool is_move(uint8_t **p, unsigned to, unsigned reg)
{
    const char bytes[] = {(char)(0x48 | reg >> 3), (char)0x8b, (char)(0xc0 | to << 3 | (reg & 7))};

    return is(p, sizeof(bytes), bytes);
}

/* lea SIZE - 1(reg), %rsi, or a move of one byte's address. Returns SIZE, 0: it is none. */
static unsigned size_of(uint8_t **p, unsigned reg)
{
    const char lea[] = {(char)(0x48 | reg >> 3), (char)0x8d, (char)(0x70 | (reg & 7)), 0x24};

    if (is_move(p, 6, reg))
        return 1;
    if (!is(p, (reg & 7) == 4 ? 4 : 3, lea))
        return 0;
    return *(*p)++ + 1u;
}

/* A move between a register and (%rsi). */
static bool is_access(uint8_t **p)
{
    uint8_t *at = *p;

    at += *at == 0x66;
    at += (*at & 0xf0) == 0x40;
    if (*at == 0x0f) /* movzb, movzw, movsb, movsw */
        at += (at[1] & 0xf6) == 0xb6 ? 2 : 0;
    else /* mov, movslq */
        at += *at == 0x88 || *at == 0x89 || *at == 0x8b || *at == 0x63;
    if (at == *p || (*at & 0xc7) != 6)
        return false;
    *p = at + 1;
    return true;
}

static bool parse(uint8_t *p, struct look *l)
{
    int32_t to_slow;

    l->reg = (uint8_t)((p[0] & 1) << 3 | (p[2] & 7));
    if (!is_move(&p, 7, l->reg) || !is(&p, 3, "\x48\xc1\xef"))
        return false;
    l->layout.shift = *p++;
    if (!is(&p, 3, "\x48\x23\x7d"))
        return false;
    l->layout.mask = (int8_t)*p++;
    if (!is(&p, 3, "\x48\x03\x7d"))
        return false;
    l->layout.table = (int8_t)*p++;
    l->size = size_of(&p, l->reg);
    if (!l->size || !is(&p, 7, "\x48\x81\xe6\x00\xf0\xff\xff"))
        return false;
    l->writes = is(&p, 4, "\x48\x3b\x77\x08");
    if ((!l->writes && !is(&p, 3, "\x48\x3b\x37")) || !is_move(&p, 6, l->reg) || !is(&p, 2, "\x0f\x85"))
        return false;
    memcpy(&to_slow, p, sizeof(to_slow));
    p += sizeof(to_slow);
    l->slow = p + to_slow;
    if (!is(&p, 3, "\x48\x03\x77"))
        return false;
    l->layout.addend = (int8_t)*p++;
    l->access = p;
    if (!is_access(&p))
        return false;
    l->end = p;
    return true;
}

static void replace(const struct accesses *a, uint8_t *p, const struct look *l)
{
    const uint8_t rex = l->reg >> 3, low = l->reg & 7, move[] = {0x48 | rex, 0x8b, 0xf0 | low};
    uint8_t access[8];
    size_t n = (size_t)(l->end - l->access), spare = (size_t)(l->access - p) - 38 - rex;

    memcpy(access, l->access, n);
    access[n - 1] = (access[n - 1] & 0x38) | 4; /* (%rsi) to (%rdi, %rsi) */
    access[n] = 0x37;
    if (rex)
        *p++ = 0x41;
    *p++ = 0x8b;
    *p++ = 0xf8 | low;
    p = put(p, 3, "\xc1\xef\x0c");
    p = put(p, 3, move);
    for (; spare > 3; spare--)
        *p++ = 0x3e;
    p = put32(put(p, 4, "\x48\x2b\x34\xfd"), (uintptr_t)(l->writes ? a->write : a->read));
    p = put32(put(p, 3, "\x48\x81\xfe"), PAGE - l->size);
    p = put32(put(p, 2, "\x0f\x87"), (uint64_t)(l->slow - (p + 6)));
    for (; spare; spare--)
        *p++ = 0x3e; /* %ds: to no avail */
    p = put32(put(p, 4, "\x48\x8b\x3c\xfd"), (uintptr_t)a->host);
    put(p, n + 1, access);
    put(l->slow, 3, move);
}

#define MIN_BEFORE 15 /* bytes before lea, from the first to */
#define MAX_BEFORE 20 /* those before the "and" */
#define AFTER      40 /* bytes that are there from the "and" on: also slow is */

/* The access that begins at p. */
static bool shorten_at(struct accesses *a, uint8_t *p, const uint8_t *end)
{
    struct look l;

    if (!parse(p, &l) || l.slow < l.end || end - l.slow < 3 || memcmp(l.slow, "\x48\x8b\xfd", 3))
        return false;
    if (!a->layout.shift)
        a->layout = l.layout;
    if (memcmp(&a->layout, &l.layout, sizeof(l.layout)))
        return false;
    replace(a, p, &l);
    return true;
}

void accesses_shorten(struct engine *e, const struct code *c, uint8_t *p)
{
    struct accesses *a = e->accesses;

    p -= 5;
    if (!a || !a->state || p - c->start < MAX_BEFORE || c->end - p < AFTER ||
        !is(&p, 7, "\x48\x81\xe6\x00\xf0\xff\xff"))
        return;
    for (unsigned lea = 3; lea <= MAX_BEFORE - MIN_BEFORE; lea++)
        if (shorten_at(a, p - 7 - lea - MIN_BEFORE, c->end)) {
            e->nr_accesses++;
            return;
        }
}
