/*
 * code.h - what is told of the guest's code as it runs: --trace-insn, --trace-calls, --coverage.
 *
 *      processor --each instruction of some--> insn.c ---+
 *          |                                             +--> trace_code() --> text, JSON
 *          +-------each block------------------> calls.c-+
 *                            +-----------------> drcov.c ------> FILE
 *
 * To be looked at changes nothing: no page is touched that was not, no time passes.
 */
#ifndef EMU_CODE_CODE_H
#define EMU_CODE_CODE_H

#include "emu/machine.h"

struct code_options {
    const char *insn;  /* ranges.h's language; "": everything; NULL: off */
    const char *calls; /* names with wildcards, separated by commas; "": every function; NULL: off */
    bool coverage;     /* collect the blocks that run: code_coverage_to() says where they go */
};

struct code;
/* NULL after one line on stderr: a wrong range, no memory. *status: exit
 * status. */
struct code *code_create(struct machine *m, const struct code_options *opt, int *status);
/* The coverage is written to out at the end, which is closed then. */
void code_coverage_to(struct code *c, FILE *out);
void code_destroy(struct code *c);

/* What struct cpu_ops has. */
void code_insn(struct code *c, uint64_t addr);
void code_block(struct code *c, uint64_t addr, unsigned size);
/* t is about to run user code; outside of callbacks. */
void code_before(struct code *c, struct task *t);
/* t's mappings are others than code_before() saw: it has to be asked again. */
bool code_stale(const struct code *c, const struct task *t);
/* t came back from user code; trapped: by an exception, which has been dealt with. */
void code_after(struct code *c, struct task *t, bool trapped);
/* t's registers are about to become those of a handler of signo. */
void code_before_handler(struct code *c, struct task *t);
void code_handler(struct code *c, struct task *t, int signo);
/* child is a copy of parent with the same stack in another address space. */
void code_forked(struct code *c, const struct task *parent, struct task *child);
void code_gone(struct code *c, struct task *t);

#endif
