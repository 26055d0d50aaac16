/* space.h - the machine and the address space that a unit test of mm/ works on. Check runs each test in a process of its own. */
#ifndef TESTS_UNIT_SPACE_H
#define TESTS_UNIT_SPACE_H

#include "mm.h"
#include "uapi.h"

#include <check.h>

#define P MM_PAGE_SIZE

static struct mm_system sys;
static struct mm *mm;

/* ram: bytes; design: its name, NULL for none. */
static inline void space_make(uint64_t ram, const char *design)
{
    ck_assert_int_eq(mm_system_init(&sys, ram), 0);
    mm = mm_create(&sys, design ? mseal_design_find(design) : NULL);
    ck_assert_ptr_nonnull(mm);
}

static inline void space_drop(void)
{
    mm_put(mm);
    mm_system_destroy(&sys);
}

/* Anonymous memory at just this place. */
static inline void map_at(uint64_t addr, uint64_t pages, int prot, int flags)
{
    ck_assert_int_eq(mm_mmap(mm, addr, pages * P, prot, flags | MAP_FIXED | MAP_ANONYMOUS, NULL, 0),
                     (int64_t)addr);
}

#endif
