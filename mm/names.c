/*
 * names.c - the table of anonymous memory's names (names.h): open addressing over an array of strings.
 */
#include "names.h"

#include <stdlib.h>
#include <string.h>

struct mm_names {
    unsigned refs;
    uint32_t count;    /* strings; indices are 1..count */
    uint32_t capacity; /* of text, a power of two; slots has twice as many */
    char **text;
    uint32_t *slots; /* index of a string by its hash, 0: free */
};

static uint32_t name_hash(const char *s)
{
    uint32_t h = 2166136261u; /* FNV-1a */

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

/* The slot that holds name, or the free one where it belongs. */
static uint32_t *find_slot(const struct mm_names *names, const char *name)
{
    uint32_t mask = names->capacity * 2 - 1;
    uint32_t i = name_hash(name) & mask;

    while (names->slots[i] && strcmp(names->text[names->slots[i] - 1], name) != 0)
        i = (i + 1) & mask;
    return &names->slots[i];
}

static int grow(struct mm_names *names)
{
    uint32_t capacity = names->capacity ? names->capacity * 2 : 16;
    char **text = realloc(names->text, capacity * sizeof(*text));
    uint32_t *slots;

    if (!text)
        return -1;
    names->text = text;
    slots = calloc(capacity * 2, sizeof(*slots));
    if (!slots)
        return -1;
    free(names->slots);
    names->slots = slots;
    names->capacity = capacity;
    for (uint32_t i = 0; i < names->count; i++)
        *find_slot(names, text[i]) = i + 1;
    return 0;
}

struct mm_names *mm_names_get(struct mm_names *names)
{
    if (names)
        names->refs++;
    return names;
}

void mm_names_put(struct mm_names *names)
{
    if (!names || --names->refs)
        return;
    for (uint32_t i = 0; i < names->count; i++)
        free(names->text[i]);
    free(names->text);
    free(names->slots);
    free(names);
}

uint32_t mm_names_intern(struct mm_names **namesp, const char *name)
{
    struct mm_names *names = *namesp;
    uint32_t *slot;

    if (!names) {
        names = calloc(1, sizeof(*names));
        if (!names)
            return 0;
        names->refs = 1;
        *namesp = names;
    }
    if (names->count == names->capacity && (names->count >= MM_NAMES_MAX || grow(names) < 0)) {
        slot = names->capacity ? find_slot(names, name) : NULL; /* full, but it may be an old one */
        return slot ? *slot : 0;
    }
    slot = find_slot(names, name);
    if (!*slot) {
        char *copy = strdup(name);

        if (!copy)
            return 0;
        names->text[names->count++] = copy;
        *slot = names->count;
    }
    return *slot;
}

const char *mm_names_text(const struct mm_names *names, uint32_t index)
{
    return names && index && index <= names->count ? names->text[index - 1] : NULL;
}
