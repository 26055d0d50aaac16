/* cmd.h - the subcommands: mseal-emu NAME ARG... ; main.c looks the name up in one table. */
#ifndef EMU_CMD_CMD_H
#define EMU_CMD_CMD_H

/* Each takes its own argv (argv[0] is the subcommand's name) and returns the exit status. */
int cmd_matrix(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_designs(int argc, char **argv);

#endif
