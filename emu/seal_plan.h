/* seal_plan.h - which address ranges of a mapped ELF image can be sealed, and as part of what. */
#ifndef EMU_SEAL_PLAN_H
#define EMU_SEAL_PLAN_H

#include <mseal-emu/mm.h>

enum {
    SEAL_TEXT = 1,  /* segments that are never written: code and constants */
    SEAL_RELRO = 2, /* PT_GNU_RELRO: read-only once the dynamic linker is done with it */
    SEAL_DATA = 4,  /* writable segments, .bss included */
};

struct seal_range {
    uint64_t start, end; /* page aligned addresses of the process */
    unsigned part;       /* one of SEAL_TEXT, SEAL_RELRO, SEAL_DATA */
};

struct seal_plan {
    struct seal_range *range;
    unsigned n;
    bool noted; /* the image asks for being sealed: GNU_PROPERTY_MEMORY_SEAL */
};

/*
 * Read the plan out of the headers of the image whose first page is mapped at base. OpenBSD's exceptions are
 * left out: writable code, PF_OPENBSD_MUTABLE segments, PT_OPENBSD_MUTABLE ranges (sys/kern/exec_elf.c). 0,
 * -ENOEXEC (no ELF image), -ENOMEM; only on 0 is there something to free.
 */
int seal_plan_read(struct seal_plan *plan, struct vm_object *obj, uint64_t base);
void seal_plan_free(struct seal_plan *plan);

#endif
