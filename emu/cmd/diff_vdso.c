/*
 * diff_vdso.c - the vDSO of a traced program is unmapped before its first instruction, by the program itself:
 * made to run munmap(2) from the syscall instruction that the vDSO holds, it need not come back there.
 */
#include "diff_vdso.h"

#include "../machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#define MAX_RANGES 4

struct range {
    uint64_t start, end;
};

/* [vvar], [vvar_vclock]; the one with the code comes last. How many. */
static unsigned find_ranges(pid_t pid, struct range r[MAX_RANGES])
{
    char path[64], *line = NULL;
    struct range vdso = {0};
    size_t room = 0;
    unsigned n = 0;
    FILE *in;

    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    in = fopen(path, "re");
    while (in && getline(&line, &room, in) > 0) {
        struct range at;

        if (sscanf(line, "%lx-%lx", &at.start, &at.end) != 2)
            continue;
        if (strstr(line, "[vdso]"))
            vdso = at;
        else if (strstr(line, "[vvar") && n < MAX_RANGES - 1)
            r[n++] = at;
    }
    if (in)
        fclose(in);
    free(line);
    if (!vdso.end)
        return 0;
    r[n++] = vdso;
    return n;
}

/* Address of a syscall instruction in the vDSO; 0: none. */
static uint64_t find_syscall(pid_t pid, const struct range *r)
{
    size_t len = r->end - r->start;
    uint8_t *code = malloc(len), *p;
    struct iovec local = {code, len}, remote = {(void *)r->start, len};
    uint64_t at = 0;

    if (code && process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)len) {
        p = memmem(code, len, "\x0f\x05", 2);
        at = p ? r->start + (uint64_t)(p - code) : 0;
    }
    free(code);
    return at;
}

static bool step(pid_t pid)
{
    int status;

    return !ptrace(PTRACE_SYSCALL, pid, NULL, NULL) && waitpid(pid, &status, __WALL) == pid &&
           WIFSTOPPED(status);
}

static void unmap(pid_t pid, const struct range *r, uint64_t insn)
{
    struct user_regs_struct old, regs;

    if (ptrace(PTRACE_GETREGS, pid, NULL, &old))
        return;
    regs = old;
    regs.rip = insn;
    regs.rax = SYS_munmap;
    regs.orig_rax = ~0ull;
    regs.rdi = r->start;
    regs.rsi = r->end - r->start;
    if (!ptrace(PTRACE_SETREGS, pid, NULL, &regs) && step(pid) && step(pid)) {
        old.orig_rax = ~0ull;
        ptrace(PTRACE_SETREGS, pid, NULL, &old);
    }
}

static void patch_auxv(pid_t pid)
{
    struct user_regs_struct regs;
    uint64_t at, key;

    if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
        return;
    at = regs.rsp + 8 * (1 + (uint64_t)ptrace(PTRACE_PEEKDATA, pid, (void *)regs.rsp, NULL) + 1);
    while (ptrace(PTRACE_PEEKDATA, pid, (void *)at, NULL))
        at += 8;
    for (at += 8; (key = (uint64_t)ptrace(PTRACE_PEEKDATA, pid, (void *)at, NULL)) != AT_NULL; at += 16) {
        uint64_t value;

        switch (key) {
        case AT_SYSINFO_EHDR:
        case AT_RSEQ_FEATURE_SIZE:
        case AT_RSEQ_ALIGN:
            ptrace(PTRACE_POKEDATA, pid, (void *)at, (void *)AT_IGNORE);
            continue;
        case AT_HWCAP:
            value = cpuid_lookup(1, 0).edx;
            break;
        case AT_HWCAP2:
            value = 0;
            break;
        case AT_MINSIGSTKSZ:
            value = sigframe_max_size();
            break;
        default:
            continue;
        }
        ptrace(PTRACE_POKEDATA, pid, (void *)(at + 8), (void *)value);
    }
}

void vdso_remove(pid_t pid)
{
    struct range r[MAX_RANGES];
    unsigned n = find_ranges(pid, r);
    uint64_t insn = n ? find_syscall(pid, &r[n - 1]) : 0;

    for (unsigned i = 0; insn && i < n; i++)
        unmap(pid, &r[i], insn);
    patch_auxv(pid);
}
