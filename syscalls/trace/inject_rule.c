/* inject_rule.c - reading the rules of -e inject= and -e fault=, "SET:error=EIO:delay_enter=10ms:when=2+3". */
#include "inject.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../table.h"

#define WHEN_MAX 65535 /* which is no last one: it means all */

/* ---- error=, retval= ---- */

/* What the kernel keeps to itself, and only tracers see. */
static const struct {
    const char *name;
    int number;
} kernel_errors[] = {
    {"ERESTARTSYS", ERESTARTSYS},
    {"ERESTARTNOINTR", ERESTARTNOINTR},
    {"ERESTARTNOHAND", ERESTARTNOHAND},
    {"ERESTART_RESTARTBLOCK", ERESTART_RESTARTBLOCK},
};

/* 0: there is none of this name. */
static int errno_by_name(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (isdigit((unsigned char)*text))
        return !*end && n < 4096 ? (int)n : 0;
    for (int e = 1; e < 134; e++)
        if (strerrorname_np(e) && !strcasecmp(strerrorname_np(e), text))
            return e;
    for (size_t i = 0; i < sizeof(kernel_errors) / sizeof(*kernel_errors); i++)
        if (!strcasecmp(kernel_errors[i].name, text))
            return kernel_errors[i].number;
    return 0;
}

static const char *read_error(struct inject_rule *r, const char *value)
{
    if (r->has_result)
        return "one error= or retval= is enough";
    r->has_result = true;
    r->result = -errno_by_name(value);
    return r->result ? NULL : "no such errno";
}

static const char *read_retval(struct inject_rule *r, const char *value)
{
    char *end;

    if (r->has_result)
        return "one error= or retval= is enough";
    r->has_result = r->is_value = true;
    errno = 0;
    r->result = (int64_t)strtoull(value, &end, 0);
    if (*end || end == value || errno)
        return "retval= takes a number";
    return r->result == SYS_BLOCK ? "retval= cannot be -4096, which means here that a call waits" : NULL;
}

/* ---- signal=, syscall= ---- */

static const char *read_signal(struct inject_rule *r, const char *value)
{
    if (r->signo)
        return "one signal= is enough";
    r->signo = signal_by_name(value);
    return r->signo ? NULL : "no such signal";
}

/* It has no effects and its result is not used, so who looks on is told its number, and it is not made. */
static const char *read_syscall(struct inject_rule *r, const char *value)
{
    const struct sys_row *row = sys_row_by_name(value);

    if (r->instead >= 0)
        return "one syscall= is enough";
    if (!row || !(row->classes & SC_PURE))
        return "syscall= takes one of %pure";
    r->instead = row->nr;
    return NULL;
}

/* ---- delay_enter=, delay_exit= ---- */

/* "10" and "1.5e3": microseconds; or with s, ms, us, ns behind it. */
static const char *read_delay(struct inject_delay *d, const char *text)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"", 1e3}, {"us", 1e3}, {"ns", 1}, {"ms", 1e6}, {"s", 1e9}};
    static const char wrong[] = "a delay is a number, alone or with s, ms, us or ns";
    char *end;
    double n = strtod(text, &end);

    if (d->given)
        return "one delay_enter= and one delay_exit= are enough";
    d->given = true;
    if (end == text || (size_t)(end - text) > strspn(text, "+-.eE0123456789") || n < 0)
        return wrong;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (!strcmp(end, units[i].name)) {
            d->ns = n * units[i].ns < 1e18 ? (uint64_t)(n * units[i].ns) : 0;
            return n * units[i].ns < 1e18 ? NULL : "a delay is less than 30 years";
        }
    return wrong;
}

static const char *read_delay_enter(struct inject_rule *r, const char *value)
{
    return read_delay(&r->delay[0], value);
}

static const char *read_delay_exit(struct inject_rule *r, const char *value)
{
    return read_delay(&r->delay[1], value);
}

/* ---- poke_enter=, poke_exit= ---- */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *d = strchr(digits, tolower((unsigned char)c));

    return c && d ? (int)(d - digits) : -1;
}

