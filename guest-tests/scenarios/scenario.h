/*
 * scenario.h - the attack suite's little language.
 *
 * A scenario maps some memory, seals part of it with whatever sealing the kernel has, does what an attacker or a harmless
 * program would, and prints what it observed in one line. It knows no design: what SHOULD come out stands in expectations/.
 *
 * A page picture has one item per page: permission (r R, w RW, e RX, W RWX, x X, n none, . unmapped), contents (x as written at
 * the start, f the file's, N the attacker's, 0 zero, - unreadable, ! SIGSEGV, B SIGBUS), s if sealed; | where one VMA ends.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#define PG 4096ul

enum { NONE = PROT_NONE, R = PROT_READ, RW = PROT_READ | PROT_WRITE, RX = PROT_READ | PROT_EXEC, RWX = 7 };

/* Constants newer than the headers of some supported systems. */
#define ADV_DONTNEED_LOCKED 24
#define ADV_COLD            20
#define ADV_PAGEOUT         21
#define ADV_POPULATE_READ   22
#define ADV_GUARD_INSTALL   102
#define ADV_GUARD_REMOVE    103

struct scenario {
    const char *id;
    const char *what;
    void (*run)(void);
};
/* Each file of scenarios ends with its table; main.c lists the tables. */
extern const struct scenario protect_scenarios[], unmap_scenarios[], overwrite_scenarios[], remap_scenarios[],
    discard_scenarios[], write_scenarios[], life_scenarios[], merge_scenarios[], rare_scenarios[],
    argument_scenarios[];

/* Print, with a blank in between where needed. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* " [picture]" of the pages. */
void show(const void *p, size_t pages);
/* "ok" or the name of errno, for a call that returned r. */
const char *result(long r);
const char *error_name(int err);
/* The scenario needs something this system lacks: says so and ends. */
void skip(const char *why) __attribute__((noreturn));
/* The set-up itself failed: ends with status 99. */
void broken(const char *what) __attribute__((noreturn));

/* Seal with what there is: the emulator's generic call, else mseal(2). Remembers nothing; errors are ignored unless looked at. */
long seal(void *p, size_t len);
/* With designs whose seals are separate, only that one; others know just one seal. */
enum keep { KEEP_ALL, KEEP_MAPPED, KEEP_PROTECTION };
long seal_only(void *p, size_t len, enum keep what);
void seal_pages(void *p, size_t pages);

/* `pages` private anonymous pages filled with 'x', protection prot, between guards that merge with nothing. */
char *area(size_t pages, int prot);
/* The same, with pages marked S in the pattern sealed one by one in address order and '.' unmapped: "UUSU". */
char *area_like(const char *pattern, int prot);
/* A mapping of a fresh file of 'f's. share: MAP_PRIVATE or MAP_SHARED. The descriptor is kept in *fd (may be NULL). */
char *file_area(size_t pages, int prot, int share, int *fd);
/* As area(), but MAP_SHARED|MAP_ANONYMOUS. */
char *shared_area(size_t pages, int prot);
/* Room for a mapping of its own, PROT_NONE. */
char *room(size_t pages, int prot);
int file_of_f(size_t pages);
/* The pages of [vdso] and where it begins; 0: there is none. */
size_t vdso_pages(char **start);
void *map_at(void *p, size_t pages, int prot, int flags, int fd);
void fill(void *p, size_t pages, char c);

long do_mremap(void *p, size_t old_pages, size_t new_pages, int flags, void *to);
long do_madvise(void *p, size_t pages, int advice);
/* Runs fn in a child and waits; the child's output comes first. Returns its wait status. */
int in_child(void (*fn)(void *), void *arg);

#endif
