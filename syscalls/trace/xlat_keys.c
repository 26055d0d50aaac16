/* xlat_keys.c - names of keys, their permissions and what keyctl(2) does with them, in strace's order. */
#include <linux/keyctl.h>

#include "xlat.h"

static const struct xlat commands[] = {X(KEYCTL_GET_KEYRING_ID),
                                       X(KEYCTL_JOIN_SESSION_KEYRING),
                                       X(KEYCTL_UPDATE),
                                       X(KEYCTL_REVOKE),
                                       X(KEYCTL_CHOWN),
                                       X(KEYCTL_SETPERM),
                                       X(KEYCTL_DESCRIBE),
                                       X(KEYCTL_CLEAR),
                                       X(KEYCTL_LINK),
                                       X(KEYCTL_UNLINK),
                                       X(KEYCTL_SEARCH),
                                       X(KEYCTL_READ),
                                       X(KEYCTL_INSTANTIATE),
                                       X(KEYCTL_NEGATE),
                                       X(KEYCTL_SET_REQKEY_KEYRING),
                                       X(KEYCTL_SET_TIMEOUT),
                                       X(KEYCTL_ASSUME_AUTHORITY),
                                       X(KEYCTL_GET_SECURITY),
                                       X(KEYCTL_SESSION_TO_PARENT),
                                       X(KEYCTL_REJECT),
                                       X(KEYCTL_INSTANTIATE_IOV),
                                       X(KEYCTL_INVALIDATE),
                                       X(KEYCTL_GET_PERSISTENT),
                                       X(KEYCTL_DH_COMPUTE),
                                       X(KEYCTL_PKEY_QUERY),
                                       X(KEYCTL_PKEY_ENCRYPT),
                                       X(KEYCTL_PKEY_DECRYPT),
                                       X(KEYCTL_PKEY_SIGN),
                                       X(KEYCTL_PKEY_VERIFY),
                                       X(KEYCTL_RESTRICT_KEYRING),
                                       X(KEYCTL_MOVE),
                                       X(KEYCTL_CAPABILITIES),
                                       {"KEYCTL_WATCH_KEY", 32, 0},
                                       XEND};
#define SPEC(name)                                                                                           \
    {                                                                                                        \
#name, (uint32_t)(name), 0                                                                           \
    }
static const struct xlat keyrings[] = {
    SPEC(KEY_SPEC_THREAD_KEYRING),  SPEC(KEY_SPEC_PROCESS_KEYRING),      SPEC(KEY_SPEC_SESSION_KEYRING),
    SPEC(KEY_SPEC_USER_KEYRING),    SPEC(KEY_SPEC_USER_SESSION_KEYRING), SPEC(KEY_SPEC_GROUP_KEYRING),
    SPEC(KEY_SPEC_REQKEY_AUTH_KEY), SPEC(KEY_SPEC_REQUESTOR_KEYRING),    XEND};
static const struct xlat defaults[] = {
    SPEC(KEY_REQKEY_DEFL_NO_CHANGE),         X(KEY_REQKEY_DEFL_DEFAULT),
    X(KEY_REQKEY_DEFL_THREAD_KEYRING),       X(KEY_REQKEY_DEFL_PROCESS_KEYRING),
    X(KEY_REQKEY_DEFL_SESSION_KEYRING),      X(KEY_REQKEY_DEFL_USER_KEYRING),
    X(KEY_REQKEY_DEFL_USER_SESSION_KEYRING), X(KEY_REQKEY_DEFL_GROUP_KEYRING),
    X(KEY_REQKEY_DEFL_REQUESTOR_KEYRING),    XEND};
#define EIGHTH(who, at)                                                                                      \
    {"KEY_" who "_VIEW", 1u << (at), 0}, {"KEY_" who "_READ", 2u << (at), 0},                                \
        {"KEY_" who "_WRITE", 4u << (at), 0}, {"KEY_" who "_SEARCH", 8u << (at), 0},                         \
        {"KEY_" who "_LINK", 16u << (at), 0},                                                                \
    {                                                                                                        \
        "KEY_" who "_SETATTR", 32u << (at), 0                                                                \
    }
static const struct xlat permissions[] = {EIGHTH("POS", 24), EIGHTH("USR", 16), EIGHTH("GRP", 8),
                                          EIGHTH("OTH", 0), XEND};
static const struct xlat move_flags[] = {X(KEYCTL_MOVE_EXCL), XEND};

const struct xlat_table xlat_keys[] = {{"keyctl", commands, "KEYCTL_???"},
                                       {"keyring", keyrings, "KEY_SPEC_???"},
                                       {"key_default", defaults, "KEY_REQKEY_DEFL_???"},
                                       {"key_permission", permissions, "KEY_???"},
                                       {"key_move", move_flags, "KEYCTL_MOVE_???"},
                                       {0}};
