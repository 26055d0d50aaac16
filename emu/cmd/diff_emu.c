/* diff_emu.c - the emulated side of a comparison: this very program in a child, whose records are read from a
 * pipe. */
#include "diff.h"
#include "self.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_TEXT (256u << 20)

void diff_step_clear(struct diff_step *s)
{
    free(s->text);
    memset(s, 0, sizeof(*s));
}

static _Noreturn void become_emulator(const struct diff_run *run, const struct diff_emu *e,
                                      uint64_t mmap_phase, int records)
{
    char fd[16], path[32], phase[32];
    size_t n = 0, argc = 0;
    const char **args;
    int in;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", run->stdin_fd);
    in = open(path, O_RDONLY | O_CLOEXEC);
    while (run->argv[argc])
        argc++;
    args = calloc(argc + 16, sizeof(*args));
    if (in < 0 || !args || dup2(in, 0) < 0 || dup2(e->out, 1) < 0 || dup2(e->err, 2) < 0)
        _exit(125);
    fcntl(records, F_SETFD, 0);
    snprintf(fd, sizeof(fd), "%d", records);
    args[n++] = self_path();
    args[n++] = "--design";
    args[n++] = run->design;
    args[n++] = "--seed";
    args[n++] = run->same_layout ? "0" : "1";
    args[n++] = "--lockstep";
    args[n++] = fd;
    snprintf(phase, sizeof(phase), "%lu", mmap_phase);
    args[n++] = "--mmap-phase";
    args[n++] = phase;
    if (run->vsyscall)
        args[n++] = "--vsyscall";
    if (run->no_pkeys)
        args[n++] = "--no-pkeys";
    if (run->no_anon_names)
        args[n++] = "--no-anon-names";
    if (run->no_memory_failure)
        args[n++] = "--no-memory-failure";
    args[n++] = "--";
    memcpy(args + n, run->argv, argc * sizeof(*args));
    diff_default_signals();
    execv(args[0], (char **)args);
    _exit(125);
}

int emu_start(struct diff_emu *e, const struct diff_run *run, uint64_t mmap_phase)
{
    int records[2], err = 0;

    e->out = memfd_create("stdout", MFD_CLOEXEC);
    e->err = memfd_create("stderr", MFD_CLOEXEC);
    if (e->out < 0 || e->err < 0 || pipe2(records, O_CLOEXEC))
        return -errno;
    e->pid = fork();
    if (!e->pid)
        become_emulator(run, e, mmap_phase, records[1]);
    if (e->pid < 0)
        err = -errno;
    close(records[1]);
    e->in = fdopen(records[0], "r");
    return e->in ? err : -ENOMEM;
}

int emu_next(struct diff_emu *e, struct diff_step *s)
{
    diff_step_clear(s);
    if (fread(&s->rec, sizeof(s->rec), 1, e->in) != 1)
        return -EPIPE;
    if (s->rec.text_len > MAX_TEXT)
        return -EINVAL;
    s->text = malloc((size_t)s->rec.text_len + 1);
    if (!s->text)
        return -ENOMEM;
    s->text[s->rec.text_len] = '\0';
    return fread(s->text, 1, s->rec.text_len, e->in) == s->rec.text_len ? 0 : -EPIPE;
}

void emu_end(struct diff_emu *e)
{
    if (e->pid > 0) {
        kill(e->pid, SIGKILL);
        waitpid(e->pid, NULL, 0);
    }
    if (e->in)
        fclose(e->in);
    if (e->out > 0)
        close(e->out);
    if (e->err > 0)
        close(e->err);
}
