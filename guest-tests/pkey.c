/* pkey.c - protection keys; without the processor's support only the errors can be seen. */
#include "probe.h"

static void without(void)
{
    char *p = pages(1, RW);
    is_ok(syscall(SYS_pkey_mprotect, p, PG, PROT_READ, -1), "pkey_mprotect with key -1 is mprotect");
    is_str(picture(p, 1), "r", "and does its work");
    is_err(syscall(SYS_pkey_mprotect, p, PG, RW, 16), "EINVAL", "key 16 is EINVAL");
    is_err(syscall(SYS_pkey_mprotect, p, PG, RW, 5), "EINVAL", "a key never allocated is EINVAL");
    is_err(syscall(SYS_pkey_free, 5), "EINVAL", "freeing a key never allocated is EINVAL");
    is_err(syscall(SYS_pkey_free, -1), "EINVAL", "freeing key -1 is EINVAL");
    is_err(syscall(SYS_pkey_alloc, 1, 0), "EINVAL", "pkey_alloc knows no flags");
    is_err(syscall(SYS_pkey_alloc, 0, 8), "EINVAL", "nor other rights");
}

static void with(int key)
{
    char *p = pages(4, RW);
    fill(p, 4, 'a');
    is_num(pkey_get(key), 0, "a new key has the rights asked for");
    is_ok(pkey_mprotect(p + PG, PG, RW, key), "pkey_mprotect");
    is_str(picture(p, 4), "w|w|ww", "splits");
    is_num(atol(smaps_line(p + PG, "ProtectionKey")), key, "smaps names the key");
    is_str(try_access(p + PG, 'w'), "fine", "a key with all rights closes nothing");
    pkey_set(key, PKEY_DISABLE_WRITE);
    is_str(try_access(p + PG, 'r'), "fine", "PKEY_DISABLE_WRITE lets reads pass");
    is_str(try_access(p + PG, 'w'), "SEGV_PKUERR", "and stops writes with SEGV_PKUERR");
    is_num((long)fault_info.si_pkey, key, "si_pkey is the key");
    pkey_set(key, PKEY_DISABLE_ACCESS);
    is_str(try_access(p + PG, 'r'), "SEGV_PKUERR", "PKEY_DISABLE_ACCESS stops reads");
    is_str(try_access(p, 'r'), "fine", "of its pages only");
    pkey_set(key, PKEY_DISABLE_WRITE);
    must(mprotect(p + PG, PG, PROT_READ));
    is_str(try_access(p + PG, 'w'), "SEGV_PKUERR", "a page closed by both reports SEGV_PKUERR");
    is_num(atol(smaps_line(p + PG, "ProtectionKey")), key, "mprotect keeps the key");
    int fd[2];
    must(pipe(fd));
    must(write(fd[1], "z", 1));
    must(mprotect(p + PG, PG, RW));
    is_err(syscall(SYS_read, fd[0], p + PG, 1), "EFAULT", "the kernel minds the key too");
    pkey_set(key, 0);
    is_ok(pkey_mprotect(p + PG, PG, RW, 0), "back to key 0");
    is_str(picture(p, 4), "wwww", "merges");
    is_ok(pkey_free(key), "pkey_free");
    is_err(pkey_free(key), "EINVAL", "twice is EINVAL");
    must(mprotect(p + PG, PG, PROT_EXEC));
    is_err(mlock(p + PG, PG), "ENOMEM",
           "execute-only memory can't be populated by mlock: its key denies reading");
    must(munmap(p + PG, PG));
    int n = 0;
    while (pkey_alloc(0, 0) >= 0)
        n++;
    is_true(errno == ENOSPC, "keys run out with ENOSPC");
    is_num(n, 14, "after fourteen: execute-only memory has one");
}

int main(void)
{
    if (syscall(SYS_pkey_free, -1) && errno == ENOSYS) {
        told_skip("protection keys", "this kernel was built without them");
        return done();
    }
    without();
    int key = pkey_alloc(0, 0);
    if (key < 0) {
        is_true(errno == EINVAL, "without protection keys the first pkey_alloc is EINVAL");
        is_err(pkey_alloc(0, 0), "ENOSPC", "and those after it are ENOSPC");
        told_skip("everything about keys in use", "no protection keys here");
    } else {
        with(key);
    }
    return done();
}
