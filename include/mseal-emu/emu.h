/*
 * emu.h - run a program: the whole emulator as a library (libmseal-emu).
 */
#ifndef MSEAL_EMU_EMU_H
#define MSEAL_EMU_EMU_H

#include <mseal-emu/design.h>

#define MSEAL_EMU_VERSION "0.1.0"

#endif
