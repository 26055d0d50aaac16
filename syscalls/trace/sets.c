/* sets.c - reading strace's sets, and asking them. */
#include "sets.h"

#include <mseal-emu/design.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "../table.h"

/* Most classes are in syscalls.def; some have so few calls that they are named here. */
static const struct call_class {
    const char *name;
    unsigned classes;
    const char *calls[4];
} call_classes[] = {
    {"file", SC_FILE, {NULL}},
    {"desc", SC_DESC, {NULL}},
    {"memory", SC_MEMORY, {NULL}},
    {"process", SC_PROCESS, {NULL}},
    {"signal", SC_SIGNAL, {NULL}},
    {"network", SC_NETWORK, {NULL}},
    {"net", SC_NETWORK, {NULL}},
    {"ipc", SC_IPC, {NULL}},
    {"creds", SC_CREDS, {NULL}},
    {"clock", SC_CLOCK, {NULL}},
    {"pure", SC_PURE, {NULL}},
    {"%stat", SC_STAT, {NULL}},
    {"stat", 0, {"stat"}},
    {"lstat", 0, {"lstat"}},
    {"fstat", 0, {"fstat", "newfstatat", "statx"}},
    {"statfs", 0, {"statfs"}},
    {"fstatfs", 0, {"fstatfs"}},
    {"%statfs", 0, {"statfs", "fstatfs", "ustat"}},
};

static const struct call_class *find_class(const char *name)
{
    for (size_t i = 0; i < sizeof(call_classes) / sizeof(*call_classes); i++)
        if (!strcmp(name, call_classes[i].name))
            return &call_classes[i];
    return NULL;
}

static bool class_has(const struct call_class *class, const char *name, unsigned classes)
{
    if (classes & class->classes)
        return true;
    for (size_t i = 0; name && i < sizeof(class->calls) / sizeof(*class->calls) && class->calls[i]; i++)
        if (!strcmp(name, class->calls[i]))
            return true;
    return false;
}

struct set_word {
    enum { EVERY, CLASS, NAME, REGEX, NUMBER } kind;
    const struct call_class *class;
    uint64_t number;
    char *name;
    regex_t regex;
};

void set_destroy(struct set *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->word[i].kind == REGEX)
            regfree(&s->word[i].regex);
        free(s->word[i].name);
    }
    free(s->word);
    memset(s, 0, sizeof(*s));
}

bool set_has_call(const struct set *s, const char *name, unsigned classes)
{
    bool has = false;

    for (size_t i = 0; i < s->n && !has; i++) {
        const struct set_word *w = &s->word[i];

        has = w->kind == EVERY || (w->kind == CLASS && class_has(w->class, name, classes)) ||
              (w->kind == NAME && name && !strcmp(name, w->name)) ||
              (w->kind == REGEX && name && !regexec(&w->regex, name, 0, NULL, 0));
    }
    return has != s->negated;
}

bool set_has_number(const struct set *s, uint64_t n)
{
    bool has = false;

    for (size_t i = 0; i < s->n && !has; i++)
        has = s->word[i].kind == EVERY || s->word[i].number == n;
    return has != s->negated;
}

/* Takes the word over. */
static const char *add(struct set *s, struct set_word w)
{
    struct set_word *more = realloc(s->word, (s->n + 1) * sizeof(*more));

    if (!more) {
        free(w.name);
        return "out of memory";
    }
    s->word = more;
    s->word[s->n++] = w;
    return NULL;
}

/* Each word in turn; `words` is for the reader. */
static const char *parse(struct set *s, const char *text, const char *const *words,
                         const char *(*read)(const char *text, const char *const *words, struct set_word *w))
{
    char *copy, *save = NULL;
    const char *wrong = NULL;

    set_destroy(s);
    s->given = true;
    s->negated = *text == '!';
    copy = strdup(text + s->negated);
    if (!copy)
        return "out of memory";
    for (char *p = strtok_r(copy, ",", &save); p && !wrong; p = strtok_r(NULL, ",", &save)) {
        struct set_word w = {.kind = EVERY};

        if (!strcmp(p, "none"))
            continue;
        if (strcmp(p, "all"))
            wrong = read(p, words, &w);
        if (!wrong)
            wrong = add(s, w);
    }
    free(copy);
    return wrong;
}

