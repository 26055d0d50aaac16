/*
 * pagemap.h - which pages there are, and what was done to them: /proc/PID/pagemap and clear_refs.
 */
#ifndef MSEAL_EMU_PAGEMAP_H
#define MSEAL_EMU_PAGEMAP_H

#include <mseal-emu/mm.h>

/* ---- /proc/PID/clear_refs: mm/clear_refs.c ---- */

/* What is written there: pages of all areas, of those without a file, of those with one; nothing; the peak of resident pages. */
enum mm_clear_refs {
    MM_CLEAR_ALL = 1,
    MM_CLEAR_ANON,
    MM_CLEAR_MAPPED,
    MM_CLEAR_SOFT_DIRTY, /* not kept: CONFIG_MEM_SOFT_DIRTY */
    MM_CLEAR_HIWATER,
};
/* Pages count as unused until the next access. 0 or -ENOMEM, some are done then. */
int mm_clear_refs(struct mm *mm, enum mm_clear_refs which);

/* ---- /proc/PID/pagemap: mm/pagemap.c ---- */

/* The entry of the page at addr as Linux' Documentation/admin-guide/mm/pagemap.rst has it; frames: with its frame's number. */
uint64_t mm_pagemap_entry(struct mm *mm, uint64_t addr, bool frames);
enum { /* categories of pages: PAGE_IS_* */
       MM_PAGE_IS_WPALLOWED = 1 << 0,
       MM_PAGE_IS_WRITTEN = 1 << 1,
       MM_PAGE_IS_FILE = 1 << 2,
       MM_PAGE_IS_PRESENT = 1 << 3,
       MM_PAGE_IS_SWAPPED = 1 << 4,
       MM_PAGE_IS_PFNZERO = 1 << 5,
       MM_PAGE_IS_GUARD = 1 << 8,
       MM_PAGE_CATEGORIES = (1 << 9) - 1 /* those that Linux knows */
};
struct mm_page_region {
    uint64_t start, end, categories;
};
struct mm_page_scan {
    uint64_t start, end;             /* page aligned */
    bool protect, must_protect;      /* PM_SCAN_WP_MATCHING, PM_SCAN_CHECK_WPASYNC */
    uint64_t inverted, all, any;     /* which pages: categories, some of them the other way round */
    uint64_t returned;               /* categories to tell */
    uint64_t max_pages, max_regions; /* max_regions 0: none is told */
    uint64_t walk_end;               /* how far it got */
};
/* The regions found, for the caller to free, also after an error: their number, -EPERM (must_protect), -ENOMEM. */
int64_t mm_pagemap_scan(struct mm *mm, struct mm_page_scan *s, struct mm_page_region **regions);

#endif
