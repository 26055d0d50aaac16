/* plugin.h - a sealing design by name, built in or from a shared object. */
#ifndef EMU_PLUGIN_H
#define EMU_PLUGIN_H

#include <mseal-emu/design.h>

/*
 * name: a built-in design, or, with a slash in it, a shared object that exports `mseal_design`. It stays loaded for the life of the
 * process. NULL: not to be had, and one line on stderr has said why.
 */
const struct mseal_design *design_open(const char *name);

#endif