/* ---- calls ---- */

static bool is_known(const char *name)
{
    if (sys_row_by_name(name))
        return true;
    for (unsigned i = 0; mseal_design_at(i); i++)
        for (const struct mseal_syscall *s = mseal_design_at(i)->syscalls; s && s->name; s++)
            if (!strcmp(s->name, name))
                return true;
    return false;
}

/* What is behind the name says of which kind of processor: there is one. */
static bool cut_personality(char *name)
{
    char *at = strchr(name, '@');

    if (!at)
        return true;
    *at = 0;
    return !strcmp(at + 1, "64");
}

/* "write", or its number: the name. NULL: there is none. */
static char *call_name(const char *text)
{
    char *end;
    unsigned long nr = strtoul(text, &end, 10);
    const struct sys_row *row = *end || nr >= SYS_MAX ? NULL : sys_row((unsigned)nr);

    if (*text < '0' || *text > '9')
        return is_known(text) ? strdup(text) : NULL;
    return row ? strdup(row->name) : NULL;
}

static const char *read_call(const char *text, const char *const *words, struct set_word *w)
{
    bool may_be_unknown = *text == '?';
    const char *wrong = NULL;
    char *name = strdup(text + may_be_unknown);

    if (!name)
        return "out of memory";
    w->kind = NAME;
    if (*name == '/') {
        w->kind = REGEX;
        wrong = regcomp(&w->regex, name + 1, REG_EXTENDED | REG_NOSUB) ? "not a regular expression" : NULL;
    } else if (!cut_personality(name)) {
        wrong = "there are 64-bit calls only: @64";
    } else if ((w->name = call_name(name))) {
        ;
    } else if ((w->class = find_class(name + (*name == '%')))) { /* classes had no % once */
        w->kind = CLASS;
    } else if (*name == '%') {
        wrong = "no such class of system calls";
    } else if (!may_be_unknown) {
        wrong = "no such system call";
    } else if (!(w->name = strdup(name))) {
        wrong = "out of memory";
    }
    free(name);
    return wrong;
}

const char *set_parse_calls(struct set *s, const char *text)
{
    return parse(s, text, NULL, read_call);
}

/* ---- signals, numbers, words ---- */

/* "9", "KILL", "SIGKILL", "SIGRTMIN", "RT_3" */
int signal_by_name(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (*text && !*end)
        return n > 0 && n <= 64 ? (int)n : 0;
    if (!strncasecmp(text, "SIG", 3))
        text += 3;
    for (int i = 1; i < 32; i++)
        if (!strcasecmp(text, sigabbrev_np(i)))
            return i;
    if (!strcasecmp(text, "RTMIN"))
        return 32;
    if (strncasecmp(text, "RT_", 3))
        return 0;
    n = strtol(text + 3, &end, 10);
    return *end || n < 1 || n > 32 ? 0 : (int)n + 32;
}

static const char *read_signal(const char *text, const char *const *words, struct set_word *w)
{
    w->kind = NUMBER;
    w->number = (uint64_t)signal_by_name(text);
    return w->number ? NULL : "no such signal";
}

const char *set_parse_signals(struct set *s, const char *text)
{
    return parse(s, text, NULL, read_signal);
}

static const char *read_number(const char *text, const char *const *words, struct set_word *w)
{
    char *end;

    w->kind = NUMBER;
    w->number = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end ? NULL : "not a number";
}

const char *set_parse_numbers(struct set *s, const char *text)
{
    return parse(s, text, NULL, read_number);
}

static const char *read_word(const char *text, const char *const *words, struct set_word *w)
{
    w->kind = NUMBER;
    while (words[w->number] && strcmp(words[w->number], text))
        w->number++;
    return words[w->number] ? NULL : "no such word";
}

const char *set_parse_words(struct set *s, const char *text, const char *const *words)
{
    return parse(s, text, words, read_word);
}
