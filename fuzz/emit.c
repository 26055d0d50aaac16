/*
 * emit.c - a divergence for people: as text, as a C program, and as a file that can be run again.
 */
#include "fuzz.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static void print_arg(FILE *out, uint64_t v)
{
    if (v >= ARENA && v <= ARENA_END)
        fprintf(out, v & ~MM_PAGE_MASK ? "P(%u) + %u" : "P(%u)", (unsigned)((v - ARENA) >> MM_PAGE_SHIFT),
                (unsigned)(v & ~MM_PAGE_MASK));
    else if (v < 4096)
        fprintf(out, "%u", (unsigned)v);
    else
        fprintf(out, "0x%llx", (unsigned long long)v);
}

void fuzz_print_op(FILE *out, const struct fuzz_op *op)
{
    const struct fuzz_call *c = &fuzz_calls[op->call];

    fprintf(out, "%s(", c->name);
    for (unsigned i = 0; i < c->nargs; i++) {
        if (i)
            fprintf(out, ", ");
        print_arg(out, op->a[i]);
    }
    fprintf(out, ")");
}

static void print_ret(FILE *out, int64_t ret)
{
    if (is_fault(ret))
        fprintf(out, "%s code %d%s", strsignal((int)(-ret >> 8 & 0xff)), (int)(-ret & 0xff),
                -ret & 0x10000 ? " at another address" : "");
    else if (ret < 0 && ret > -4096)
        fprintf(out, "-%s", strerrorname_np((int)-ret));
    else
        print_arg(out, (uint64_t)ret);
}

void fuzz_print_divergence(FILE *out, const struct fuzz_seq *seq, const struct divergence *d)
{
    fprintf(out, "seed %llu, CAP_IPC_LOCK %d, RLIMIT_MEMLOCK %llu", (unsigned long long)seq->seed,
            seq->world.cap_ipc_lock, (unsigned long long)seq->world.memlock);
    if (seq->world.as_room)
        fprintf(out, ", RLIMIT_AS leaves %u pages", seq->world.as_room);
    if (seq->world.data_room)
        fprintf(out, ", RLIMIT_DATA leaves %u pages", seq->world.data_room);
    fprintf(out, "\n");
    for (unsigned i = 0; i <= d->at && i < seq->n; i++) {
        fprintf(out, "  ");
        fuzz_print_op(out, &seq->op[i]);
        fprintf(out, "\n");
    }
    fprintf(out, "model: ");
    print_ret(out, d->model.ret);
    fprintf(out, "\n%shost:  ", d->model.picture);
    print_ret(out, d->host.ret);
    fprintf(out, "\n%s", d->host.picture);
}

/*
 * What a program shows of a small world: each page's first word, or how it can't be read. seal() is the call
 * of the design in force under mseal-emu (MSEAL_EMU_SEAL), and mseal(2) elsewhere.
 */
static void emit_helpers(FILE *out, const struct fuzz_seq *seq)
{
    fprintf(
        out,
        "static long seal(unsigned long addr, unsigned long len)\n{\n"
        "    long r = syscall(4096, addr, len, 0);\n\n"
        "    return r == -1 && errno == ENOSYS ? syscall(462, addr, len, 0) : r;\n}\n\n"
        "static void pages(void)\n{\n    for (int i = 0; i < %u; i++) {\n        printf(\"page %%d:\", i);\n"
        "        if (!sigsetjmp(env, 1))\n            printf(\" %%x\\n\", *(volatile int *)P(i));\n    "
        "}\n}\n\n",
        fuzz_arena_pages(&seq->world));
}

/* Where keys have rights of their own: a handler's are the kernel's, and siglongjmp() would keep them. */
static void emit_rights(FILE *out)
{
    fprintf(out,
            "static unsigned pkru(void)\n{\n    unsigned a, d;\n\n"
            "    __asm__ volatile(\"rdpkru\" : \"=a\"(a), \"=d\"(d) : \"c\"(0));\n    return a;\n}\n\n"
            "static void set_pkru(unsigned v)\n{\n"
            "    __asm__ volatile(\"wrpkru\" ::\"a\"(v), \"c\"(0), \"d\"(0) : \"memory\");\n}\n\n"
            "static long rights(int key, unsigned r)\n{\n    unsigned old = pkru();\n\n"
            "    set_pkru((old & ~(3u << 2 * key)) | r << 2 * key);\n    return old;\n}\n"
            "static volatile unsigned before;\n"
            "#undef TRY\n#define TRY() (before = pkru(), sigsetjmp(env, 1) ? set_pkru(before), 0 : 1)\n\n");
}

char *fuzz_comment(const struct divergence *d)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        return NULL;
    fprintf(f, "The last call answers differently in the model and on the host's kernel. Found by mseal-emu "
               "fuzz.\n *\n * model: ");
    print_ret(f, d->model.ret);
    fprintf(f, ", host: ");
    print_ret(f, d->host.ret);
    fclose(f);
    return text;
}

