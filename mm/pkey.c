/*
 * pkey.c - pkey_alloc(2) and pkey_free(2): which of the 16 protection keys are taken.
 *
 * Freeing a key leaves it on the VMAs that have it, and Linux lets even key 0 go (arch/x86/include/asm/pkeys.h, 6.18).
 */
#include "mm.h"

#define PKEYS            16
#define PKEY_ACCESS_MASK 3u /* PKEY_DISABLE_ACCESS | PKEY_DISABLE_WRITE */

int64_t mm_pkey_alloc(struct mm *mm, uint64_t flags, uint64_t rights)
{
    if (flags)
        return mm_fail(mm, -EINVAL, "the flags must be 0");
    if (rights & ~(uint64_t)PKEY_ACCESS_MASK)
        return mm_fail(mm, -EINVAL, "unknown access rights");
    for (int key = 0; key < (mm->sys->no_pkeys ? 1 : PKEYS); key++) {
        if (!(mm->pkey_map & 1u << key)) {
            mm->pkey_map |= (uint16_t)(1u << key);
            if (mm->sys
                    ->no_pkeys) /* taken all the same: Linux can't give it back, the execute-only key is 0 */
                return mm_fail(mm, -EINVAL, "the processor has no protection keys");
            return key;
        }
    }
    return mm_fail(mm, -ENOSPC, "all protection keys are taken");
}

int64_t mm_pkey_free(struct mm *mm, int pkey)
{
    if (pkey < 0 || pkey >= PKEYS || !(mm->pkey_map & 1u << pkey) || pkey == mm->execute_only_pkey)
        return mm_fail(mm, -EINVAL, "the protection key is not allocated");
    mm->pkey_map &= (uint16_t) ~(1u << pkey);
    return 0;
}
