/*
 * singlestep.c - hold a trace of instructions against the processor of this machine: run the program
 * natively, step by step under ptrace(2), and compare after each instruction where it was, all general
 * registers, the flags that are defined then, and the vector registers.
 *
 *     singlestep TRACE PROGRAM      TRACE: what `mseal-emu --trace-insn PROGRAM` printed
 *
 * Prints how many instructions agreed. Exit status 0: all did; 1: the first difference is on standard error;
 * 3: this machine does not let us trace.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CF = 1, PF = 4, AF = 0x10, ZF = 0x40, SF = 0x80, DF = 0x400, OF = 0x800 };
#define ARITHMETIC (CF | PF | AF | ZF | SF | OF)

static const char *const register_names[16] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
                                               "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
static const struct {
    const char *name;
    unsigned bit;
} flag_names[] = {{"CF", CF}, {"PF", PF}, {"AF", AF}, {"ZF", ZF}, {"SF", SF}, {"DF", DF}, {"OF", OF}};

/* What an instruction does to the arithmetic flags, where it does anything (Intel's manual, volume 2). */
static const struct {
    const char *name;
    unsigned defines, undefines;
} effects[] = {
    {"add", ARITHMETIC, 0},
    {"adc", ARITHMETIC, 0},
    {"sub", ARITHMETIC, 0},
    {"sbb", ARITHMETIC, 0},
    {"cmp", ARITHMETIC, 0},
    {"neg", ARITHMETIC, 0},
    {"xadd", ARITHMETIC, 0},
    {"cmpxchg", ARITHMETIC, 0},
    {"popcnt", ARITHMETIC, 0},
    {"ucomisd", ARITHMETIC, 0},
    {"comiss", ARITHMETIC, 0},
    {"cmpsb", ARITHMETIC, 0},
    {"scasb", ARITHMETIC, 0},
    {"inc", ARITHMETIC & ~CF, 0},
    {"dec", ARITHMETIC & ~CF, 0},
    {"stc", CF, 0},
    {"clc", CF, 0},
    {"sahf", ARITHMETIC & ~OF, 0},
    {"and", ARITHMETIC, AF},
    {"or", ARITHMETIC, AF},
    {"xor", ARITHMETIC, AF},
    {"test", ARITHMETIC, AF},
    {"bsf", ZF, ARITHMETIC & ~ZF},
    {"bsr", ZF, ARITHMETIC & ~ZF},
    {"bt", CF, ARITHMETIC & ~(CF | ZF)},
    {"bts", CF, ARITHMETIC & ~(CF | ZF)},
    {"btr", CF, ARITHMETIC & ~(CF | ZF)},
    {"btc", CF, ARITHMETIC & ~(CF | ZF)},
    {"shl", ARITHMETIC, AF},
    {"shr", ARITHMETIC, AF},
    {"sar", ARITHMETIC, AF},
    {"rol", CF | OF, 0},
    {"ror", CF | OF, 0},
    {"rcl", CF | OF, 0},
    {"rcr", CF | OF, 0},
    {"shld", ARITHMETIC, AF},
    {"shrd", ARITHMETIC, AF},
    {"mul", CF | OF, PF | AF | ZF | SF},
    {"imul", CF | OF, PF | AF | ZF | SF},
    {"div", 0, ARITHMETIC},
    {"idiv", 0, ARITHMETIC},
};

struct state {
    uint64_t rip, reg[16], xmm[16][2];
    unsigned flags, undefined;
};

/* ---- the trace ---- */

/* Shifts and rotations by other than one leave the overflow flag undefined. */
static bool is_shift_by_many(const char *mnemonic, const char *operands)
{
    static const char *const shifts[] = {"shl", "shr", "sar", "rol", "ror", "rcl", "rcr", "shld", "shrd"};
    const char *last = strrchr(operands, ',');

    for (unsigned i = 0; i < sizeof(shifts) / sizeof(*shifts); i++)
        if (!strcmp(mnemonic, shifts[i]))
            return last && strtol(last + 1, NULL, 0) != 1;
    return false;
}

static void apply_effect(struct state *s, const char *text)
{
    char mnemonic[16] = "", copy[256], *semicolon;

    snprintf(copy, sizeof(copy), "%s", text);
    semicolon = strchr(copy, ';');
    if (semicolon)
        *semicolon = '\0';
    if (!strncmp(text, "rep", 3)) /* rep, repe, repne */
        text = strchr(text, ' ') + 1;
    sscanf(text, "%15[a-z0-9]", mnemonic);
    for (unsigned i = 0; i < sizeof(effects) / sizeof(*effects); i++)
        if (!strcmp(mnemonic, effects[i].name))
            s->undefined = (s->undefined & ~effects[i].defines) | effects[i].undefines;
    if (is_shift_by_many(mnemonic, copy))
        s->undefined |= OF;
}

static void apply_change(struct state *s, const char *name, const char *value)
{
    for (int i = 0; i < 16; i++)
        if (!strcmp(name, register_names[i]))
            s->reg[i] = strtoull(value, NULL, 16);
    if (!strncmp(name, "xmm", 3)) {
        char half[17] = "";
        int i = atoi(name + 3) & 15;

        memcpy(half, value + 2, 16);
        s->xmm[i][1] = strtoull(half, NULL, 16);
        s->xmm[i][0] = strtoull(value + 18, NULL, 16);
    }
}

