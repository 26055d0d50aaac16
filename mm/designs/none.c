/* none.c - no sealing at all: mseal(2) does not exist, every change is allowed. The kernel around it is
 * Linux 6.18. */
#include <mseal-emu/design.h>

const struct mseal_design design_none = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "none",
    .title = "no sealing",
    .source = "Linux before 6.10",
    .rules = RULES_LINUX_6_18,
};
