/*
 * bpf.h - classic BPF: programs of struct sock_filter that return 32 bits (net/core/filter.c, kernel/seccomp.c of 6.18;
 * Documentation/userspace-api/seccomp_filter.rst). Those of seccomp(2), which look at struct seccomp_data, can be run.
 */
#ifndef SYSCALLS_PROC_BPF_H
#define SYSCALLS_PROC_BPF_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

/* What a program looks at: struct seccomp_data, in aligned words; or a packet, which has bytes, headers and facts about it, too. */
enum bpf_subject { BPF_OF_CALLS, BPF_OF_PACKETS };

/*
 * May n instructions (1 to BPF_MAXINSNS) be run: no other than its subject has, loads within that, jumps that go forward and
 * stay inside, no division by the constant 0, no cell of scratch memory read before it was written, a return at the end? 0,
 * -EINVAL or -ENOMEM.
 */
int bpf_check(const struct sock_filter *insn, unsigned n, enum bpf_subject subject);

/* How many instructions Linux makes of them for its own machine: its limits count those. */
unsigned bpf_translated_len(const struct sock_filter *insn, unsigned n);

/* Run a program that was checked. load: the 32-bit word at `off` of the data. *last gets the index of the return. */
uint32_t bpf_run(const struct sock_filter *insn, uint32_t (*load)(void *data, uint32_t off), void *data,
                 unsigned *last);

#endif
