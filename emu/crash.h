/* crash.h - what there is to tell about a program that died, for the two ways of telling it. */
#ifndef EMU_CRASH_H
#define EMU_CRASH_H

#include "machine.h"
#include "syscalls/trace/text.h"

#include <capstone/capstone.h>

#define CRASH_BEFORE 4 /* instructions shown before the one that faulted */
#define CRASH_AFTER  5 /* with it */
#define CRASH_FRAMES 32
#define CRASH_MAPS   64 /* areas shown */
#define CRASH_REGS   20

struct crash {
    struct task *t;
    const struct ksiginfo *info;
    const char *reason; /* NULL: none known */
    char refusal[320];  /* the reason, where it is a seccomp filter's */
    bool fault;
    struct cpu_regs regs;
    bool has_address; /* of an access that failed */
    uint64_t address;
    const char *access; /* "writing" */
    struct crash_insn {
        uint64_t addr;
        char text[200];
    } insn[CRASH_BEFORE + CRASH_AFTER];
    unsigned nr_insns, marked;
    uint64_t frame[CRASH_FRAMES];
    unsigned nr_frames;
    struct text history; /* of the page, a line each; empty: not kept */
};
extern const char *const crash_reg_names[CRASH_REGS];
uint64_t crash_reg(const struct crash *c, size_t i);
/* Who frame i is in: "main+0x2f (demo.c:12)", "<signal handler called>"; 0: not known. */
size_t crash_frame_name(const struct crash *c, unsigned i, char *buf, size_t size);
void crash_insn(struct crash_insn *to, const cs_insn *from);
void crash_print_json(FILE *out, const struct crash *c);

#endif