/* "0x401615 <tail+0x2> add edi, 1    ; rdi=0x5 flags=[PF]": what is there after it. */
static bool apply_line(struct state *s, char *line)
{
    char *text, *change, *flags, *word;

    line[strcspn(line, "\n")] = '\0';
    s->rip = strtoull(line, &text, 16);
    if (text == line)
        return false;
    text += strspn(text, " ");
    if (*text == '<' && strchr(text, '>'))
        text = strchr(text, '>') + 2;
    apply_effect(s, text);
    change = strrchr(text, ';');
    if (!change)
        return true;
    flags = strstr(change, "flags=[");
    if (flags) {
        char *end = strchr(flags, ']');

        s->flags = 0;
        *end = '\0';
        for (unsigned i = 0; i < sizeof(flag_names) / sizeof(*flag_names); i++)
            s->flags |= strstr(flags, flag_names[i].name) ? flag_names[i].bit : 0;
        memset(flags, ' ', (size_t)(end - flags) + 1);
    }
    for (word = strtok(change + 1, " "); word; word = strtok(NULL, " ")) {
        char *eq = strchr(word, '=');

        if (!eq)
            return false;
        *eq = '\0';
        apply_change(s, word, eq + 1);
    }
    return true;
}

/* ---- the processor ---- */

static pid_t start(char **argv)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0))
            _exit(3);
        execv(argv[0], argv);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) {
        fprintf(stderr, "singlestep: cannot trace %s\n", argv[0]);
        exit(3);
    }
    return pid;
}

static void look(pid_t pid, struct state *s)
{
    struct user_regs_struct r;
    struct user_fpregs_struct f;

    if (ptrace(PTRACE_GETREGS, pid, 0, &r) || ptrace(PTRACE_GETFPREGS, pid, 0, &f)) {
        fprintf(stderr, "singlestep: ptrace: %s\n", strerror(errno));
        exit(3);
    }
    memcpy(s->reg,
           (uint64_t[]){r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8, r.r9, r.r10, r.r11,
                        r.r12, r.r13, r.r14, r.r15},
           sizeof(s->reg));
    s->rip = r.rip;
    s->flags = (unsigned)r.eflags & (ARITHMETIC | DF);
    memcpy(s->xmm, f.xmm_space, sizeof(s->xmm));
}

static unsigned differ(const struct state *trace, const struct state *native)
{
    unsigned n = 0;

    for (int i = 0; i < 16; i++)
        if (trace->reg[i] != native->reg[i])
            n += (unsigned)fprintf(stderr, "%s is %#lx, in the trace %#lx\n", register_names[i],
                                   native->reg[i], trace->reg[i]);
    for (int i = 0; i < 16; i++)
        if (memcmp(trace->xmm[i], native->xmm[i], 16))
            n += (unsigned)fprintf(stderr, "xmm%d is %016lx%016lx, in the trace %016lx%016lx\n", i,
                                   native->xmm[i][1], native->xmm[i][0], trace->xmm[i][1], trace->xmm[i][0]);
    if ((trace->flags ^ native->flags) & ~trace->undefined)
        n += (unsigned)fprintf(stderr, "flags are %#x, in the trace %#x, undefined %#x\n", native->flags,
                               trace->flags, trace->undefined);
    return n;
}

int main(int argc, char **argv)
{
    struct state trace = {.undefined = 0}, before, after;
    FILE *f = argc > 2 ? fopen(argv[1], "r") : NULL;
    char line[1024], shown[1024];
    unsigned long n = 0;
    int status;
    pid_t pid;

    if (!f) {
        fprintf(stderr, "usage: singlestep TRACE PROGRAM\n");
        return 2;
    }
    pid = start(argv + 2);
    look(pid, &before);
    trace.reg[7] = before.reg[7]; /* where the kernel put the stack is its business */
    while (fgets(line, sizeof(line), f)) {
        snprintf(shown, sizeof(shown), "%s", line);
        if (!apply_line(&trace, line) || trace.rip != before.rip) {
            fprintf(stderr, "step %lu: at %#llx, but the trace says: %s", n, (unsigned long long)before.rip,
                    shown);
            return 1;
        }
        if (ptrace(PTRACE_SINGLESTEP, pid, 0, 0) || waitpid(pid, &status, 0) != pid)
            return 3;
        n++;
        if (WIFEXITED(status)) {
            if (fgets(line, sizeof(line), f)) {
                fprintf(stderr, "ended after %lu steps, the trace goes on: %s", n, line);
                return 1;
            }
            printf("%lu instructions\n", n);
            return 0;
        }
        look(pid, &after);
        if (differ(&trace, &after)) {
            fprintf(stderr, "after step %lu: %s", n, shown);
            return 1;
        }
        before = after;
    }
    fprintf(stderr, "the trace ends after %lu steps, the program goes on at %#llx\n", n,
            (unsigned long long)before.rip);
    return 1;
}
