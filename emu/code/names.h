/* names.h - symbols of code addresses, remembered: asking libdw for each executed instruction would take far
 * too long. */
#ifndef EMU_CODE_NAMES_H
#define EMU_CODE_NAMES_H

#include "emu/machine.h"

struct named {
    const char *name; /* of the function, or of the module where there is none; "" for neither. Lives as long
                         as the cache. */
    const char *module; /* base name; "" */
    uint64_t offset;    /* of the address in what is named */
    bool function;      /* name is a function's */
    bool stub;          /* only jumps on, through a table: an entry of a PLT */
};

struct names;
struct names *names_create(void);
void names_destroy(struct names *n);
/* Valid until the next call; NULL: out of memory. */
const struct named *names_at(struct names *n, struct task *t, uint64_t pc);

#endif
