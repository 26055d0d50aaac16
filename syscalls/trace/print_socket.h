/* print_socket.h - what the printers of sockets share: addresses, and control messages. */
#ifndef SYSCALLS_TRACE_PRINT_SOCKET_H
#define SYSCALLS_TRACE_PRINT_SOCKET_H

#include <netinet/in.h>

#include "strace.h"

/* The address of a socket at addr, len bytes; its pointer if that is too short or not there. Its family, -1: none. */
int print_name(struct call *c, uint64_t addr, int len);
void print_in_addr(struct call *c, const struct in_addr *addr);
void print_in6_addr(struct call *c, const struct in6_addr *addr, const char *field);
/* size bytes that begin with an address of this family; field: the member of a structure it is, NULL: of none. */
void print_inet_addr(struct call *c, int family, const void *addr, size_t size, const char *field);
/* A port in network order; field: what is said before. */
void print_port(struct call *c, const char *field, const uint16_t *port);
void print_interface(struct call *c, unsigned index);
/* print_control.c: `given` bytes of control messages at addr. */
void print_control(struct call *c, uint64_t addr, uint64_t given);
/* netlink.c: messages of netlink; what is sent or received through the first argument, such messages or bytes. */
void print_netlink(struct call *c, uint64_t addr, uint64_t len);
void print_packet(struct call *c, uint64_t addr, uint64_t len);

#endif
