/* keyctl.h - what keyctl(2), add_key(2) and request_key(2) share; a holds keyctl's six registers, the operation first. */
#ifndef SYSCALLS_KEYS_KEYCTL_H
#define SYSCALLS_KEYS_KEYCTL_H

#include "keys.h"

#define KEY_TYPE_MAX 32 /* bytes, with the end */
#define KEY_DESC_MAX 4096

/* A text of the caller's: its length, -EFAULT, or -EINVAL where it has `size` bytes or more. */
int64_t key_text_in(struct task *t, uint64_t uaddr, char *buf, size_t size);
int key_type_in(struct task *t, uint64_t uaddr, char type[KEY_TYPE_MAX]); /* 0, -EFAULT, -EINVAL or -EPERM */

int64_t keyctl_get_keyring_id(struct task *t, const uint64_t a[6]);
int64_t keyctl_join_session(struct task *t, const uint64_t a[6]);
int64_t keyctl_clear(struct task *t, const uint64_t a[6]);
int64_t keyctl_link(struct task *t, const uint64_t a[6]);
int64_t keyctl_unlink(struct task *t, const uint64_t a[6]);
int64_t keyctl_move(struct task *t, const uint64_t a[6]);
int64_t keyctl_search(struct task *t, const uint64_t a[6]);
int64_t keyctl_session_to_parent(struct task *t, const uint64_t a[6]);
int64_t keyctl_set_default(struct task *t, const uint64_t a[6]);
int64_t keyctl_restrict(struct task *t, const uint64_t a[6]);

#endif
