/* ebpf_commands.h - what the commands of bpf(2) are asked, for its printer. */
#ifndef SYSCALLS_TRACE_EBPF_COMMANDS_H
#define SYSCALLS_TRACE_EBPF_COMMANDS_H

#include "fields.h"

struct ebpf_command {
    const struct field *fields; /* told as the call begins */
    unsigned size;              /* bytes that all its fields take */
    const char *inside;         /* what the structure around them is called; NULL: none */
    unsigned changed;           /* where the number is that the kernel writes over; 0: none is told */
    const struct field *told;   /* fields told when the call is over */
    bool told_there;            /* that number is one of them */
    bool link;                  /* more fields follow: ebpf_link() */
};
const struct ebpf_command *ebpf_command(unsigned nr); /* NULL: there is none */

#define EBPF_LINK_SIZE 16 /* bytes of a link's structure before what the kind of attachment decides */
struct ebpf_part {
    const struct field *fields;
    unsigned size;      /* bytes to their end, from the structure's beginning */
    const char *inside; /* as above */
};
const struct ebpf_part *ebpf_link(uint32_t attach_type);

#endif