static void emit_beginning(FILE *out, const char *comment)
{
    fprintf(out, "/*\n * %s", comment);
    fprintf(
        out,
        "\n */\n"
        "#define _GNU_SOURCE\n#include <errno.h>\n#include <fcntl.h>\n#include <setjmp.h>\n#include "
        "<signal.h>\n"
        "#include <stdio.h>\n#include <string.h>\n#include <sys/mman.h>\n#include <sys/shm.h>\n#include "
        "<sys/syscall.h>\n"
        "#include <sys/wait.h>\n#include <unistd.h>\n\n"
        "#define P(n) (0x%llxul + (n) * 4096ul)\n"
        "static sigjmp_buf env;\n"
        "static void on_signal(int s, siginfo_t *i, void *u)\n{\n"
        "    printf(\" signal %%d code %%d at %%p\\n\", s, i->si_code, i->si_addr);\n    siglongjmp(env, "
        "1);\n}\n\n"
        "static void maps(void)\n{\n    char line[512];\n    FILE *f = fopen(\"/proc/self/smaps\", \"r\");\n"
        "    unsigned long a, b;\n    int in = 0;\n\n    while (fgets(line, sizeof(line), f)) {\n"
        "        if (sscanf(line, \"%%lx-%%lx \", &a, &b) == 2)\n            in = b > P(0) && a < P(%u);\n"
        "        else if (strncmp(line, \"VmFlags\", 7))\n            continue;\n"
        "        if (in)\n            fputs(line, stdout);\n    }\n    fclose(f);\n}\n\n"
        "static void result(const char *what, long r)\n{\n"
        "    printf(\"%%s = %%s0x%%lx%%s%%s\\n\", what, \"\", r == -1 ? 0 : r, r == -1 ? \" \" : \"\", r == "
        "-1 ? strerror(errno) : \"\");\n"
        "}\n#define CALL(x) result(#x, (long)(x))\n"
        "#define TRY()   (!sigsetjmp(env, 1))\n\n",
        (unsigned long long)ARENA, ARENA_PAGES);
}

static void emit_main(FILE *out)
{
    fprintf(
        out,
        "int main(void)\n{\n"
        "    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER};\n\n"
        "    sigaction(SIGSEGV, &sa, NULL);\n    sigaction(SIGBUS, &sa, NULL);\n"
        "    dup2(memfd_create(\"memfd0\", MFD_ALLOW_SEALING), %d);\n    dup2(memfd_create(\"memfd1\", "
        "MFD_ALLOW_SEALING), %d);\n"
        "    if (ftruncate(%d, %u * 4096) || ftruncate(%d, %u * 4096))\n        return 1;\n"
        "    dup2(open(\"/proc/self/fd/%d\", O_RDONLY), %d);\n    dup2(open(\"/dev/zero\", O_RDWR), %d);\n",
        FD_MEMFD0, FD_MEMFD1, FD_MEMFD0, MEMFD_PAGES, FD_MEMFD1, MEMFD_PAGES, FD_MEMFD0, FD_MEMFD0_RO,
        FD_ZERO);
}

/* One call, at the beginning of an indented line. */
static void emit_call(FILE *out, const struct fuzz_op *op)
{
    const struct fuzz_call *c = &fuzz_calls[op->call];
    const uint64_t *a = op->a;

    switch (c->kind) {
    case CALL_READ:
        fprintf(out, "if (TRY())\n        printf(\"read %%x\\n\", *(volatile int *)(");
        print_arg(out, a[0]);
        fprintf(out, "));\n");
        break;
    case CALL_WRITE:
        fprintf(out, "if (TRY())\n        *(volatile int *)(");
        print_arg(out, a[0]);
        fprintf(out, ") = %d;\n", (int)a[1]);
        break;
    case CALL_MINCORE:
        fprintf(out, "{\n        unsigned char vec[64] = \"\";\n        CALL(syscall(SYS_mincore, ");
        print_arg(out, a[0]);
        fprintf(out, ", ");
        print_arg(out, a[1]);
        fprintf(out, ", vec));\n        for (int i = 0; i < 64; i++)\n            printf(\"%%d\", vec[i] "
                     "& 1);\n        puts(\"\");\n    }\n");
        break;
    case CALL_PREAD:
        fprintf(out,
                "{\n        int v = 0;\n        CALL(pread(%d, &v, 4, %d));\n        printf(\"%%x\\n\", "
                "v);\n    }\n",
                (int)a[0], (int)a[1]);
        break;
    case CALL_PWRITE:
        fprintf(out, "{\n        int v = %d;\n        CALL(pwrite(%d, &v, 4, %d));\n    }\n", (int)a[2],
                (int)a[0], (int)a[1]);
        break;
    case CALL_SHMSTAT:
        fprintf(out,
                "{\n        struct shmid_ds ds;\n        CALL(shmctl(%d, IPC_STAT, &ds));\n"
                "        printf(\"%%lu attached\\n\", (unsigned long)ds.shm_nattch);\n    }\n",
                (int)a[0]);
        break;
    case CALL_RIGHTS:
        fprintf(out, "CALL(rights(%d, %d));\n", (int)a[0], (int)a[1]);
        break;
    case CALL_FORK_LOOK:
        fprintf(out, "fflush(stdout);\n    if (!fork()) {\n        maps();\n        return 0;\n    }\n   "
                     " wait(NULL);\n");
        break;
    case CALL_FORK_STAY:
        fprintf(out, "fflush(stdout);\n    if (fork()) {\n        wait(NULL);\n        return 0;\n    }\n");
        break;
    case CALL_EXEC:
        fprintf(out, "if (TRY())\n        ((void (*)(void))(");
        print_arg(out, a[0]);
        fprintf(out, "))();\n");
        break;
    default:
        fprintf(out, "CALL(syscall(%d /* %s */", c->nr, c->name);
        for (unsigned j = 0; j < c->nargs; j++) {
            fprintf(out, ", ");
            print_arg(out, a[j]);
            if (a[j] < 4096)
                fprintf(out, "ul");
        }
        fprintf(out, "));\n");
    }
}

