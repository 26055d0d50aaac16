/*
 * diff_native.c - the native side of a comparison: the program on the host kernel, under ptrace(2), stopped
 * at the end of each system call and at each signal. Only its first process is followed; children run free.
 */
#include "diff.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "diff_cpuid.h"
#include "diff_vdso.h"
#include "syscalls/handlers.h"
#include "syscalls/table.h"

/* ---- stops ---- */

/* Let it run to its next stop. The wait status, or -errno. */
static int resume(struct diff_native *n)
{
    int status;

    if (ptrace(PTRACE_SYSCALL, n->pid, NULL, (void *)(long)n->deliver))
        return -errno;
    n->deliver = 0;
    while (waitpid(n->pid, &status, __WALL) < 0)
        if (errno != EINTR)
            return -errno;
    return status;
}

/* Its maps without what the kernel adds by itself. */
static char *read_maps(struct diff_native *n)
{
    char path[64], *text = NULL, *line = NULL;
    size_t len = 0, room = 0;
    FILE *in, *out;

    snprintf(path, sizeof(path), "/proc/%d/maps", n->pid);
    in = fopen(path, "re");
    out = open_memstream(&text, &len);
    while (in && out && getline(&line, &room, in) > 0)
        if (!strstr(line, "[vdso]") && !strstr(line, "[vvar") && !strstr(line, "[vsyscall]"))
            fputs(line, out);
    if (in)
        fclose(in);
    if (out)
        fclose(out);
    free(line);
    return text;
}

static int with_maps(struct diff_native *n, struct diff_step *s)
{
    s->text = read_maps(n);
    s->rec.text_len = s->text ? (uint32_t)strlen(s->text) : 0;
    return s->text ? 0 : -ENOMEM;
}

static int poke_reg(struct diff_native *n, size_t reg, uint64_t value)
{
    return ptrace(PTRACE_POKEUSER, n->pid, (void *)reg, (void *)value) ? -errno : 0;
}

static bool may_find_none(const struct diff_native *n)
{
    return n->call.nr == SYS_wait4 && n->call.args[2] & WNOHANG;
}

/* Children run as fast as they do: a wait4 that would come back without one waits for what the emulator's found, or does not look. */
static int wait_begins(struct diff_native *n)
{
    if (!may_find_none(n) || n->wait == WAIT_ASKS)
        return 0;
    return n->wait == WAIT_FINDS
               ? poke_reg(n, offsetof(struct user_regs_struct, rdx), n->call.args[2] & ~(uint64_t)WNOHANG)
               : poke_reg(n, offsetof(struct user_regs_struct, orig_rax), UINT64_MAX);
}

/* Its result, and registers as if nothing had been changed. */
static int64_t wait_over(struct diff_native *n, int64_t ret)
{
    if (!may_find_none(n) || n->wait == WAIT_ASKS)
        return ret;
    poke_reg(n, offsetof(struct user_regs_struct, rdx), n->call.args[2]);
    if (n->wait == WAIT_FINDS)
        return ret;
    native_set_result(n, 0);
    return 0;
}

static int call_over(struct diff_native *n, struct diff_step *s, int64_t ret)
{
    n->in_call = false;
    ret = wait_over(n, ret);
    s->rec = n->call;
    s->rec.kind = LOCKSTEP_CALL;
    s->rec.ret = ret;
    if (ret >= 0 && (n->call.nr == SYS_execve || n->call.nr == SYS_execveat)) {
        vdso_remove(n->pid);
        cpuid_plant(n->pid);
    }
    return lockstep_is_memory(s->rec.nr) ? with_maps(n, s) : 0;
}

static int signal_stop(struct diff_native *n, struct diff_step *s, int signo)
{
    siginfo_t info;

    if (ptrace(PTRACE_GETSIGINFO, n->pid, NULL, &info))
        return -errno;
    s->rec = (struct lockstep_record){
        .kind = LOCKSTEP_SIGNAL, .signo = signo, .code = info.si_code, .addr = (uintptr_t)info.si_addr};
    n->deliver = signo;
    return 0;
}

/*
 * A call that the emulator's kernel is built without (landlock, keys) is one that this one is built without
 * too: it gets a number that no kernel has. Sealing is not treated so: what a design has or lacks is what
 * people compare.
 */
static int hide_call(struct diff_native *n, unsigned nr)
{
    const struct sys_row *row = sys_row(nr);

    if (!row || (row->call && row->call != sys_ni) || !strcmp(row->name, "mseal"))
        return 0;
    return poke_reg(n, offsetof(struct user_regs_struct, orig_rax), UINT64_MAX);
}

/* The set of signals in a line of its status. */
static uint64_t signal_set(struct diff_native *n, const char *name)
{
    char path[64], *line = NULL;
    size_t room = 0;
    uint64_t set = 0;
    FILE *in;

    snprintf(path, sizeof(path), "/proc/%d/status", n->pid);
    in = fopen(path, "re");
    while (in && getline(&line, &room, in) > 0)
        if (!strncmp(line, name, strlen(name)))
            set = strtoull(line + strlen(name), NULL, 16);
    if (in)
        fclose(in);
    free(line);
    return set;
}

/* At the beginning of a call: what would have interrupted it, had it not come too soon, comes now. */
static int interrupt_call(struct diff_native *n)
{
    uint64_t sigs = n->swallowed & signal_set(n, "SigCgt:");

    n->interrupt = false;
    return sigs ? native_send(n, __builtin_ctzll(sigs) + 1) : 0;
}

