/*
 * access_code.c - loads and stores that take seven instructions instead of eleven.
 *
 * The engine's code looks into its TLB before each access. Three quarters of the time of an interpreter are spent there, and
 * the entries, one line of the host's cache for each page, push out what the guest wants to have there. These
 * instructions are replaced by others that ask the tables of accesses.c:
 *
 *      mov   ADDR, %rdi                        mov   ADDR, %edi
 *      shr   $6, %rdi                          shr   $12, %edi
 *      and   MASK(%rbp), %rdi                  mov   ADDR, %rsi
 *      add   TABLE(%rbp), %rdi                 sub   read or write(, %rdi, 8), %rsi    %rsi: the offset in the page
 *      lea   SIZE - 1(ADDR), %rsi              cmp   $0x1000 - SIZE, %rsi
 *      and   $~0xfff, %rsi                     ja    slow
 *      cmp   0 or 8(%rdi), %rsi                mov   host(, %rdi, 8), %rdi
 *      mov   ADDR, %rsi                        mov   (%rdi, %rsi), REG
 *      jne   slow
 *      add   ADDEND(%rdi), %rsi
 *      mov   (%rsi), REG                  slow:
 *                                              mov   ADDR, %rsi     in the place of mov %rbp, %rdi
 *
 * Where the address has to be aligned, "and" keeps the lowest bits, too, and so does a test in the place of "cmp". Code of
 * another form is left as it is.
 */
#include "code.h"

/* An access as the engine has it. */
struct look {
    struct layout layout;
    uint8_t reg; /* the address's */
    unsigned size;
    uint8_t aligned; /* the bits of the address that have to be 0 */
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

/* The first instructions but one, which are the same each time. */
static bool is_lookup(uint8_t **p, struct layout *layout)
{
    const uint8_t *at = *p;

    if (memcmp(at, "\x48\xc1\xef", 3) || memcmp(at + 4, "\x48\x23\x7d", 3) ||
        memcmp(at + 8, "\x48\x03\x7d", 3))
        return false;
    layout->shift = at[3];
    layout->mask = (int8_t)at[7];
    layout->table = (int8_t)at[11];
    *p += 12;
    return true;
}

static bool parse(uint8_t *p, struct look *l)
{
    int32_t to_slow;

    l->reg = (uint8_t)((p[0] & 1) << 3 | (p[2] & 7));
    if (!is_move(&p, 7, l->reg) || !is_lookup(&p, &l->layout))
        return false;
    l->size = size_of(&p, l->reg);
    if (!l->size || !is(&p, 3, "\x48\x81\xe6"))
        return false;
    l->aligned = *p++;
    if ((l->aligned && l->size > 1) || !is(&p, 3, MASK_FF)) /* aligned, and may reach into the next page */
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

/* What is spare becomes prefixes, which are read faster than an instruction that does nothing. */
static void replace(const struct accesses *a, uint8_t *p, const struct look *l)
{
    const uint8_t rex = l->reg >> 3, move[] = {0x48 | rex, 0x8b, 0xf0 | (l->reg & 7)};
    uint8_t access[8];
    size_t n = (size_t)(l->end - l->access), spare = (size_t)(l->access - p) - 38 - rex;

    memcpy(access, l->access, n);
    access[n - 1] = (access[n - 1] & 0x38) | 4; /* (%rsi) to (%rdi, %rsi) */
    access[n] = 0x37;
    p = put(put_to_edi(p, l->reg), 3, "\xc1\xef\x0c");
    p = put(p, 3, move);
    for (; spare > 3; spare--)
        *p++ = 0x3e;
    p = put32(put(p, 4, "\x48\x2b\x34\xfd"), (uintptr_t)(l->writes ? a->write : a->read));
    p = put(p, 3, l->aligned ? "\x48\xf7\xc6" : "\x48\x81\xfe");
    p = put32(p, l->aligned ? MM_PAGE_MASK | l->aligned : MM_PAGE_SIZE - l->size);
    p = put32(put(p, 2, l->aligned ? "\x0f\x85" : "\x0f\x87"), (uint64_t)(l->slow - (p + 6)));
    for (; spare; spare--)
        *p++ = 0x3e; /* %ds: without effect */
    p = put32(put(p, 4, "\x48\x8b\x3c\xfd"), (uintptr_t)a->host);
    put(p, n + 1, access);
    put(l->slow, 3, move);
}

#define MIN_BEFORE 15 /* bytes before lea, from the first to */
#define MAX_BEFORE 20 /* those before the "and" */
#define AFTER      40 /* bytes that are there from the "and" on: also slow is */

/* The access that begins at p. Returns its end, NULL: there is none. */
static uint8_t *shorten_at(struct accesses *a, uint8_t *p, struct code *c)
{
    struct look l;

    if (!parse(p, &l) || l.slow < l.end || c->end - l.slow < 3 || memcmp(l.slow, "\x48\x8b\xfd", 3))
        return NULL;
    if (!a->layout.shift)
        a->layout = l.layout;
    if (memcmp(&a->layout, &l.layout, sizeof(l.layout)))
        return NULL;
    replace(a, p, &l);
    if (l.slow < c->slow)
        c->slow = l.slow;
    return l.end;
}

uint8_t *access_shorten(struct engine *e, struct code *c, uint8_t *ff)
{
    struct accesses *a = e->accesses;
    uint8_t *mask = ff - 5, *end = NULL;

    if (!a || !a->state || mask - c->start < MAX_BEFORE || c->end - mask < AFTER)
        return NULL;
    for (unsigned lea = 3; lea <= MAX_BEFORE - MIN_BEFORE && !end; lea++)
        end = shorten_at(a, mask - lea - MIN_BEFORE, c);
    e->nr_accesses += end != NULL;
    return end;
}