/* NULL: an odd number of digits, none, too many, or no memory for them. */
static uint8_t *read_bytes(const char *text, size_t len)
{
    uint8_t *bytes;

    if (!len || len % 2 || len / 2 > INJECT_POKE_MOST || !(bytes = malloc(len / 2)))
        return NULL;
    for (size_t i = 0; i < len; i += 2) {
        int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

        if (high < 0 || low < 0) {
            free(bytes);
            return NULL;
        }
        bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    return bytes;
}

static bool has_poke(const struct inject_rule *r, bool at_exit, unsigned arg)
{
    for (unsigned i = 0; i < r->nr_pokes; i++)
        if (r->poke[i].at_exit == at_exit && (!arg || r->poke[i].arg == arg))
            return true;
    return false;
}

/* "@arg2=6162,@arg1=00" */
static const char *read_pokes(struct inject_rule *r, const char *text, bool at_exit)
{
    static const char wrong[] =
        "a poke is one list of @argN=BYTES, N from 1 to 7 and each once, BYTES hexadecimal";

    if (!*text || has_poke(r, at_exit, 0))
        return wrong;
    while (*text) {
        struct inject_poke *p = &r->poke[r->nr_pokes];
        size_t len;

        if (strncmp(text, "@arg", 4) || text[4] < '1' || text[4] > '0' + INJECT_ARGS || text[5] != '=')
            return wrong;
        *p = (struct inject_poke){.at_exit = at_exit, .arg = (unsigned)(text[4] - '0')};
        if (has_poke(r, at_exit, p->arg))
            return wrong;
        text += 6;
        len = strcspn(text, ",");
        p->bytes = read_bytes(text, len);
        if (!p->bytes)
            return wrong;
        p->n = len / 2;
        r->nr_pokes++;
        text += len + (text[len] == ',');
    }
    return NULL;
}

static const char *read_poke_enter(struct inject_rule *r, const char *value)
{
    return read_pokes(r, value, false);
}

static const char *read_poke_exit(struct inject_rule *r, const char *value)
{
    return read_pokes(r, value, true);
}

/* ---- when= ---- */

/* 1 to WHEN_MAX, 0: no such number; *text moves past it. */
static uint64_t read_count(const char **text)
{
    char *end;
    unsigned long n = isdigit((unsigned char)**text) ? strtoul(*text, &end, 10) : 0;

    if (n)
        *text = end;
    return n > WHEN_MAX ? 0 : n;
}

/* "3", "3+", "3..5", "1+2", "1..5+2" */
static const char *read_when(struct inject_rule *r, const char *text)
{
    static const char wrong[] = "when= takes N, N+, N+STEP, N..M or N..M+STEP, each from 1 to 65535";
    bool ranges;

    r->step = 1;
    r->first = r->last = read_count(&text);
    ranges = !strncmp(text, "..", 2);
    if (ranges) {
        text += 2;
        r->last = read_count(&text);
        if (r->last < r->first || r->last == WHEN_MAX)
            return "when=N..M takes M from N to 65534";
    }
    if (*text == '+') {
        if (!ranges)
            r->last = UINT64_MAX;
        text++;
        if (*text && !(r->step = read_count(&text)))
            return wrong;
    }
    return r->first && !*text ? NULL : wrong;
}

/* ---- rules ---- */

/* What may stand behind a rule's colons. */
static const struct part {
    const char *name;
    bool of_fault; /* fault= takes it, too */
    const char *(*read)(struct inject_rule *r, const char *value);
} parts[] = {
    {"error", true, read_error},
    {"retval", false, read_retval},
    {"signal", false, read_signal},
    {"syscall", true, read_syscall},
    {"delay_enter", false, read_delay_enter},
    {"delay_exit", false, read_delay_exit},
    {"poke_enter", false, read_poke_enter},
    {"poke_exit", false, read_poke_exit},
    {"when", true, read_when},
};
#define NR_PARTS (sizeof(parts) / sizeof(*parts))

/* "fault takes error=, syscall=, when=" */
static const char *tell_parts(bool fault)
{
    static char told[128];
    int n = snprintf(told, sizeof(told), "%s takes", fault ? "fault" : "inject");

    for (size_t i = 0; i < NR_PARTS; i++)
        if (!fault || parts[i].of_fault)
            n += snprintf(told + n, sizeof(told) - (size_t)n, "%s %s=", i ? "," : "", parts[i].name);
    return told;
}

static const char *read_part(struct inject_rule *r, const char *text, bool fault)
{
    for (size_t i = 0; i < NR_PARTS; i++) {
        size_t len = strlen(parts[i].name);

        if (!strncmp(text, parts[i].name, len) && text[len] == '=' && (!fault || parts[i].of_fault))
            return parts[i].read(r, text + len + 1);
    }
    return tell_parts(fault);
}

static const char *read_rule(struct inject_rule *r, char *text, bool fault)
{
    char *save = NULL, *part = *text == ':' ? NULL : strtok_r(text, ":", &save);
    const char *wrong = part ? set_parse_calls(&r->calls, part) : "no system call is named";

    while (!wrong && (part = strtok_r(NULL, ":", &save)))
        wrong = read_part(r, part, fault);
    if (wrong)
        return wrong;
    if (fault && !r->has_result) { /* ENOSYS unless it says otherwise */
        r->has_result = true;
        r->result = -ENOSYS;
    }
    if (!r->has_result && !r->signo && !r->delay[0].given && !r->delay[1].given && !r->nr_pokes)
        return "inject needs error=, retval=, signal=, a delay or a poke";
    return NULL;
}

static void rule_destroy(struct inject_rule *r)
{
    set_destroy(&r->calls);
    for (unsigned i = 0; i < r->nr_pokes; i++)
        free(r->poke[i].bytes);
}

const char *injection_add(struct injection *in, const char *text, bool fault)
{
    struct inject_rule *more = realloc(in->rule, (in->n + 1) * sizeof(*more)), *r;
    char *copy = strdup(text);
    const char *wrong = "out of memory";

    if (more)
        in->rule = more;
    if (!more || !copy)
        goto out;
    r = &in->rule[in->n];
    *r = (struct inject_rule){.instead = -1, .first = 1, .last = UINT64_MAX, .step = 1};
    wrong = read_rule(r, copy, fault);
    if (wrong)
        rule_destroy(r);
    else
        in->n++;
out:
    free(copy);
    return wrong;
}

void injection_destroy(struct injection *in)
{
    for (size_t i = 0; i < in->n; i++)
        rule_destroy(&in->rule[i]);
    free(in->rule);
    *in = (struct injection){.rule = NULL};
}

const struct inject_rule *injection_find(const struct injection *in, const char *name, unsigned classes)
{
    for (size_t i = in->n; i-- > 0;)
        if (set_has_call(&in->rule[i].calls, name, classes))
            return &in->rule[i];
    return NULL;
}
