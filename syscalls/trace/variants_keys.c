/* variants_keys.c - what the arguments of keyctl(2) are, by its command. */
#include <linux/keyctl.h>

#include "print.h"

static const struct variant keyctl_variants[] = {
    {KEYCTL_GET_KEYRING_ID, "n:key,int"},
    {KEYCTL_JOIN_SESSION_KEYRING, "str"},
    {KEYCTL_UPDATE, "n:key,in@3,size"},
    {KEYCTL_REVOKE, "n:key"},
    {KEYCTL_CHOWN, "n:key,uid,gid"},
    {KEYCTL_SETPERM, "n:key,f:key_permission"},
    {KEYCTL_DESCRIBE, "n:key,o:key_text,size"},
    {KEYCTL_CLEAR, "n:key"},
    {KEYCTL_LINK, "n:key,n:key"},
    {KEYCTL_UNLINK, "n:key,n:key"},
    {KEYCTL_SEARCH, "n:key,str,str,n:key"},
    {KEYCTL_READ, "n:key,room@3,size"},
    {KEYCTL_INSTANTIATE, "n:key,in@3,size,n:key"},
    {KEYCTL_NEGATE, "n:key,uint,n:key"},
    {KEYCTL_SET_REQKEY_KEYRING, "n:key_default"},
    {KEYCTL_SET_TIMEOUT, "n:key,uint"},
    {KEYCTL_ASSUME_AUTHORITY, "n:key"},
    {KEYCTL_GET_SECURITY, "n:key,o:key_text,size"},
    {KEYCTL_SESSION_TO_PARENT, NULL},
    {KEYCTL_REJECT, "n:key,uint,n:key_reason,n:key"},
    {KEYCTL_INSTANTIATE_IOV, "n:key,iov@3,ulong,n:key"},
    {KEYCTL_INVALIDATE, "n:key"},
    {KEYCTL_GET_PERSISTENT, "uid,n:key"},
    {KEYCTL_RESTRICT_KEYRING, "n:key,str,str"},
    {KEYCTL_MOVE, "n:key,n:key,n:key,f:key_move"},
    {VARIANT_OTHERWISE, "hex,hex,hex,hex"},
};

const struct variant_set variant_sets_keys[] = {
    {"keyctl", keyctl_variants, 0},
    {NULL, NULL, 0},
};
