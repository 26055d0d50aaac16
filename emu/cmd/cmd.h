/*
 * cmd.h - the subcommands: mseal-emu NAME ARG... A program of the same name is run by `mseal-emu -- NAME`.
 */
#ifndef EMU_CMD_CMD_H
#define EMU_CMD_CMD_H

#include <stdbool.h>

struct cmd {
    const char *name;
    const char *what;                  /* one line for --help */
    int (*run)(int argc, char **argv); /* argv[0] is the name; returns the exit status */
};
/* NULL: no such subcommand. */
const struct cmd *cmd_find(const char *name);
const struct cmd *cmd_at(unsigned i); /* in the order of --help; NULL past the end */

/* What a subcommand says of itself: on standard output if that was asked for, else on standard error, after a mistake. The exit
 * status. */
int cmd_usage(const char *text, bool asked);

int cmd_compare(int argc, char **argv);
int cmd_designs(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_history(int argc, char **argv);
int cmd_tui(int argc, char **argv);
int cmd_view(int argc, char **argv);
int cmd_matrix(int argc, char **argv);

#endif
