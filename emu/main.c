/*
 * main.c - mseal-emu: a subcommand, or a machine that runs a program, whose status becomes ours.
 */
#include "cmd/cmd.h"
#include "machine.h"
#include "options.h"

#include <mseal-emu/emu.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef SANITIZED
/*
 * What the sanitizers' library asks for, before ASAN_OPTIONS, which tests without an environment do not have: Unicorn
 * keeps what it allocates until the engine closes, and a guest's death by a signal closes nothing.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

/* Status, unless what was printed did not arrive. */
static int printed(int status)
{
    if (!(ferror(stdout) | fflush(stdout)) || status)
        return status;
    fputs("mseal-emu: standard output could not be written whole\n", stderr);
    return EXIT_FAILED;
}

/* Ends this process as the guest ended: exits with its status, or dies of its signal. */
_Noreturn static void die_like(int status)
{
    fflush(NULL);
    if (WIFSIGNALED(status)) {
        struct rlimit none = {0, 0};
        sigset_t set;
        int signo = WTERMSIG(status);

        setrlimit(RLIMIT_CORE, &none); /* a core file of the emulator helps nobody */
        signal(signo, SIG_DFL);
        sigemptyset(&set);
        sigaddset(&set, signo);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        raise(signo);
        _exit(128 + signo);
    }
    exit(WEXITSTATUS(status)); /* not _exit(): a leak checker looks now */
}

int main(int argc, char **argv)
{
    extern char **environ;
    const struct cmd *cmd = argc > 1 ? cmd_find(argv[1]) : NULL;
    struct mseal_emu *emu;
    int err, status;

    if (cmd)
        return printed(cmd->run(argc - 1, argv + 1));
    err = mseal_emu_create(&emu, argv, environ, NULL);
    if (err || !emu)
        return printed(err);
    status = mseal_emu_run(emu);
    mseal_emu_destroy(emu);
    if (status == MACHINE_FAILED)
        return EXIT_FAILED;
    die_like(status);
}
