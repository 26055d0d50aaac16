/*
 * jit.c - a just-in-time compiler in small: code is written into a page, which is then made executable, again
 * and again (W^X). Then it tries to change the parts of its own image in ways that leave an unsealed program
 * whole.
 */
#include <errno.h>
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#define PG 4096ul

static char data_page[2 * PG] = "initialised";
static const char constant[] = "constant";

static char *page_of(const void *p)
{
    return (char *)((uintptr_t)p & ~(PG - 1));
}

static int (*compile(char *page, int value))(void)
{
    const unsigned char code[] = {0xb8, (unsigned char)value, 0, 0, 0, 0xc3}; /* mov $value, %eax; ret */

    if (mprotect(page, PG, PROT_READ | PROT_WRITE))
        return NULL;
    memcpy(page, code, sizeof(code));
    return mprotect(page, PG, PROT_READ | PROT_EXEC) ? NULL : (int (*)(void))page;
}

/* The same protection or more, then back: "ok" or why not. */
static void try(const char *what, const void *p, int more, int back)
{
    int r = mprotect(page_of(p), PG, more);

    printf("%s: %s\n", what, r ? errno == EPERM || errno == EACCES ? "refused" : strerror(errno) : "ok");
    if (!r)
        mprotect(page_of(p), PG, back);
}

static const void *relro(void)
{
    const Elf64_Phdr *ph = (const Elf64_Phdr *)getauxval(AT_PHDR);
    unsigned long n = getauxval(AT_PHNUM);
    uintptr_t bias = 0;
    const void *at = NULL;

    for (unsigned long i = 0; i < n; i++)
        if (ph[i].p_type == PT_LOAD && !ph[i].p_offset)
            bias = (uintptr_t)page_of(ph) - (ph[i].p_vaddr & ~(PG - 1));
    for (unsigned long i = 0; i < n; i++)
        if (ph[i].p_type == PT_GNU_RELRO)
            at = (const void *)(bias + ph[i].p_vaddr);
    return at;
}

int main(void)
{
    char *page = mmap(NULL, PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char on_stack = 0;

    for (int i = 1; i <= 3; i++) {
        int (*f)(void) = compile(page, i);

        printf("jit: %d\n", f ? f() : -1);
    }
    try("code", (const void *)main, PROT_READ | PROT_WRITE | PROT_EXEC, PROT_READ | PROT_EXEC);
    try("constants", constant, PROT_READ | PROT_WRITE, PROT_READ);
    try("relro", relro(), PROT_READ | PROT_WRITE, PROT_READ);
    try("data", data_page + PG, PROT_READ, PROT_READ | PROT_WRITE);
    try("stack", &on_stack, PROT_READ | PROT_WRITE | PROT_EXEC, PROT_READ | PROT_WRITE);
    return 0;
}
