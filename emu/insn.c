/*
 * insn.c - what a guest instruction does with memory, asked of capstone where the engine does not say.
 *
 * A processor loads with the intent to store when an instruction changes memory (inc, lock cmpxchg ...): its page
 * fault is a write. The engine loads first and faults as a read.
 */
#include "disasm.h"
#include "machine.h"

static bool decode(struct task *t, uint64_t rip, cs_insn **insn)
{
    uint8_t code[15];
    int64_t n = mm_access_remote(t->mm, rip, code, sizeof(code), false, true);

    return n > 0 && disasm_one(code, (size_t)n, rip, insn);
}

bool insn_writes_memory(struct task *t, uint64_t rip)
{
    bool writes = false;
    cs_insn *insn;

    if (!decode(t, rip, &insn))
        return false;
    /* An operand both read and written: movs reads one and writes another, and faulted on the read. */
    for (unsigned i = 0; i < insn->detail->x86.op_count; i++) {
        const cs_x86_op *op = &insn->detail->x86.operands[i];

        if (op->type == X86_OP_MEM && op->access == (CS_AC_READ | CS_AC_WRITE))
            writes = true;
    }
    disasm_free(insn);
    return writes;
}

bool insn_uses_stack(struct task *t, uint64_t rip)
{
    const cs_x86 *x;
    cs_insn *insn;
    bool stack;

    if (!decode(t, rip, &insn))
        return false;
    x = &insn->detail->x86;
    stack = insn->id == X86_INS_PUSH || insn->id == X86_INS_POP || insn->id == X86_INS_CALL ||
            insn->id == X86_INS_RET || insn->id == X86_INS_LEAVE || insn->id == X86_INS_ENTER;
    for (unsigned i = 0; i < x->op_count; i++)
        if (x->operands[i].type == X86_OP_MEM)
            stack = x->operands[i].mem.segment == X86_REG_INVALID &&
                    (x->operands[i].mem.base == X86_REG_RSP || x->operands[i].mem.base == X86_REG_RBP);
    disasm_free(insn);
    return stack;
}

uint64_t insn_access_size(struct task *t, uint64_t rip)
{
    uint64_t size = 0;
    cs_insn *insn;

    if (!decode(t, rip, &insn))
        return 8;
    for (unsigned i = 0; i < insn->detail->x86.op_count; i++) {
        const cs_x86_op *op = &insn->detail->x86.operands[i];

        if (op->type == X86_OP_MEM && op->size > size)
            size = op->size;
    }
    disasm_free(insn);
    return size ? size : 8;
}
