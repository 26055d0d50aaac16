/*
 * names.h - names of anonymous memory (PR_SET_VMA_ANON_NAME): strings kept once, VMAs hold an index.
 *
 * A table is shared by a process and the children it forks and only grows, so an index stays good for as long as anybody
 * (a VMA, a snapshot) may hold it. What a guest can make it hold is bounded: MM_NAMES_MAX strings of 79 bytes.
 */
#ifndef MM_NAMES_H
#define MM_NAMES_H

#include <mseal-emu/mm.h>

#define MM_NAMES_MAX 262144u

struct mm_names;

/* For fork and the end of an address space; both take NULL. */
struct mm_names *mm_names_get(struct mm_names *names);
void mm_names_put(struct mm_names *names);
/* The index of a string (from 1), entered if new; *names is made when NULL. 0: no memory, or the table is full. */
uint32_t mm_names_intern(struct mm_names **names, const char *name);
/* The string of an index as mm/maps shows it within "[anon:%s]"; NULL for 0. */
const char *mm_names_text(const struct mm_names *names, uint32_t index);

#endif
