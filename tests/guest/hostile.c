/* hostile.c - a program that means harm to whatever runs it: pointers of every kind, endless memory, endless recursion. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PG 4096ul

/* Calls that would end the program, block it, or take its memory or files from under it. */
static int spared(long nr)
{
    static const short calls[] = {
        SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_pause, SYS_rt_sigsuspend, SYS_rt_sigtimedwait, SYS_fork, SYS_vfork, SYS_clone,
        SYS_clone3, SYS_execve, SYS_execveat, SYS_munmap, SYS_mmap, SYS_mremap, SYS_mprotect, SYS_pkey_mprotect, SYS_brk,
        SYS_shmat, SYS_shmdt, SYS_madvise, SYS_process_madvise, SYS_remap_file_pages, SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo,
        SYS_rt_tgsigqueueinfo, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_sigaltstack, SYS_arch_prctl, SYS_set_tid_address,
        SYS_close, SYS_close_range, SYS_dup2, SYS_dup3, SYS_read, SYS_pselect6, SYS_select, SYS_poll, SYS_ppoll, SYS_futex,
        SYS_nanosleep, SYS_clock_nanosleep, SYS_wait4, SYS_waitid, SYS_alarm, SYS_setitimer, SYS_timer_settime, SYS_reboot,
        SYS_prlimit64, SYS_setrlimit, SYS_epoll_wait, SYS_epoll_pwait, SYS_flock, SYS_chroot, SYS_ptrace, SYS_rseq, SYS_seccomp,
        SYS_prctl, SYS_modify_ldt, SYS_vhangup, SYS_kexec_load, SYS_userfaultfd, SYS_setsid, SYS_setpgid,
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i] == nr)
            return 1;
    return nr == 462 || nr == 441 || nr == 449; /* mseal, epoll_pwait2, futex_waitv */
}

static int pointers(void)
{
    char *edge = mmap(NULL, 3 * PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(edge + 2 * PG, PG);
    mprotect(edge + PG, PG, PROT_READ);
    const uint64_t bad[] = {
        0, 1, 4095, 0x7ffffffff000, 0x7fffffffffff, 1ull << 47, 1ull << 63, ~0ull, ~0ull - 4095, 0xffffffff81000000,
        (uintptr_t)edge + PG, (uintptr_t)edge + PG - 1, (uintptr_t)edge + 2 * PG - 3, (uintptr_t)edge + 2 * PG,
    };
    size_t n = sizeof bad / sizeof *bad;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    for (long nr = 0; nr < 470; nr++) {
        if (spared(nr))
            continue;
        for (size_t i = 0; i < n; i++) {
            syscall(nr, bad[i], bad[(i + 1) % n], bad[(i + 3) % n], bad[(i + 5) % n], bad[(i + 7) % n], bad[(i + 2) % n]);
            syscall(nr, 1000L, bad[i], bad[i], bad[i], bad[i], bad[i]);
            syscall(nr, 0L, bad[i], ~0ul, bad[i], 16L, 0L);
            syscall(nr, bad[i], 8L, 1L, 1L, 8L, 0L);
        }
    }
    return 0;
}

static int memory(void)
{
    for (;;) {
        char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return 0;
        memset(p, 1, 1 << 20);
    }
}

#pragma GCC diagnostic ignored "-Winfinite-recursion"
static int recursion(volatile int n)
{
    volatile char frame[1000];
    frame[n % 1000] = 1;
    return recursion(n + 1) + frame[0];
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    if (!strcmp(argv[1], "pointers"))
        return pointers();
    if (!strcmp(argv[1], "memory"))
        return memory();
    return recursion(0);
}
