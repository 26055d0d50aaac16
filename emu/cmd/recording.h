/* recording.h - reading what --record wrote (syscalls/trace/record.c). */
#ifndef EMU_CMD_RECORDING_H
#define EMU_CMD_RECORDING_H

#include "syscalls/trace/event.h"
#include "syscalls/trace/record.h"

/* What /proc/PID/maps shows of an area, and who made it. */
struct area {
    uint64_t start, end, pgoff, flags /* VM_* */, seal;
    uint64_t birth, sealed_at; /* event numbers, as in struct vma */
    const char *name;          /* file or [name], "" for none; lives as long as the recording */
};

struct recorded_string {
    char *s;
    uint64_t value[RECORD_VALUES]; /* of the last call of this name */
};

struct recording {
    uint8_t *data;
    size_t size, at;
    const char *broken; /* what is wrong with it, NULL: nothing so far */
    bool ended;
    struct recorded_string *string;
    size_t nr_strings, string_room;
    const char *design, *program;
    /* the record last read */
    int tag;
    uint64_t nr, addr;
    int tid;
    int call_tid;      /* whose calls are read */
    uint64_t areas_mm; /* whose areas */
    const char *name;  /* CALL: its name; WHO: who */
    uint64_t arg[6];
    unsigned nargs;
    int64_t ret;
    uint64_t mm, start, end;
    struct area *area; /* AREAS */
    size_t nr_areas, area_room;
    struct piece text; /* WHY, NOTE; STATE: the line; CODE: the function */
    /* CODE */
    uint64_t code_rip;
    const uint8_t *code; /* RECORD_CODE_SIZE bytes */
    uint32_t code_valid; /* which groups of 8 of them could be read */
    /* STATE; mm too */
    unsigned kind;             /* enum event_kind */
    uint64_t about, about_len; /* the range it is about */
    uint64_t printed, reg[RECORD_REGS], code_id;
};
/* False: not a recording, or unreadable; one line on stderr. */
bool recording_open(struct recording *r, FILE *in, const char *name, const char *who);
void recording_close(struct recording *r);
/* The next record (never a TASK, MM or END). False: the end, or broken. */
bool recording_next(struct recording *r);
/* An area's name: its place among the strings, from 1; 0: it has none. */
size_t recording_string_number(const char *name);
/* The call last read: "mprotect(0x7ffff7fc7000, 8192, 1) = -1 EPERM" */
size_t recording_call_text(const struct recording *r, char *buf, size_t size);

#endif
