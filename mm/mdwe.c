/* mdwe.c - prctl(PR_SET_MDWE): memory that was writable never becomes executable (kernel/sys.c of Linux 6.18). */
#include "mm.h"

#define PR_MDWE_REFUSE_EXEC_GAIN 1u
#define PR_MDWE_NO_INHERIT       2u

int64_t mm_set_mdwe(struct mm *mm, uint64_t bits)
{
    if (bits & ~(uint64_t)(PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT))
        return mm_fail(mm, -EINVAL, "unknown bits");
    if ((bits & PR_MDWE_NO_INHERIT) && !(bits & PR_MDWE_REFUSE_EXEC_GAIN))
        return mm_fail(mm, -EINVAL, "PR_MDWE_NO_INHERIT says something about PR_MDWE_REFUSE_EXEC_GAIN only");
    if (mm->mdwe && mm->mdwe != bits)
        return mm_fail(mm, -EPERM, "once set, it can be neither unset nor changed");
    mm->mdwe = (unsigned)bits;
    return 0;
}

unsigned mm_mdwe_inherited(const struct mm *mm)
{
    return mm->mdwe & PR_MDWE_NO_INHERIT ? 0 : mm->mdwe;
}

int64_t mm_get_mdwe(struct mm *mm)
{
    return mm->mdwe;
}
