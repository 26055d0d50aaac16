/*
 * memfd.c - the object behind memfd_create(2) and its seals (mm/memfd.c, mm/shmem.c of Linux 6.18).
 *
 * These seals belong to the object, not to a mapping: they are no sealing design, and every design has them beside it.
 */
#include "mm.h"
#include "uapi.h"

#define F_ALL_SEALS                                                                                          \
    (F_SEAL_SEAL | F_SEAL_EXEC | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

struct vm_object *mm_memfd_object(struct mm_system *sys, uint64_t page_size, bool allow_sealing,
                                  bool noexec_seal)
{
    struct vm_object *obj = page_size > MM_PAGE_SIZE ? mm_hugetlb_object(sys, 0, page_size)
                                                     : vm_object_create(sys, OBJ_SHMEM, 0, NULL, NULL);

    if (obj) {
        /* MFD_NOEXEC_SEAL implies MFD_ALLOW_SEALING */
        obj->fseals = allow_sealing || noexec_seal ? 0 : F_SEAL_SEAL;
        if (noexec_seal)
            obj->fseals |= F_SEAL_EXEC;
    }
    return obj;
}

int vm_object_add_seals(struct vm_object *obj, unsigned seals)
{
    if (seals & ~(unsigned)F_ALL_SEALS)
        return -EINVAL;
    if (obj->fseals & F_SEAL_SEAL)
        return -EPERM;
    if ((seals & F_SEAL_WRITE) && !(obj->fseals & F_SEAL_WRITE) && obj->writable_maps)
        return -EBUSY;
    obj->fseals |= seals;
    return 0;
}
