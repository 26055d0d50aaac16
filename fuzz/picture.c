/*
 * picture.c - what the arena looks like, in one form for both sides: a line per VMA with its pages relative
 * to the arena, protection, object, offset, how many private pages it holds, and the letters of VmFlags.
 *
 *     +00-+04 rw-p memfd0@2 3p key 1 rd wr mr mw me ac
 */
#include "fuzz.h"
#include "mm/mm.h"

#include <string.h>

static const char *ignored = "";

void picture_ignore(const char *letters)
{
    ignored = letters;
}

/* Letters that say nothing about the model: soft-dirty tracking depends on how the kernel was built. */
static bool letters_count(const char *two)
{
    char text[3] = {two[0], two[1], 0};

    return strcmp(text, "sd") != 0 && !strstr(ignored, text);
}

/* Where text goes; it is cut when the picture is full. */
struct pen {
    char *at, *end;
};

static void put_char(struct pen *p, char c)
{
    if (p->at < p->end)
        *p->at++ = c;
}

static void put_text(struct pen *p, const char *s, size_t n)
{
    while (n--)
        put_char(p, *s++);
}

static void put_number(struct pen *p, uint64_t v, unsigned base, unsigned width)
{
    char digits[24];
    unsigned n = 0;

    do
        digits[n++] = "0123456789abcdef"[v % base];
    while ((v /= base));
    while (n < width)
        digits[n++] = '0';
    while (n)
        put_char(p, digits[--n]);
}

static void put_letters(struct pen *p, const char *letters)
{
    for (;;) {
        while (*letters == ' ')
            letters++;
        if ((*letters < 'a' || *letters > 'z') && *letters != '?') /* ??: a flag without letters */
            break;
        if (letters_count(letters)) {
            put_char(p, ' ');
            put_text(p, letters, 2);
        }
        letters += 2;
    }
    put_char(p, '\n');
}

/* The first line of an area in maps and smaps: "start-end perms offset dev inode   path". */
struct header {
    uint64_t start, end, off, ino;
    const char *perms, *path;
    size_t path_len;
};

static uint64_t take_number(const char **p, unsigned base)
{
    uint64_t v = 0;

    for (;; (*p)++) {
        if (**p >= '0' && **p <= '9')
            v = v * base + (unsigned)(**p - '0');
        else if (base == 16 && **p >= 'a' && **p <= 'f')
            v = v * base + (unsigned)(**p - 'a') + 10;
        else
            return v;
    }
}

static bool parse_header(const char *line, struct header *h)
{
    const char *p = line;

    h->start = take_number(&p, 16);
    if (*p++ != '-')
        return false;
    h->end = take_number(&p, 16);
    if (*p++ != ' ')
        return false;
    h->perms = p;
    p += 5;
    h->off = take_number(&p, 16);
    p += strcspn(p + 1, " ") + 2; /* the device */
    h->ino = take_number(&p, 10);
    p += strspn(p, " ");
    h->path = p;
    h->path_len = strcspn(p, "\n");
    return true;
}

/* Shared anonymous memory and segments are numbered in the order in which they appear. */
struct namer {
    uint64_t ino[ARENA_PAGES];
    unsigned n;
};

static bool starts_with(const struct header *h, const char *prefix)
{
    return h->path_len >= strlen(prefix) && !memcmp(h->path, prefix, strlen(prefix));
}

static void put_object(struct pen *p, struct namer *nm, const struct header *h)
{
    unsigned i;

    if (!h->path_len) {
        put_char(p, '-');
    } else if (starts_with(h, "/memfd:")) {
        put_text(p, h->path + 7, 6); /* memfd0 and memfd1 */
    } else if (starts_with(h, "/dev/zero (deleted)") || starts_with(h, "/SYSV")) {
        for (i = 0; i < nm->n && nm->ino[i] != h->ino; i++)
            ;
        if (i == nm->n && nm->n < ARENA_PAGES)
            nm->ino[nm->n++] = h->ino;
        put_text(p, h->path[1] == 'd' ? "shared" : "sysv", h->path[1] == 'd' ? 6 : 4);
        put_number(p, i, 10, 1);
    } else {
        put_text(p, h->path, h->path_len);
    }
}

static void put_page(struct pen *p, uint64_t addr)
{
    int64_t page = (int64_t)(addr - ARENA) / (int64_t)MM_PAGE_SIZE;

    put_char(p, page < 0 ? '-' : '+');
    put_number(p, (uint64_t)(page < 0 ? -page : page), 10, 2);
}

static void put_header(struct pen *p, struct namer *nm, const struct header *h)
{
    put_page(p, h->start);
    put_char(p, '-');
    put_page(p, h->end);
    put_char(p, ' ');
    put_text(p, h->perms, 5);
    put_object(p, nm, h);
    put_char(p, '@');
    put_number(p, h->off >> MM_PAGE_SHIFT, 16, 1);
}

static void put_private_pages(struct pen *p, uint64_t pages)
{
    put_char(p, ' ');
    put_number(p, pages, 10, 1);
    put_char(p, 'p');
}

static void put_key(struct pen *p, uint64_t key)
{
    if (!key)
        return;
    put_text(p, " key ", 5);
    put_number(p, key, 10, 1);
}

bool picture_from_smaps(const char *text, char *out, size_t size)
{
    struct pen pen = {out, out + size - 1};
    struct namer nm = {.n = 0};
    bool in = false, done = false;
    struct header h;

    for (const char *line = text, *eol; (eol = strchr(line, '\n')) && !done; line = eol + 1) {
        if (*line >= 'A' && *line <= 'Z') {
            if (in && !memcmp(line, "Anonymous:", 10)) {
                const char *kb = line + 10 + strspn(line + 10, " ");

                put_private_pages(&pen, take_number(&kb, 10) / 4);
            } else if (in && !memcmp(line, "ProtectionKey:", 14)) {
                const char *key = line + 14 + strspn(line + 14, " ");

                put_key(&pen, take_number(&key, 10));
            } else if (in && !memcmp(line, "VmFlags:", 8)) {
                put_letters(&pen, line + 8);
            }
        } else if (parse_header(line, &h)) {
            done = h.start >= ARENA_END;
            in = h.end > ARENA && !done;
            if (in)
                put_header(&pen, &nm, &h);
        }
    }
    *pen.at = 0;
    return done;
}

static int count_private(void *ctx, uint64_t addr, pte_t e)
{
    *(uint64_t *)ctx += (e & PTE_ANON) != 0;
    return 0;
}

void picture_from_model(struct model *m, char *out, size_t size)
{
    struct mm *mm = model_mm(m);
    const struct vma *v = mm_find_vma(mm, ARENA);
    struct pen pen = {out, out + size - 1};
    struct namer nm = {.n = 0};
    struct header h;

    while (v && v->start < ARENA_END) {
        char line[256] = "", letters[160] = "";
        uint64_t next = v->end, private_pages = 0;

        mm_maps_line(mm, v, line, sizeof(line));
        if (parse_header(line, &h))
            put_header(&pen, &nm, &h);
        else
            put_text(&pen, line, strlen(line));
        pt_walk(&mm->pt, v->start, v->end, count_private, &private_pages);
        put_private_pages(&pen, private_pages);
        put_key(&pen, vma_pkey(v));
        mm_vmflags_text(mm, v, letters, sizeof(letters));
        put_letters(&pen, letters);
        v = next < ARENA_END ? mm_find_vma(mm, next) : NULL;
    }
    *pen.at = 0;
}