static void emit_seal(FILE *out, const struct fuzz_op *op)
{
    fprintf(out, "CALL(seal(");
    print_arg(out, op->a[0]);
    fprintf(out, ", 0x%llx));\n", (unsigned long long)op->a[1]);
}

void fuzz_emit_c(FILE *out, const struct fuzz_seq *seq, const char *comment)
{
    bool small = seq->world.pages && seq->world.pages < ARENA_PAGES, keys = false;

    emit_beginning(out, comment);
    if (small)
        emit_helpers(out, seq);
    for (unsigned i = 0; i < seq->n; i++)
        keys |= fuzz_calls[seq->op[i].call].kind == CALL_RIGHTS;
    if (keys)
        emit_rights(out);
    emit_main(out);
    for (unsigned i = 0; i < seq->n; i++) {
        if (small && i == seq->n - 1)
            fprintf(out, "    pages();\n");
        fprintf(out, "    ");
        if (small && fuzz_calls[seq->op[i].call].nr == 462)
            emit_seal(out, &seq->op[i]);
        else
            emit_call(out, &seq->op[i]);
    }
    fprintf(out, "%s    maps();\n    return 0;\n}\n", small ? "    pages();\n" : "");
}

/* ---- sequences as text: a line of settings, then a line per call ---- */

void fuzz_save(FILE *out, const struct fuzz_seq *seq)
{
    fprintf(out, "world %d %llu %d %u %u\n", seq->world.cap_ipc_lock, (unsigned long long)seq->world.memlock,
            seq->world.shm, seq->world.as_room, seq->world.data_room);
    for (unsigned i = 0; i < seq->n; i++) {
        const struct fuzz_op *op = &seq->op[i];

        fprintf(out, "%s", fuzz_calls[op->call].name);
        for (unsigned j = 0; j < fuzz_calls[op->call].nargs; j++)
            fprintf(out, " %llx", (unsigned long long)op->a[j]);
        fprintf(out, "\n");
    }
}

static int load_op(char *line, struct fuzz_op *op)
{
    char *save, *word = strtok_r(line, " \n", &save);

    memset(op, 0, sizeof(*op));
    for (op->call = 0; op->call < fuzz_ncalls; op->call++) {
        if (!strcmp(word, fuzz_calls[op->call].name))
            break;
    }
    if (op->call == fuzz_ncalls)
        return -EINVAL;
    for (unsigned i = 0; i < fuzz_calls[op->call].nargs; i++) {
        unsigned long long v;

        word = strtok_r(NULL, " \n", &save);
        if (!word || sscanf(word, "%llx", &v) != 1)
            return -EINVAL;
        op->a[i] = v;
    }
    return 0;
}

int fuzz_load(FILE *in, struct fuzz_seq *seq)
{
    char line[256];
    unsigned long long memlock;
    unsigned as = 0, data = 0;
    int cap, shm = 0;

    memset(seq, 0, sizeof(*seq));
    while (fgets(line, sizeof(line), in)) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        if (sscanf(line, "world %d %llu %d %u %u", &cap, &memlock, &shm, &as, &data) >= 2) {
            seq->world = (struct fuzz_world){
                .cap_ipc_lock = cap, .shm = shm, .memlock = memlock, .as_room = as, .data_room = data};
            continue;
        }
        if (seq->n == MAX_OPS || load_op(line, &seq->op[seq->n]))
            return -EINVAL;
        seq->n++;
    }
    return seq->n ? 0 : -EINVAL;
}
