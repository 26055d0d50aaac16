/* sig.c - reading the argument types of syscalls.def (the language is described there). */
#include <string.h>

#include "print.h"

struct type_word {
    const char *name;
    enum arg_kind kind;
    bool out;
    int8_t num_size;
};
static const struct type_word words[] = {
    {"int", ARG_INT, 0, 0},        {"uint", ARG_UINT, 0, 0},      {"long", ARG_LONG, 0, 0},
    {"ulong", ARG_ULONG, 0, 0},    {"hex", ARG_HEX, 0, 0},        {"uhex", ARG_UHEX, 0, 0},
    {"octal", ARG_OCTAL, 0, 0},    {"ptr", ARG_PTR, 0, 0},        {"size", ARG_SIZE, 0, 0},
    {"off", ARG_OFF, 0, 0},        {"hexoff", ARG_HEXOFF, 0, 0},  {"fd", ARG_FD, 0, 0},
    {"dirfd", ARG_DIRFD, 0, 0},    {"pid", ARG_PID, 0, 0},        {"uid", ARG_ID, 0, 0},
    {"gid", ARG_ID, 0, 0},         {"sig", ARG_SIG, 0, 0},        {"lsig", ARG_LSIG, 0, 0},
    {"mode", ARG_MODE, 0, 0},      {"dev", ARG_DEV, 0, 0},        {"path", ARG_PATH, 0, 0},
    {"str", ARG_STR, 0, 0},        {"opath", ARG_OPATH, 1, 0},    {"in", ARG_IN, 0, 0},
    {"out", ARG_OUT, 1, 0},        {"hexout", ARG_HEXOUT, 1, 0},  {"room", ARG_ROOM, 1, 0},
    {"packet", ARG_PACKET, 0, 0},

    {"iov", ARG_IOV, 0, 0},        {"oiov", ARG_OIOV, 1, 0},      {"riov", ARG_RIOV, 0, 0},
    {"argv", ARG_ARGV, 0, 0},      {"envp", ARG_ENVP, 0, 0},      {"sigset", ARG_SIGSET, 0, 0},
    {"osigset", ARG_SIGSET, 1, 0}, {"intp", ARG_NUMP, 0, -4},     {"uintp", ARG_NUMP, 0, 4},
    {"ulongp", ARG_NUMP, 0, 8},    {"offp", ARG_NUMP, 0, -8},     {"ointp", ARG_NUMP, 1, -4},
    {"ouintp", ARG_NUMP, 1, 4},    {"oidp", ARG_NUMP, 1, NUM_ID}, {"ouintp1", ARG_NUMP, 1, 4},
    {"oulongp", ARG_NUMP, 1, 8},   {"olongp", ARG_NUMP, 1, -8},   {"optrp", ARG_NUMP, 1, 16},
    {"ohexp", ARG_NUMP, 1, 17},    {"str15", ARG_STR15, 0, 0},    {"ostr15", ARG_STR15, 1, 0},
    {"-", ARG_PAD, 0, 0},          {"none", ARG_NONE, 0, 0},
};

/* One word like "o:stat", "in@2", "mode?1", "f:prot". False: it says nothing we know, and becomes hex. */
static bool parse_one(struct arg *a, const char *s, size_t len)
{
    char word[64], *at, *colon;

    *a = (struct arg){.kind = ARG_HEX, .len = LEN_NONE};
    if (len >= sizeof(word))
        return false;
    memcpy(word, s, len);
    word[len] = 0;
    at = strpbrk(word, "@?+");
    if (at) {
        a->mode_if_creat = *at != '@';
        a->creat_only = *at == '+';
        a->len = !strcmp(at + 1, "ret") ? LEN_RET : (int8_t)(at[1] - '0');
        *at = 0;
    }
    colon = strchr(word, ':');
    if (!colon) {
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (!strcmp(words[i].name, word)) {
                a->kind = words[i].kind;
                a->out = words[i].out;
                a->num_size = words[i].num_size;
                return true;
            }
        return false;
    }
    *colon = 0;
    if (strlen(word) == 1 && strchr("xXfF", *word)) {
        a->xlat = xlat_find(colon + 1);
        if (a->xlat)
            a->kind = *word == 'x'   ? ARG_XLAT
                      : *word == 'X' ? ARG_WIDE_XLAT
                      : *word == 'f' ? ARG_FLAGS
                                     : ARG_WIDE_FLAGS;
    } else if (!strcmp(word, "v")) {
        a->variant = variant_set_find(colon + 1);
        if (a->variant)
            a->kind = ARG_VARIANT;
    } else {
        a->type = struct_find(colon + 1);
        a->kind = !a->type ? ARG_PTR : !strcmp(word, "n") ? ARG_NUMBER : ARG_STRUCT;
        a->out = *word == 'o' || (!strcmp(word, "io") && a->type && !a->type->at_entry);
    }
    return a->xlat || a->variant || a->type;
}

int sig_parse(struct sig *sig, const char *text)
{
    int unknown = 0;
    const char *result = strstr(text, " = "), *end = result ? result : text + strlen(text);

    memset(sig, 0, sizeof(*sig));
    while (text < end && sig->n < 6) {
        size_t len = strcspn(text, ", ");

        if (text + len > end)
            len = (size_t)(end - text);
        unknown += !parse_one(&sig->arg[sig->n++], text, len);
        text += len + 1;
    }
    for (int i = 0; i < sig->n; i++) {
        int8_t at = sig->arg[i].len;

        sig->arg[i].short_len =
            at >= 0 && at < sig->n && (sig->arg[at].kind == ARG_INT || sig->arg[at].kind == ARG_UINT);
    }
    sig->ret = (struct arg){.kind = ARG_LONG, .len = LEN_NONE};
    if (result)
        unknown += !parse_one(&sig->ret, result + 3, strlen(result + 3));
    return unknown;
}

const struct sig *sig_resolve(const struct sig *sig, const uint64_t args[6], struct sig *out)
{
    int first = 0;

    while (first < sig->n && sig->arg[first].kind != ARG_VARIANT)
        first++;
    if (first == sig->n)
        return sig;
    *out = *sig;
    for (int i = first; i < out->n;) { /* what one became may have another in it */
        const struct variant *v;
        struct sig more, before = *out;

        if (out->arg[i].kind != ARG_VARIANT) {
            i++;
            continue;
        }
        v = variant_find(out->arg[i].variant, (uint32_t)args[i - 1]);
        sig_parse(&more, v->type ? v->type : "-");
        out->n = i;
        for (int j = 0; j < more.n && out->n < 6; j++)
            out->arg[out->n++] = more.arg[j];
        for (int j = i + 1; j < before.n && out->n < 6; j++)
            out->arg[out->n++] = before.arg[j];
    }
    return out;
}
