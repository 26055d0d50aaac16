/*
 * object.h - what a mapping shows: objects, whose pages are the page cache, and open files (mm/object.c).
 */
#ifndef MSEAL_EMU_OBJECT_H
#define MSEAL_EMU_OBJECT_H

#include <mseal-emu/phys.h>

#include <stddef.h>

struct mm_system;

enum vm_object_kind {
    OBJ_FILE,    /* backed by ops->read_page: a regular file of the host */
    OBJ_SHMEM,   /* memory only: tmpfs, memfd, shared anonymous, SysV segments */
    OBJ_ZERO,    /* private mappings of /dev/zero: like anonymous, but Linux remembers the file */
    OBJ_SPECIAL, /* frames installed once by the emulator ([vdso] ...): never read, never grown */
    OBJ_HUGETLB, /* hugetlbfs of a machine that reserves no huge pages: areas and sizes, never a page */
};

struct vm_object_ops {
    /* Fill one page (zeroes past the end of file). 0 or negative errno (the access then gets SIGBUS). */
    int (*read_page)(struct vm_object *obj, uint64_t index, void *page);
    /* Write len bytes at offset through to the backing store, may be NULL. 0 or negative errno. */
    int (*write_back)(struct vm_object *obj, uint64_t offset, const void *data, uint64_t len);
    void (*release)(struct vm_object *obj); /* last reference gone, frames already freed; may be NULL */
};

/*
 * Page-cache pages are found by index. Every user of the bytes, read(2), write(2), shared mappings and
 * private mappings before they copy, sees the same frames.
 */
struct vm_object {
    enum vm_object_kind kind;
    unsigned refs;
    uint64_t size;          /* bytes; an access past the page holding the last byte gets SIGBUS */
    unsigned fseals;        /* F_SEAL_* of memfds (fcntl(2)) */
    uint64_t writable_maps; /* pages of shared mappings that may write: F_SEAL_WRITE is EBUSY while > 0 */
    unsigned nr_vmas;       /* VMAs, in all address spaces and snapshots, that show this object */
    uint64_t nr_pages;      /* frames cached now */
    uint64_t page_size;     /* bytes: 2 MiB or 1 GiB of OBJ_HUGETLB, otherwise MM_PAGE_SIZE */
    /* the pages from mirror_at on are those from 0 on once more; 0 pages: none are */
    uint64_t mirror_at, mirror_pages;
    const struct vm_object_ops *ops; /* NULL for OBJ_SHMEM */
    void *priv;                      /* the owner's */
    struct mm_system *sys;
    void *pages; /* index -> pfn, private to object.c */
};

/* size: bytes; ops: NULL for OBJ_SHMEM; priv: the owner's. One reference; NULL: no memory. */
struct vm_object *vm_object_create(struct mm_system *sys, enum vm_object_kind kind, uint64_t size,
                                   const struct vm_object_ops *ops, void *priv);
/* One reference more (returns obj) / less: the last one frees the cached frames and calls ops->release. */
struct vm_object *vm_object_get(struct vm_object *obj);
void vm_object_put(struct vm_object *obj);
/* The cached frame at index; with create, one is read in or made. PFN_NONE and *err set on failure. No reference taken. */
pfn_t vm_object_page(struct vm_object *obj, uint64_t index, bool create, int *err);
/* read(2)/write(2) on the page cache. Return bytes moved (short at end of file), or negative errno.
 * vm_object_write grows the object (never past F_SEAL_GROW: -EPERM) and writes through if ops say so. */
int64_t vm_object_read(struct vm_object *obj, uint64_t offset, void *buf, uint64_t len);
int64_t vm_object_write(struct vm_object *obj, uint64_t offset, const void *buf, uint64_t len);
/* ftruncate(2), to `size` bytes: frees cached pages past the new end, unmaps them (private copies too) in every mm, zeroes the
 * tail. 0, -EPERM (F_SEAL_SHRINK, F_SEAL_GROW) or -EINVAL (above INT64_MAX, no multiple of a huge page). */
int vm_object_truncate(struct vm_object *obj, uint64_t size);
/* Frees cached pages that lie wholly behind the end. */
void vm_object_trim(struct vm_object *obj);
/* fallocate(FALLOC_FL_PUNCH_HOLE | KEEP_SIZE) and MADV_REMOVE: offset and len in bytes. 0 or negative errno. */
int vm_object_punch(struct vm_object *obj, uint64_t offset, uint64_t len);
/* Next data / hole at or after offset, as lseek(SEEK_DATA/SEEK_HOLE) on tmpfs; -ENXIO past the end. */
int64_t vm_object_seek(struct vm_object *obj, uint64_t offset, bool hole);
/* How many pages from index first to last are cached, and of these differ from the backing store. */
void vm_object_count(const struct vm_object *obj, uint64_t first, uint64_t last, uint64_t *cached,
                     uint64_t *dirty);
/* Write dirty pages of the bytes [offset, offset+len) back (msync, fsync, unmap of the last shared mapping). 0, or the first
 * error that write_back gave. */
int vm_object_sync(struct vm_object *obj, uint64_t offset, uint64_t len);

/* fcntl(F_ADD_SEALS): 0, -EPERM (F_SEAL_SEAL set), -EBUSY (F_SEAL_WRITE while writably mapped), -EINVAL. */
int vm_object_add_seals(struct vm_object *obj, unsigned seals);

/*
 * An open file as mappings see it. Owners embed it (a syscall layer's struct file). Linux merges two
 * neighbouring file mappings only if they came from the same open file, so identity matters here.
 */
struct mm_file {
    struct vm_object *obj;   /* what it maps; NULL: not mappable (ENODEV) */
    unsigned refs;           /* mappings + descriptors */
    bool readable, writable; /* opened for; PROT_WRITE of MAP_SHARED without writable is EACCES */
    bool noexec;             /* the mount forbids PROT_EXEC: EPERM */
    bool append_only;        /* O_APPEND inode attribute */
    uint64_t vm_flags;       /* VM_* that every mapping of it gets (what Linux' mmap handlers add), 0: none */
    uint64_t dev, ino;       /* as /proc/PID/maps shows them; dev is major << 20 | minor (Linux' dev_t) */
    /* Writes the path for /proc/PID/maps, " (deleted)" included, never more than size bytes; returns its length. */
    size_t (*path)(const struct mm_file *f, char *buf, size_t size);
    void (*release)(struct mm_file *f); /* refs reached 0 */
};
/* One reference more (returns f) / less: the last one calls f->release. */
struct mm_file *mm_file_get(struct mm_file *f);
void mm_file_put(struct mm_file *f);

#endif
