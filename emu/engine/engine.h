/*
 * engine.h - what is made faster, and right, inside of Unicorn from outside.
 *
 * Unicorn's static library has its functions in objects, and the linker can give those of another object what they call:
 * with ld's --wrap=X, a call of X is one of __wrap_X, here, and __real_X is Unicorn's own. The Makefile says so for
 * each __wrap_ in this folder.
 *
 *      translated code --> helper_addsd  --wrap-->  sse.c       what the host's processor computes
 *                      helper_fadd_ST0_FT0 ------>  x87.c       told what was inexact, invalid ...
 *                      helper_cc_compute_all ---->  flags.c     flags of logical operations
 *      end of a block  --> helper_lookup_tb_ptr ->  jumps.c     blocks found by one look into a table of ours
 *      translator      --> tcg_gen_exit_tb ------>  straight.c  long straight code goes on by itself
 *      translator      --> tcg_gen_code --------->  code.c      what was made is changed:
 *                                                   jump_code.c   jumps look into the table themselves
 *                                                   chain_code.c  jumps to a block that is not known yet are none
 *                                                   access_code.c loads and stores look into a TLB of ours
 *      translator      --> cpu_ldub_code -------->  align.c     operands of 16 bytes are aligned
 *      load, store     --> helper_le_ldq_mmu ---->  accesses.c  what was not in ours, and is remembered
 *      translator      --> tlb_reset_dirty_... -->  writes.c    no search of the TLB for what is not in it
 *      translator      --> its flag ------------->  exits.c     no look after each access whether to stop
 *
 * Only speed hangs on it, and exceptions: those of floating point, and of accesses that are not aligned. The shared
 * library's own calls are out of the linker's reach, so a program linked with that is Unicorn as it comes; the same
 * holds where a function has another name or a structure another form, which each file looks after.
 */
#ifndef EMU_ENGINE_H
#define EMU_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <unicorn/unicorn.h>

#include "low_table.h"

/* WRAP(type, name, parameters) { body }: the function called instead of Unicorn's, which is NULL where it is not wrapped. */
#define WRAP(type, name, ...)                                                                                \
    type __wrap_##name(__VA_ARGS__);                                                                         \
    type __real_##name(__VA_ARGS__) __attribute__((weak));                                                   \
    type __wrap_##name(__VA_ARGS__)

#define likely(x) __builtin_expect(!!(x), 1)

/* How the engine's state of the processor begins: CPUX86State of qemu/target/i386/cpu.h, Unicorn 2.1.0 to 2.1.4. */
struct engine_state {
    uint64_t regs[16], rip, rflags, cc_dst, cc_src, cc_src2;
    uint32_t cc_op;
    int32_t df;
    uint32_t hflags; /* what of the processor's state chooses the code that is made */
};

#define ENGINE_JUMPS 4096

/* Where code goes on at an address. key: see jumps.c; 0: none. */
struct jump {
    uint64_t key;
    void *code;
};

/* What we keep of one engine. */
struct engine {
    uc_engine *uc;
    uint64_t epoch;            /* of keys: changes when addresses may mean other code */
    uint32_t flags;            /* the code in the table is for a processor in this state */
    bool known, usable;        /* the engine's state was looked at; and has the form above */
    bool writes_to_code;       /* the TLB may hold entries to write to pages of code by; see alias.c */
    uintptr_t first_block;     /* the lowest address of translated code */
    struct accesses *accesses; /* NULL: none */
    struct jump *near;         /* of jumps from code for near_flags; NULL: none */
    struct used near_used;
    uint32_t near_flags;
    unsigned nr_accesses, nr_jumps, nr_quick, nr_chains; /* in code that was changed */
    struct jump jumps[ENGINE_JUMPS];
};

/* NULL: no memory. */
struct engine *engine_create(void);
void engine_destroy(struct engine *e);
/* To be called before uc is used on this thread. */
void engine_use(struct engine *e, uc_engine *uc);
/* The engine this thread uses. */
extern _Thread_local struct engine *engine_current __attribute__((visibility("hidden")));

/* Addresses may mean other code from now on: the TLB was flushed, or code was removed. */
void jumps_forget(struct engine *e);

/* Without memory there are no such tables. */
void jumps_create(struct engine *e);
void jumps_destroy(struct engine *e);
void accesses_create(struct engine *e);
void accesses_destroy(struct engine *e);
/* The TLB was flushed; or what it has for the page at addr is about to change. */
void accesses_forget(struct engine *e);
void accesses_forget_page(struct engine *e, uint64_t addr);

/* Look where the engine keeps MXCSR, and the words of x87. To be called once. */
void sse_look(void);
void x87_look(void);

#endif
