/*
 * code_buffer.c - the first time the engine's buffer of translated code gets full, with Unicorn 2.1.1.
 *
 * Translations lie one behind the other from the buffer's beginning on. When it is full they are all forgotten and it
 * is filled anew; but 2.1.1 does not know that the first round is one, and then starts over without forgetting: what is in
 * use is overwritten. One flush, at any time, makes it count right. At the start it would cost 64 MiB of zeroes in
 * programs that need none of it, so when pages are executed we look whether something was written near the end.
 *
 *      | translations ...... -->            : mark             : mark      | end
 *                                           something here: flush
 */
#include "cpu_priv.h"

#include <stdio.h>

#define COUNTS_RIGHT 0x02010200u /* uc_version(): 2.1.2 */
#define FEW_PAGES    100u        /* of code can not get near the marks: looking for the buffer takes time */
#define MARK_WORDS   16u

void code_buffer_init(struct cpu *cpu)
{
    cpu->buffer_wait = uc_version(NULL, NULL) < COUNTS_RIGHT ? FEW_PAGES : 0;
}

void code_buffer_flushed(struct cpu *cpu)
{
    cpu->buffer_wait = 0;
    cpu->buffer_mark[0] = NULL;
}

/* The engine's mapping: of its size but for a guard page, writable and executable. False: none, or several engines'. */
static bool find_buffer(struct cpu *cpu)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    unsigned long from, to, start = 0;
    unsigned found = 0;
    char line[512], perms[5];

    while (maps && fgets(line, sizeof(line), maps))
        if (sscanf(line, "%lx-%lx %4s", &from, &to, perms) == 3 && perms[0] == 'r' && perms[1] == 'w' &&
            perms[2] == 'x' && to - from <= TCG_BUFFER && to - from >= TCG_BUFFER - TCG_BUFFER / 64) {
            start = from;
            found++;
        }
    if (maps)
        fclose(maps);
    if (found != 1)
        return false;
    cpu->buffer_mark[0] = (const uint64_t *)(uintptr_t)(start + TCG_BUFFER / 4 * 3);
    cpu->buffer_mark[1] = (const uint64_t *)(uintptr_t)(start + TCG_BUFFER / 8 * 7);
    return true;
}

static bool written(const uint64_t *mark)
{
    uint64_t any = 0;

    for (unsigned i = 0; i < MARK_WORDS; i++)
        any |= mark[i];
    return any != 0;
}

bool code_buffer_fills(struct cpu *cpu)
{
    if (cpu->buffer_wait)
        return --cpu->buffer_wait == 0 && !find_buffer(cpu);
    return cpu->buffer_mark[0] && (written(cpu->buffer_mark[0]) || written(cpu->buffer_mark[1]));
}
