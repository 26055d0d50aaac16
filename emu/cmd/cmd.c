/* cmd.c - the table of subcommands. */
#include "cmd.h"

#include "emu/options.h"
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

static const struct cmd cmds[] = {
    {"compare", "one program under several designs, and where they part", cmd_compare},
    {"designs", "list the sealing designs, or what one of them decides", cmd_designs},
    {"diff", "one program on this machine's kernel and in the emulator, to the first difference", cmd_diff},
    {"fuzz", "random memory calls, on the model and on this machine's kernel", fuzz_main},
    {"history", "what a trace or a recording of a run tells afterwards", cmd_history},
    {"matrix", "scenarios or programs x designs, as a table", cmd_matrix},
    {"tui", "step through a run on a terminal, backwards too", cmd_tui},
    {"view", "a page for a browser of a recording: the address space over time", cmd_view},
};

const struct cmd *cmd_at(unsigned i)
{
    return i < sizeof cmds / sizeof *cmds ? &cmds[i] : NULL;
}

const struct cmd *cmd_find(const char *name)
{
    for (size_t i = 0; i < sizeof cmds / sizeof *cmds; i++)
        if (!strcmp(cmds[i].name, name))
            return &cmds[i];
    return NULL;
}

int cmd_usage(const char *text, bool asked)
{
    fputs(text, asked ? stdout : stderr);
    return asked ? 0 : EXIT_USAGE;
}
