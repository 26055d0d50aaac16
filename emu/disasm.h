/*
 * disasm.h - capstone, loaded when it is first needed.
 *
 * It is wanted by reports and rare faults only, and linking it would cost every run two megabytes of relocated tables and more
 * time than starting a program.
 */
#ifndef EMU_DISASM_H
#define EMU_DISASM_H

#include <capstone/capstone.h>
#include <stdbool.h>
#include <stdint.h>

/* capstone's functions of these names. */
struct capstone {
    unsigned (*version)(int *major, int *minor);
    cs_err (*open)(cs_arch arch, cs_mode mode, csh *handle);
    cs_err (*close)(csh *handle);
    cs_err (*option)(csh handle, cs_opt_type type, size_t value);
    size_t (*disasm)(csh handle, const uint8_t *code, size_t size, uint64_t addr, size_t count,
                     cs_insn **insn);
    void (*free)(cs_insn *insn, size_t count);
};
/* NULL: the library cannot be loaded. */
const struct capstone *capstone(void);

/* One x86-64 instruction at addr, with operand details; *insn is to be freed with disasm_free(). False: none. */
bool disasm_one(const uint8_t *code, size_t size, uint64_t addr, cs_insn **insn);
void disasm_free(cs_insn *insn);

#endif
