/* print_socket.h - what the printers of sockets share: addresses, and control messages. */
#ifndef SYSCALLS_TRACE_PRINT_SOCKET_H
#define SYSCALLS_TRACE_PRINT_SOCKET_H

#include <netinet/in.h>

#include "strace.h"

/* The address of a socket at addr, len bytes; its pointer if that is too short or not there. */
void print_name(struct call *c, uint64_t addr, int len);
void print_in_addr(struct call *c, const struct in_addr *addr);
void print_in6_addr(struct call *c, const struct in6_addr *addr, const char *field);
void print_interface(struct call *c, unsigned index);
/* print_control.c: `given` bytes of control messages at addr. */
void print_control(struct call *c, uint64_t addr, uint64_t given);

#endif
