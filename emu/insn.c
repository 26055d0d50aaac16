/*
 * insn.c - what a guest instruction does with memory, asked of capstone where the engine does not say.
 *
 * A processor loads with the intent to store when an instruction changes memory (inc, lock cmpxchg ...): its page
 * fault is a write. The engine loads first and faults as a read.
 */
#include "machine.h"

#include <capstone/capstone.h>

bool insn_writes_memory(struct task *t, uint64_t rip)
{
    uint8_t code[15];
    int64_t n = mm_access_remote(t->mm, rip, code, sizeof(code), false, true);
    bool writes = false;
    cs_insn *insn;
    csh cs;

    if (n <= 0 || cs_open(CS_ARCH_X86, CS_MODE_64, &cs) != CS_ERR_OK)
        return false;
    cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
    size_t count = cs_disasm(cs, code, (size_t)n, rip, 1, &insn);
    if (count) {
        /* An operand both read and written: movs reads one and writes another, and faulted on the read. */
        for (unsigned i = 0; i < insn->detail->x86.op_count; i++) {
            const cs_x86_op *op = &insn->detail->x86.operands[i];

            if (op->type == X86_OP_MEM && op->access == (CS_AC_READ | CS_AC_WRITE))
                writes = true;
        }
        cs_free(insn, count);
    }
    cs_close(&cs);
    return writes;
}

bool insn_uses_stack(struct task *t, uint64_t rip)
{
    uint8_t code[15];
    int64_t n = mm_access_remote(t->mm, rip, code, sizeof(code), false, true);
    bool stack = false;
    cs_insn *insn;
    csh cs;

    if (n <= 0 || cs_open(CS_ARCH_X86, CS_MODE_64, &cs) != CS_ERR_OK)
        return false;
    cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
    if (cs_disasm(cs, code, (size_t)n, rip, 1, &insn) == 1) {
        const cs_x86 *x = &insn->detail->x86;

        stack = insn->id == X86_INS_PUSH || insn->id == X86_INS_POP || insn->id == X86_INS_CALL ||
                insn->id == X86_INS_RET || insn->id == X86_INS_LEAVE || insn->id == X86_INS_ENTER;
        for (unsigned i = 0; i < x->op_count; i++)
            if (x->operands[i].type == X86_OP_MEM)
                stack = x->operands[i].mem.segment == X86_REG_INVALID &&
                        (x->operands[i].mem.base == X86_REG_RSP || x->operands[i].mem.base == X86_REG_RBP);
        cs_free(insn, 1);
    }
    cs_close(&cs);
    return stack;
}
