/*
 * diff_cpuid.c - libc looks at the processor before anything else: what it finds decides how many directories
 * the loader searches, how large its tables are, and so where memory comes from. Both sides must see the same
 * one, and the host's cannot be asked to lie. So each CPUID of the loader (of the program, if it is static)
 * becomes a breakpoint that we answer.
 *
 * 0f a2 may also be the middle of another instruction. Code read from a few different places before it falls
 * into step with the real instructions soon: if nearly all of these readings come to an instruction there, it
 * is one.
 */
#include "diff_cpuid.h"

#include "../disasm.h"
#include "../machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#define BREAKPOINT 0xcc
#define BACK       64 /* bytes before it at which the first reading starts */
#define READINGS   16

static bool reading_arrives(const uint8_t *code, size_t from, size_t to)
{
    while (from < to) {
        cs_insn *insn;

        if (!disasm_one(code + from, to + 2 - from, from, &insn)) {
            from++;
            continue;
        }
        from += insn->size;
        disasm_free(insn);
    }
    return from == to;
}

static bool is_cpuid(const uint8_t *code, size_t at)
{
    unsigned arrived = 0;

    if (at < BACK)
        return false;
    for (size_t i = 0; i < READINGS; i++)
        arrived += reading_arrives(code, at - BACK + i, at);
    return arrived >= READINGS * 3 / 4;
}

static void plant_in(pid_t pid, uint64_t start, uint64_t end)
{
    size_t len = end - start;
    uint8_t *code = malloc(len), *p;
    struct iovec local = {code, len}, remote = {(void *)start, len};
    ssize_t got = code ? process_vm_readv(pid, &local, 1, &remote, 1, 0) : -1;

    for (p = code; got > 1 && (p = memmem(p, (size_t)(code + got - p), "\x0f\xa2", 2)); p++) {
        uint64_t at = start + (uint64_t)(p - code);
        long word;

        if (!is_cpuid(code, (size_t)(p - code)))
            continue;
        word = ptrace(PTRACE_PEEKTEXT, pid, (void *)at, NULL);
        ptrace(PTRACE_POKETEXT, pid, (void *)at, (void *)((word & ~0xffl) | BREAKPOINT));
    }
    free(code);
}

/* The loader comes last; the program's own code matters where there is none. */
void cpuid_plant(pid_t pid)
{
    uint64_t start, end, from = 0, to = 0;
    char path[64], *line = NULL, perms[8];
    size_t room = 0;
    FILE *in;

    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    in = fopen(path, "re");
    while (in && getline(&line, &room, in) > 0)
        if (sscanf(line, "%lx-%lx %7s", &start, &end, perms) == 3 && perms[2] == 'x' && strchr(line, '/')) {
            from = start;
            to = end;
        }
    if (in)
        fclose(in);
    free(line);
    if (to)
        plant_in(pid, from, to);
}

bool cpuid_answer(pid_t pid)
{
    struct user_regs_struct regs;
    struct cpuid_regs r;
    long word;

    if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
        return false;
    word = ptrace(PTRACE_PEEKTEXT, pid, (void *)(regs.rip - 1), NULL);
    if ((word & 0xffff) != (0xa200 | BREAKPOINT)) /* what follows is still CPUID's second byte */
        return false;
    r = cpuid_lookup((uint32_t)regs.rax, (uint32_t)regs.rcx);
    regs.rax = r.eax;
    regs.rbx = r.ebx;
    regs.rcx = r.ecx;
    regs.rdx = r.edx;
    regs.rip++;
    return !ptrace(PTRACE_SETREGS, pid, NULL, &regs);
}
