/* xlat_lsm.c - names of security modules and their attributes, in strace's order. */
#include "xlat.h"

static const struct xlat attributes[] = {{"LSM_ATTR_UNDEF", 0, 0},        {"LSM_ATTR_CURRENT", 100, 0},
                                         {"LSM_ATTR_EXEC", 101, 0},       {"LSM_ATTR_FSCREATE", 102, 0},
                                         {"LSM_ATTR_KEYCREATE", 103, 0},  {"LSM_ATTR_PREV", 104, 0},
                                         {"LSM_ATTR_SOCKCREATE", 105, 0}, XEND};
static const struct xlat modules[] = {{"LSM_ID_UNDEF", 0, 0},       {"LSM_ID_CAPABILITY", 100, 0},
                                      {"LSM_ID_SELINUX", 101, 0},   {"LSM_ID_SMACK", 102, 0},
                                      {"LSM_ID_TOMOYO", 103, 0},    {"LSM_ID_APPARMOR", 104, 0},
                                      {"LSM_ID_YAMA", 105, 0},      {"LSM_ID_LOADPIN", 106, 0},
                                      {"LSM_ID_SAFESETID", 107, 0}, {"LSM_ID_LOCKDOWN", 108, 0},
                                      {"LSM_ID_BPF", 109, 0},       {"LSM_ID_LANDLOCK", 110, 0},
                                      {"LSM_ID_IMA", 111, 0},       {"LSM_ID_EVM", 112, 0},
                                      {"LSM_ID_IPE", 113, 0},       XEND};
static const struct xlat flags[] = {{"LSM_FLAG_SINGLE", 1, 0}, XEND};

const struct xlat_table xlat_lsm[] = {{"lsm_attr", attributes, "LSM_ATTR_???"},
                                      {"lsm_id", modules, "LSM_ID_???"},
                                      {"lsm_flags", flags, "LSM_FLAG_???"},
                                      {0}};
