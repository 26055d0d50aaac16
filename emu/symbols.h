/*
 * symbols.h - names for code addresses of the guest, and backtraces, out of the symbols and call frame
 * information of its files, through libdw, which is loaded when it is first needed.
 */
#ifndef EMU_SYMBOLS_H
#define EMU_SYMBOLS_H

#include "machine.h"

/* machine_ops.backtrace: by call frame information, by frame pointers where there is none. */
unsigned symbols_backtrace(struct task *t, uint64_t *pc, unsigned max);
/* machine_ops.symbol: "main+0x2f (demo.c:12)", "malloc+0x10 (libc.so.6)", "libfoo.so+0x1234"; 0: nothing
 * known. */
size_t symbols_name(struct task *t, uint64_t pc, char *buf, size_t size);
/* What is known of a code address. */
struct symbol {
    const char *name; /* of the function; NULL: none. Valid until the next question. */
    uint64_t offset;  /* of the address in it */
    const char
        *module; /* base name of its file, "[vdso]"; "": memory of nobody's. Valid as long as `room`. */
    uint64_t at; /* offset of the address in the file */
    char room[256];
};
void symbols_look_up(struct task *t, uint64_t pc, struct symbol *s);
/* Where the function around pc begins; 0: unknown. */
uint64_t symbols_function(struct task *t, uint64_t pc);
/* The address of a function or object by name; 0: no such symbol in what is mapped now. *size: its length,
 * may be 0. */
uint64_t symbols_address(struct task *t, const char *name, uint64_t *size);
/* What was read belongs to a machine that is gone. */
void symbols_forget(void);

#endif
