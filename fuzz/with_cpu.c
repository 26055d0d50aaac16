/*
 * with_cpu.c - the whole emulator in the model's place: system calls, signals, CPU.
 *
 *     mseal-emu fuzz --with-cpu                        host's side, native.c
 *           |  \____ sequences ____ mseal-emu mseal-fuzz-static --answer
 *           |_______ answers ______/          the same native.c, as a guest
 *
 * The static program is the fuzzer itself; as a guest it only takes sequences from standard input and writes
 * what its kernel answers, which is the emulator.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct fuzz_cpu {
    pid_t pid;
    int to, from;
    bool lost;
    struct fuzz_answer answer[MAX_OPS];
};

static bool read_all(int fd, void *buf, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = read(fd, (char *)buf + done, len - done);

        if (n <= 0 && !(n < 0 && errno == EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool write_all(int fd, const void *buf, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, (const char *)buf + done, len - done);

        if (n <= 0 && !(n < 0 && errno == EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Exit status of a child that ends by itself. */
static int ended(pid_t pid)
{
    int status;

    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

/* ---- the guest's end ---- */

int fuzz_answer(void)
{
    static struct fuzz_seq seq;
    struct native *n = native_create();
    bool well = n != NULL;

    while (well && read_all(0, &seq, offsetof(struct fuzz_seq, op)) && seq.n <= MAX_OPS &&
           read_all(0, seq.op, seq.n * sizeof(seq.op[0]))) {
        unsigned done;
        const struct fuzz_answer *a = native_run(n, &seq, &done);

        well = write_all(1, &done, sizeof(done));
        for (unsigned i = 0; i < done && well; i++) {
            uint32_t len = (uint32_t)strlen(a[i].picture);

            well = write_all(1, &a[i].ret, sizeof(a[i].ret)) && write_all(1, &len, sizeof(len)) &&
                   write_all(1, a[i].picture, len);
        }
    }
    native_destroy(n);
    return well ? 0 : 125;
}

/* ---- the fuzzer's end ---- */

/* The file beside the program that runs, or where `make install` puts it. */
static bool find(const char *name, char *path, size_t size)
{
    static const char *const places[] = {"", "../lib/mseal-emu/", "../bin/"};
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n < 0)
        return false;
    self[n] = 0;
    *(strrchr(self, '/') + 1) = 0;
    for (int i = 0; i < 3; i++) {
        if ((size_t)snprintf(path, size, "%s%s%s", self, places[i], name) < size && !access(path, X_OK))
            return true;
    }
    fprintf(stderr, "mseal-emu fuzz: --with-cpu needs %s beside the program\n", name);
    return false;
}

struct fuzz_cpu *fuzz_cpu_create(const char *design, bool pkeys)
{
    static char emulator[8192], program[8192];
    const char *argv[8] = {emulator, "--design", design};
    struct fuzz_cpu *c = calloc(1, sizeof(*c));
    int there[2], back[2];
    unsigned n = 3;

    if (!c || !find("mseal-emu", emulator, sizeof(emulator)) ||
        !find("mseal-fuzz-static", program, sizeof(program)))
        goto fail;
    if (!pkeys)
        argv[n++] = "--no-pkeys";
    argv[n++] = program;
    argv[n++] = "--answer";
    if (pipe2(there, O_CLOEXEC) || pipe2(back, O_CLOEXEC)) {
        perror("mseal-emu fuzz");
        goto fail;
    }
    c->pid = fork();
    if (c->pid == 0) {
        dup2(there[0], 0);
        dup2(back[1], 1);
        execv(emulator, (char *const *)argv);
        _exit(127);
    }
    close(there[0]);
    close(back[1]);
    c->to = there[1];
    c->from = back[0];
    return c;
fail:
    free(c);
    return NULL;
}

void fuzz_cpu_destroy(struct fuzz_cpu *c)
{
    if (!c)
        return;
    close(c->to);
    close(c->from);
    ended(c->pid);
    free(c);
}

bool fuzz_cpu_lost(const struct fuzz_cpu *c)
{
    return c->lost;
}

const struct fuzz_answer *fuzz_cpu_run(struct fuzz_cpu *c, const struct fuzz_seq *seq)
{
    unsigned done = 0;

    c->lost = c->lost ||
              !write_all(c->to, seq, offsetof(struct fuzz_seq, op) + seq->n * sizeof(seq->op[0])) ||
              !read_all(c->from, &done, sizeof(done));
    for (unsigned i = 0; i < done && !c->lost; i++) {
        struct fuzz_answer *a = &c->answer[i];
        uint32_t len = 0;

        c->lost = !read_all(c->from, &a->ret, sizeof(a->ret)) || !read_all(c->from, &len, sizeof(len)) ||
                  len >= sizeof(a->picture) || !read_all(c->from, a->picture, len);
        if (!c->lost)
            a->picture[len] = 0;
    }
    if (c->lost) {
        fprintf(stderr, "mseal-emu fuzz: the emulator has ended\n");
        return NULL;
    }
    for (unsigned i = done; i < seq->n; i++) {
        c->answer[i].ret = 0;
        snprintf(c->answer[i].picture, sizeof(c->answer[i].picture), "(the guest died in this call)\n");
    }
    return c->answer;
}
