/*
 * picture.c - what the arena looks like, in one form for both sides: a line per VMA with its pages relative to the arena,
 * protection, object, offset and the letters of VmFlags.
 *
 *     +00-+04 rw-p memfd0@2 rd wr mr mw me ac
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Letters that say nothing about the model: soft-dirty tracking depends on how the kernel was built. */
static bool letters_count(const char *two)
{
    return strncmp(two, "sd", 2) != 0;
}

static void append_letters(char *out, size_t size, const char *letters)
{
    size_t used = strlen(out);

    while (*letters) {
        while (*letters == ' ')
            letters++;
        if (strlen(letters) < 2 || *letters == '\n')
            break;
        if (letters_count(letters) && used + 4 < size)
            used += (size_t)snprintf(out + used, size - used, " %.2s", letters);
        letters += 2;
    }
    snprintf(out + used, size - used, "\n");
}

/* Objects by the name maps gives them; shared anonymous memory by the order in which it appears. */
struct namer {
    unsigned long ino[64];
    unsigned n;
};

static void object_name(struct namer *nm, const char *path, unsigned long ino, char *out, size_t size)
{
    unsigned i;

    if (!path[0]) {
        snprintf(out, size, "-");
    } else if (!strncmp(path, "/memfd:", 7)) {
        snprintf(out, size, "%.*s", (int)strcspn(path + 7, " "), path + 7);
    } else if (!strncmp(path, "/dev/zero (deleted)", 19) || !strncmp(path, "/SYSV", 5)) {
        for (i = 0; i < nm->n && nm->ino[i] != ino; i++)
            ;
        if (i == nm->n && nm->n < 64)
            nm->ino[nm->n++] = ino;
        snprintf(out, size, "%s%u", path[1] == 'd' ? "shared" : "sysv", i);
    } else {
        snprintf(out, size, "%s", path);
    }
}

static void append_area(struct namer *nm, char *out, size_t size, uint64_t start, uint64_t end, const char *perms,
                        uint64_t pgoff, unsigned long ino, const char *path)
{
    size_t used = strlen(out);
    char name[80];

    object_name(nm, path, ino, name, sizeof(name));
    snprintf(out + used, size - used, "+%02d-+%02d %s %s@%llx", (int)((int64_t)(start - ARENA) >> MM_PAGE_SHIFT),
             (int)((int64_t)(end - ARENA) >> MM_PAGE_SHIFT), perms, name, (unsigned long long)pgoff);
}

static bool in_arena(uint64_t start, uint64_t end)
{
    return end > ARENA && start < ARENA_END;
}

bool picture_from_smaps(const char *text, char *out, size_t size)
{
    struct namer nm = {.n = 0};
    bool in = false;

    out[0] = 0;
    for (const char *line = text; *line;) {
        const char *eol = strchr(line, '\n');
        unsigned long start, end, off, ino;
        char perms[5], path[80] = "";
        int at = 0;

        if (!eol)
            return false;
        if (*line >= 'A' && *line <= 'Z' && *line != 'V') {
            /* one of the counters: left to other tests */
        } else if (sscanf(line, "%lx-%lx %4s %lx %*x:%*x %lu%n", &start, &end, perms, &off, &ino, &at) == 5) {
            if (start >= ARENA_END)
                return true;
            in = in_arena(start, end);
            if (in) {
                const char *p = line + at + strspn(line + at, " ");

                snprintf(path, sizeof(path), "%.*s", (int)(eol - p), p);
                append_area(&nm, out, size, start, end, perms, perms[3] == 'p' && !ino ? 0 : off >> MM_PAGE_SHIFT, ino, path);
            }
        } else if (in && !strncmp(line, "VmFlags:", 8)) {
            char letters[160];

            snprintf(letters, sizeof(letters), "%.*s", (int)(eol - line - 8), line + 8);
            append_letters(out, size, letters);
        }
        line = eol + 1;
    }
    return false;
}

void picture_from_model(struct model *m, char *out, size_t size)
{
    struct mm *mm = model_mm(m);
    const struct vma *v = mm_find_vma(mm, ARENA);
    struct namer nm = {.n = 0};

    out[0] = 0;
    while (v && v->start < ARENA_END) {
        char line[256], letters[160], perms[5], path[80] = "";
        unsigned long start, end, off, ino;
        uint64_t next = v->end;
        int at = 0;

        line[0] = 0;
        mm_maps_line(mm, v, line, sizeof(line));
        if (sscanf(line, "%lx-%lx %4s %lx %*x:%*x %lu%n", &start, &end, perms, &off, &ino, &at) == 5) {
            const char *p = line + at + strspn(line + at, " ");

            snprintf(path, sizeof(path), "%.*s", (int)strcspn(p, "\n"), p);
            append_area(&nm, out, size, start, end, perms, perms[3] == 'p' && !ino ? 0 : off >> MM_PAGE_SHIFT, ino, path);
            letters[0] = 0;
            mm_vmflags_text(mm, v, letters, sizeof(letters));
            append_letters(out, size, letters);
        } else {
            snprintf(out + strlen(out), size - strlen(out), "unreadable: %s\n", line);
        }
        v = next < ARENA_END ? mm_find_vma(mm, next) : NULL;
    }
}
