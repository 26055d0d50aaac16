/* print_bpf.h - what printers of filters' programs share. */
#ifndef SYSCALLS_TRACE_PRINT_BPF_H
#define SYSCALLS_TRACE_PRINT_BPF_H

#include "strace.h"

/* The parts of an instruction's code; extended: of bpf(2)'s machine, else of the classic filter. */
void print_bpf_code(struct call *c, unsigned code, bool extended);
/* A program of the classic filter for a socket: its length and what it is, with -v. p: struct sock_fprog. */
void print_socket_filter(struct call *c, const void *p);
void print_socket_instructions(struct call *c, uint64_t addr, uint16_t n); /* of such a program */

#endif
