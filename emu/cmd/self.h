/* self.h - running this very program again: commands that compare runs do it in processes of their own. */
#ifndef EMU_CMD_SELF_H
#define EMU_CMD_SELF_H

/* Path of the running program, found once; NULL: /proc is missing (one line on stderr). */
const char *self_path(void);
/*
 * Where the build or the installation keeps a file: the first of `candidates` (relative to the program's folder, NULL-terminated)
 * that can be read. Allocated; NULL: none.
 */
char *self_beside(const char *const *candidates);

#endif