int native_next(struct diff_native *n, struct diff_step *s)
{
    diff_step_clear(s);
    for (;;) {
        struct __ptrace_syscall_info info;
        int status = resume(n);

        if (status < 0)
            return status;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            s->rec = (struct lockstep_record){.kind = LOCKSTEP_EXIT, .ret = status};
            n->running = false;
            return 0;
        }
        if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
            if (status >> 16)
                continue; /* a group stop is not kept: nobody would end it */
            if (WSTOPSIG(status) == SIGTRAP && cpuid_answer(n->pid))
                continue;
            return signal_stop(n, s, WSTOPSIG(status));
        }
        if (ptrace(PTRACE_GET_SYSCALL_INFO, n->pid, sizeof(info), &info) < 0)
            return -errno;
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
            n->in_call = true;
            n->call = (struct lockstep_record){.nr = (uint32_t)info.entry.nr};
            memcpy(n->call.args, info.entry.args, sizeof(n->call.args));
            status = hide_call(n, n->call.nr);
            if (!status)
                status = wait_begins(n);
            if (!status && n->interrupt)
                status = interrupt_call(n);
            if (status)
                return status;
        } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
            return call_over(n, s, info.exit.rval);
        }
    }
}

/* ---- changing it ---- */

void native_write(struct diff_native *n, uint64_t addr, const void *bytes, size_t len)
{
    struct iovec local = {(void *)bytes, len}, remote = {(void *)addr, len};

    process_vm_writev(n->pid, &local, 1, &remote, 1, 0);
}

void native_set_result(struct diff_native *n, int64_t ret)
{
    struct user_regs_struct regs;

    if (ptrace(PTRACE_GETREGS, n->pid, NULL, &regs))
        return;
    regs.rax = (uint64_t)ret;
    ptrace(PTRACE_SETREGS, n->pid, NULL, &regs);
}

/* Is it pending already? Real-time signals would come twice. */
static bool is_pending(struct diff_native *n, int signo)
{
    return (signal_set(n, "SigPnd:") | signal_set(n, "ShdPnd:")) >> (signo - 1) & 1;
}

int native_send(struct diff_native *n, int signo)
{
    if (is_pending(n, signo))
        return 0;
    return syscall(SYS_tgkill, n->pid, n->pid, signo) ? -errno : 0;
}

void native_swallow(struct diff_native *n, int signo)
{
    n->deliver = 0;
    n->swallowed |= UINT64_C(1) << (signo - 1);
}

void native_set_siginfo(struct diff_native *n, const void *info, size_t len)
{
    siginfo_t si;

    if (len != sizeof(si))
        return;
    memcpy(&si, info, sizeof(si));
    ptrace(PTRACE_SETSIGINFO, n->pid, NULL, &si);
}

/* ---- life ---- */

/* The end of the last mapping before the stack: the loader's, or if the program has none, the vDSO's. */
static uint64_t find_mmap_base(struct diff_native *n)
{
    char path[64], *line = NULL;
    uint64_t start, end, base = 0;
    size_t room = 0;
    FILE *in;

    snprintf(path, sizeof(path), "/proc/%d/maps", n->pid);
    in = fopen(path, "re");
    while (in && getline(&line, &room, in) > 0 && !strstr(line, "[stack]"))
        if (sscanf(line, "%lx-%lx", &start, &end) == 2)
            base = end;
    if (in)
        fclose(in);
    free(line);
    return base;
}

/* To the end of the first execve. */
static int run_to_image(struct diff_native *n, struct diff_step *s)
{
    int status, err;

    while (waitpid(n->pid, &status, __WALL) < 0)
        if (errno != EINTR)
            return -errno;
    if (WIFEXITED(status)) {
        n->running = false;
        n->exit_code = WEXITSTATUS(status);
        return -ENOEXEC;
    }
    if (status >> 8 != (SIGTRAP | PTRACE_EVENT_EXEC << 8))
        return -EPROTO;
    n->call.nr = SYS_execve;
    n->mmap_base = find_mmap_base(n);
    err = native_next(n, s);
    s->rec.kind = LOCKSTEP_START;
    return err;
}

/*
 * Under the strings, Linux leaves room for what the emulator doesn't have. With the same layout the whole
 * start of the stack may be the emulator's: some programs take randomness from the addresses of their
 * variables.
 */
void native_copy_stack(struct diff_native *n, const struct lockstep_start *start)
{
    struct user_regs_struct regs;

    if (!start->stack_len || ptrace(PTRACE_GETREGS, n->pid, NULL, &regs))
        return;
    native_write(n, start->rsp, start->stack, start->stack_len);
    regs.rsp = start->rsp;
    ptrace(PTRACE_SETREGS, n->pid, NULL, &regs);
}

int native_start(struct diff_native *n, const struct diff_run *run, struct diff_step *s)
{
    struct diff_become b = {run, -1, -1};
    struct diff_world w = {0};
    char path[PATH_MAX];
    int err;

    n->out = memfd_create("stdout", MFD_CLOEXEC);
    n->err = memfd_create("stderr", MFD_CLOEXEC);
    if (n->out < 0 || n->err < 0)
        return -errno;
    b.out = n->out;
    b.err = n->err;
    err = world_start(&w, native_find_program(run->argv[0], path), native_become, &b);
    if (err)
        return err;
    n->helper = w.helper;
    n->world = w.missing;
    n->pid = world_pid(&w);
    if (n->pid <= 0)
        return -ESRCH;
    if (ptrace(PTRACE_SEIZE, n->pid, NULL,
               (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)))
        return -errno;
    n->running = true;
    world_go(&w);
    return run_to_image(n, s);
}

void native_end(struct diff_native *n)
{
    if (n->running) {
        kill(n->pid, SIGKILL);
        waitpid(n->pid, NULL, __WALL);
    }
    if (n->helper > 0) {
        kill(n->helper, SIGKILL);
        waitpid(n->helper, NULL, 0);
    }
    if (n->out > 0)
        close(n->out);
    if (n->err > 0)
        close(n->err);
}
