/* low_table.h - tables that translated code looks into. */
#ifndef EMU_ENGINE_LOW_TABLE_H
#define EMU_ENGINE_LOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroes, below 2 GiB, so that the address fits into an instruction; without memory until it is touched. NULL: no room. */
void *low_table(size_t size);
void low_table_clear(void *table, size_t size);
/* table may be NULL. */
void low_table_free(void *table, size_t size);

#define MAX_USED 4096u

/* Slots of a table that are not empty. n > MAX_USED: too many to be told. */
struct used {
    uint32_t n, slot[MAX_USED];
};

static inline void used_add(struct used *u, uint32_t slot)
{
    if (u->n < MAX_USED)
        u->slot[u->n] = slot;
    if (u->n <= MAX_USED)
        u->n++;
}

/* Not all slots are told: everything is to be emptied. */
static inline bool used_all(const struct used *u)
{
    return u->n > MAX_USED;
}

#endif
