/* sets.c - reading strace's sets, and asking them. */
#include "sets.h"

#include <mseal-emu/design.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "../table.h"

static const struct {
    const char *name;
    unsigned classes;
} class_names[] = {
    {"file", SC_FILE},     {"desc", SC_DESC},       {"memory", SC_MEMORY}, {"process", SC_PROCESS},
    {"signal", SC_SIGNAL}, {"network", SC_NETWORK}, {"net", SC_NETWORK},   {"ipc", SC_IPC},
    {"creds", SC_CREDS},   {"clock", SC_CLOCK},     {"pure", SC_PURE},     {"stat", SC_STAT},
    {"%stat", SC_STAT},
};

struct set_word {
    enum { EVERY, CLASS, NAME, REGEX, NUMBER } kind;
    unsigned classes;
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

        has = w->kind == EVERY || (w->kind == CLASS && classes & w->classes) ||
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

static const char *read_call(const char *text, const char *const *words, struct set_word *w)
{
    bool may_be_unknown = *text == '?';
    const char *class;

    text += may_be_unknown;
    class = *text == '%' ? text + 1 : text;
    w->kind = NAME;
    if (*text == '/') {
        w->kind = REGEX;
        return regcomp(&w->regex, text + 1, REG_EXTENDED | REG_NOSUB) ? "not a regular expression" : NULL;
    }
    for (size_t i = 0; i < sizeof(class_names) / sizeof(*class_names) && w->kind == NAME; i++)
        if (!strcmp(class, class_names[i].name) && (*text == '%' || !is_known(text))) {
            w->kind = CLASS;
            w->classes = class_names[i].classes;
        }
    if (w->kind == NAME && (*text == '%' || (!may_be_unknown && !is_known(text))))
        return *text == '%' ? "no such class of system calls" : "no such system call";
    w->name = strdup(text);
    return w->name ? NULL : "out of memory";
}

const char *set_parse_calls(struct set *s, const char *text)
{
    return parse(s, text, NULL, read_call);
}

/* ---- signals, numbers, words ---- */

int signal_by_name(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (*text && !*end)
        return n > 0 && n <= 64 ? (int)n : 0;
    if (!strncmp(text, "SIG", 3))
        text += 3;
    for (int i = 1; i < 32; i++)
        if (!strcasecmp(text, sigabbrev_np(i)))
            return i;
    return 0;
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
