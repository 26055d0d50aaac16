/*
 * registry.c - the sealing designs by name, in the order of --design list: the kernel's own, then what was proposed on the way
 * to it, then other systems' and other people's.
 */
#include <mseal-emu/design.h>
#include <string.h>

#define DESIGNS(X) \
    X(none) \
    X(linux_6_18) \
    X(linux_7_1) \
    X(linux_6_17) \
    X(linux_6_16) \
    X(linux_6_12) \
    X(linux_6_11) \
    X(linux_6_10) \
    X(mimmutable) \
    X(mimmutable_flags) \
    X(mimmutable_7_3) \
    X(rfc_v1) \
    X(rfc_v2) \
    X(rfc_v3) \
    X(rfc_v4) \
    X(rfc_v5) \
    X(rfc_v6) \
    X(rfc_v7) \
    X(rfc_v8) \
    X(cros_nx) \
    X(wilcox) \
    X(no_unmap) \
    X(seccomp) \
    X(prot_max) \
    X(netbsd) \
    X(xnu_permanent)

#define DECLARE(name) extern const struct mseal_design design_##name;
#define LIST(name)    &design_##name,

DESIGNS(DECLARE)
static const struct mseal_design *const designs[] = {DESIGNS(LIST)};

static const struct {
    const char *alias, *name;
} aliases[] = {
    {"linux", "linux-6.18"},     {"linux-6.17+", "linux-6.18"}, {"linux-6.15", "linux-6.16"}, {"linux-6.19", "linux-6.18"},
    {"linux-7.0", "linux-6.18"}, {"linux-7.2", "linux-7.1"},    {"linux-7.3", "linux-7.1"},   {"openbsd", "mimmutable"},
};

const struct mseal_design *mseal_design_at(unsigned i)
{
    return i < sizeof(designs) / sizeof(designs[0]) ? designs[i] : NULL;
}

const struct mseal_design *mseal_design_find(const char *name)
{
    unsigned i;

    for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
        if (!strcmp(name, aliases[i].alias))
            name = aliases[i].name;
    for (i = 0; i < sizeof(designs) / sizeof(designs[0]); i++)
        if (!strcmp(name, designs[i]->name))
            return designs[i];
    return NULL;
}
