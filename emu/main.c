/*
 * main.c - mseal-emu: a subcommand, or a machine that runs a program, whose status becomes ours.
 */
#include "cmd/cmd.h"
#include "machine.h"
#include "options.h"

#include <mseal-emu/emu.h>

int main(int argc, char **argv)
{
    extern char **environ;
    const struct cmd *cmd = argc > 1 ? cmd_find(argv[1]) : NULL;
    struct mseal_emu *emu;
    int err, status;

    if (cmd)
        return cmd->run(argc - 1, argv + 1);
    err = mseal_emu_create(&emu, argv, environ, NULL);
    if (err || !emu)
        return err;
    status = mseal_emu_run(emu);
    mseal_emu_destroy(emu);
    if (status == MACHINE_FAILED)
        return EXIT_FAILED;
    machine_die_like(status);
}
