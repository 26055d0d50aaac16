/* xlat_landlock.c - names of landlock(7), in strace's order. */
#include "xlat.h"

#define FS(name, bit)                                                                                        \
    {                                                                                                        \
        "LANDLOCK_ACCESS_FS_" #name, 1u << (bit), 0                                                          \
    }
static const struct xlat fs_rights[] = {FS(EXECUTE, 0),
                                        FS(WRITE_FILE, 1),
                                        FS(READ_FILE, 2),
                                        FS(READ_DIR, 3),
                                        FS(REMOVE_DIR, 4),
                                        FS(REMOVE_FILE, 5),
                                        FS(MAKE_CHAR, 6),
                                        FS(MAKE_DIR, 7),
                                        FS(MAKE_REG, 8),
                                        FS(MAKE_SOCK, 9),
                                        FS(MAKE_FIFO, 10),
                                        FS(MAKE_BLOCK, 11),
                                        FS(MAKE_SYM, 12),
                                        FS(REFER, 13),
                                        FS(TRUNCATE, 14),
                                        FS(IOCTL_DEV, 15),
                                        XEND};
static const struct xlat net_rights[] = {
    {"LANDLOCK_ACCESS_NET_BIND_TCP", 1, 0}, {"LANDLOCK_ACCESS_NET_CONNECT_TCP", 2, 0}, XEND};
static const struct xlat scopes[] = {
    {"LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET", 1, 0}, {"LANDLOCK_SCOPE_SIGNAL", 2, 0}, XEND};
static const struct xlat rules[] = {
    {"LANDLOCK_RULE_PATH_BENEATH", 1, 0}, {"LANDLOCK_RULE_NET_PORT", 2, 0}, XEND};
static const struct xlat create_flags[] = {
    {"LANDLOCK_CREATE_RULESET_VERSION", 1, 0}, {"LANDLOCK_CREATE_RULESET_ERRATA", 2, 0}, XEND};

const struct xlat_table xlat_landlock[] = {{"landlock_fs", fs_rights, "LANDLOCK_ACCESS_FS_???"},
                                           {"landlock_net", net_rights, "LANDLOCK_ACCESS_NET_???"},
                                           {"landlock_scope", scopes, "LANDLOCK_SCOPE_???"},
                                           {"landlock_rule", rules, "LANDLOCK_RULE_???"},
                                           {"landlock_create", create_flags, "LANDLOCK_CREATE_RULESET_???"},
                                           {0}};
