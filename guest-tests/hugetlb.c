/*
 * hugetlb.c - huge pages where none are reserved, as Linux starts: MAP_HUGETLB, MFD_HUGETLB and SHM_HUGETLB make areas and files
 * of them nevertheless, and only what wants a page fails.
 */
#include "probe.h"
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/statfs.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#define HUGE          (2ul << 20)
#define SIZED(log)    ((unsigned)(log) << 26)
#define LAZY          (MAP_HUGETLB | MAP_NORESERVE)
#define HUGETLB_MAGIC 0x958458f6

static char *lazy(size_t n, int how)
{
    return must(mmap(NULL, n * HUGE, RW, how | MAP_ANONYMOUS | LAZY, -1, 0));
}

static void files(void)
{
    int fd = must(memfd_create("big", MFD_HUGETLB)), old = must(memfd_create("small", 0));
    char path[64], link[64] = "", bytes[8] = "abc";
    struct stat st, small;
    struct statfs fs;

    must(fstat(fd, &st));
    must(fstat(old, &small));
    must(fstatfs(fd, &fs));
    is_num(st.st_mode, S_IFREG | 0777, "MFD_HUGETLB makes a file without asking for pages");
    is_true(st.st_blksize == HUGE && st.st_blocks == 0, "whose blocks are huge");
    is_true(st.st_dev != small.st_dev && fs.f_type == HUGETLB_MAGIC && fs.f_bsize == HUGE &&
                fs.f_frsize == HUGE && fs.f_blocks == 0,
            "on hugetlbfs");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    must(readlink(path, link, sizeof link - 1));
    is_str(link, "/memfd:big (deleted)", "and is named as others are");
    is_err(memfd_create("x", MFD_HUGETLB | SIZED(20)), "ENODEV", "there are no pages of 1 MiB");
    is_err(memfd_create("x", SIZED(21)), "EINVAL", "a size without MFD_HUGETLB");
    is_err(ftruncate(fd, PG), "EINVAL", "a file's length is a multiple of the huge page's");
    is_ok(ftruncate(fd, 1l << 62), "and as long as you like");
    is_ok(ftruncate(fd, (off_t)(2 * HUGE)), "or short");
    is_err(write(fd, bytes, 3), "EINVAL", "it is not written with write");
    is_num(read(fd, bytes, 3), 3, "but read");
    is_true(!bytes[0] && !bytes[2], "as zeroes");
    is_num(pread(fd, bytes, 8, (off_t)(2 * HUGE) - 1), 1, "up to its end");
    is_num(lseek(fd, 0, SEEK_DATA), 0, "it is all data");
    is_num(lseek(fd, 0, SEEK_HOLE), (long)(2 * HUGE), "without holes");
    is_err(fallocate(fd, 0, 0, HUGE), "ENOSPC", "fallocate finds no pages");
    is_err(fallocate(fd, 0, (off_t)(4 * HUGE), HUGE), "ENOSPC", "nor behind the end");
    must(fstat(fd, &st));
    is_num(st.st_size, (long)(2 * HUGE), "which stays where it was");
    is_ok(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 1, 5), "a hole can be punched");
    must(close(fd));
    must(close(old));
}

static void seals(void)
{
    int fd = must(memfd_create("sealed", MFD_HUGETLB | MFD_ALLOW_SEALING));
    char *p;

    must(ftruncate(fd, (off_t)HUGE));
    p = must(mmap(NULL, HUGE, RW, MAP_SHARED | MAP_NORESERVE, fd, 0));
    is_err(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), "EBUSY",
           "F_SEAL_WRITE with a writable mapping of huge pages");
    must(munmap(p, HUGE));
    is_ok(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK), "and without");
    is_err(mmap(NULL, HUGE, RW, MAP_SHARED | MAP_NORESERVE, fd, 0), "EPERM", "which forbids new ones");
    is_err(ftruncate(fd, 0), "EPERM", "F_SEAL_SHRINK counts");
    is_err(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, HUGE), "EPERM", "as for holes");
    p = must(mmap(NULL, HUGE, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd, 0));
    is_str(vmflags(p), "rd sh mr me ms de nr ht", "a mapping to read cannot become writable");
    must(munmap(p, HUGE));
    must(close(fd));
}

static void mapping_files(void)
{
    int fd = must(memfd_create("map", MFD_HUGETLB)), again;
    char path[64];
    struct stat st;
    struct row r;
    char *p;

    must(ftruncate(fd, (off_t)HUGE));
    is_err(mmap(NULL, HUGE, RW, MAP_SHARED, fd, 0), "ENOMEM", "a mapping that reserves its pages has none");
    is_err(mmap(NULL, HUGE, PROT_READ, MAP_PRIVATE, fd, 0), "ENOMEM", "nor a private one to read");
    is_err(mmap(NULL, PG, RW, MAP_SHARED, fd, PG), "EINVAL",
           "the offset is a multiple of the huge page's size");
    is_err(mmap(NULL, 0, RW, MAP_SHARED, fd, 0), "EINVAL", "the length is not 0");
    is_err(mmap(NULL, PG, RW, MAP_SHARED_VALIDATE | MAP_SYNC | MAP_NORESERVE, fd, 0), "EOPNOTSUPP",
           "MAP_SYNC is for others");
    p = must(mmap(NULL, HUGE - 5, RW, MAP_SHARED | MAP_NORESERVE, fd, 0));
    row_of(p, &r);
    is_true((unsigned long)p % HUGE == 0 && r.end - r.start == HUGE,
            "with MAP_NORESERVE it is made, aligned and rounded up");
    is_str(r.name, "/memfd:map (deleted)", "and shows its file");
    is_str(vmflags(p), "rd wr sh mr mw me ms de nr ht", "its flags");
    is_num(smaps_kb(p, "KernelPageSize"), 2048, "and its pages' size");
    is_num(smaps_kb(p, "Rss"), 0, "none of which is there");
    is_str(try_access(p, 'r'), "BUS_ADRERR", "reading is SIGBUS");
    is_str(try_access(p + PG + 1, 'w'), "BUS_ADRERR", "writing, too, at the very address");
    must(munmap(p, HUGE));
    is_ok(mmap(NULL, HUGE, RW, MAP_SHARED | MAP_HUGETLB | SIZED(63) | MAP_NORESERVE, fd, 0),
          "MAP_HUGETLB with a file of them says nothing");
    must(mmap(NULL, 3 * HUGE, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd, 0));
    must(fstat(fd, &st));
    is_num(st.st_size, (long)HUGE, "mapping past the end to read");
    must(mmap(NULL, 3 * HUGE, RW, MAP_PRIVATE | MAP_NORESERVE, fd, 0));
    must(fstat(fd, &st));
    is_num(st.st_size, (long)(3 * HUGE), "or to write, which makes the file longer");
    must(close(fd));
    fd = must(memfd_create("again", MFD_HUGETLB));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    again = must(open(path, O_RDONLY));
    p = must(mmap(NULL, PG, PROT_READ, MAP_SHARED | MAP_NORESERVE, again, 0));
    is_str(vmflags(p), "rd mr me ms de nr ht", "a file opened again is the same to map");
    must(close(again));
    must(close(fd));
    fd = temp_file(PG);
    is_err(mmap(NULL, PG, PROT_READ, MAP_PRIVATE | MAP_HUGETLB, fd, 0), "EINVAL",
           "MAP_HUGETLB of another file");
    must(close(fd));
}

static void anonymous(void)
{
    struct row r;
    char *p;

    is_err(mmap(NULL, HUGE, RW, ANON | MAP_HUGETLB, -1, 0), "ENOMEM", "MAP_HUGETLB without pages");
    is_err(mmap(NULL, HUGE, PROT_NONE, SHARED | MAP_HUGETLB | SIZED(30), -1, 0), "ENOMEM", "of any size");
    is_err(mmap(NULL, HUGE, RW, ANON | LAZY | SIZED(22), -1, 0), "EINVAL", "of 4 MiB");
    is_err(mmap(NULL, HUGE, RW, ANON | LAZY, -1, PG), "EINVAL", "an offset counts though there is no file");
    is_err(mmap(NULL, HUGE, RW, ANON | LAZY | MAP_GROWSDOWN, -1, 0), "EINVAL", "it is no stack");
    is_err(mmap(NULL, HUGE, RW, MAP_ANONYMOUS | LAZY, -1, 0), "EINVAL", "and private or shared");
    is_ok(mmap(NULL, HUGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS | LAZY, -1, 0),
          "MAP_SHARED_VALIDATE is for files, as this is one");
    p = must(mmap(NULL, PG, RW, ANON | LAZY | MAP_LOCKED | MAP_POPULATE | SIZED(30), -1, 0));
    row_of(p, &r);
    is_true(r.end - r.start == 1ul << 30 && r.start % (1ul << 30) == 0, "a page of 1 GiB is aligned to that");
    is_true(smaps_kb(p, "MMUPageSize") == 1 << 20 && !has_flag(p, "lo"), "and not locked, asked or not");
    is_str(r.name, "/anon_hugepage (deleted)", "it shows as a file");
    must(munmap(p, 1ul << 30));
    p = lazy(1, MAP_SHARED);
    is_str(vmflags(p), "rd wr sh mr mw me ms de nr ht", "shared");
    must(munmap(p, HUGE));
}

/* Where a huge page would be cut, it is EINVAL and nothing happens. */
static void cutting(void)
{
    char *p = lazy(4, MAP_PRIVATE);

    is_err(munmap(p, PG), "EINVAL", "munmap of a part of a huge page");
    is_err(munmap(p + PG, HUGE), "EINVAL", "from its middle");
    is_err(mmap(p + PG, PG, RW, ANON | MAP_FIXED, -1, 0), "EINVAL", "or to map over it");
    is_err(mprotect(p, PG, PROT_READ), "EINVAL", "mprotect of a part");
    is_err(mprotect(p + HUGE + PG, 3 * HUGE - PG, PROT_READ), "EINVAL", "up to the end");
    is_ok(mprotect(p + HUGE, HUGE, PROT_READ), "of a whole one");
    is_ok(mprotect(p + HUGE, HUGE, RW), "and back");
    is_true(row_of(p, &(struct row){0}) && strstr(vmflags(p + HUGE), "wr"),
            "is two areas, which never merge");
    is_ok(munmap(p + 3 * HUGE, HUGE), "munmap of a whole one");
    is_err(madvise(p, PG, MADV_RANDOM), "EINVAL", "advice that would cut");
    is_ok(madvise(p, HUGE, MADV_RANDOM), "and that would not");
    is_ok(madvise(p, PG, MADV_DONTNEED), "MADV_DONTNEED rounds its end down");
    is_err(madvise(p + PG, PG, MADV_DONTNEED), "EINVAL", "not its start");
    is_err(madvise(p, HUGE, MADV_FREE), "EINVAL", "MADV_FREE");
    is_err(madvise(p, HUGE, MADV_WIPEONFORK), "EINVAL", "MADV_WIPEONFORK");
    is_err(madvise(p, HUGE, MADV_COLD), "EINVAL", "MADV_COLD");
    is_err(madvise(p, HUGE, MADV_POPULATE_READ), "EFAULT", "MADV_POPULATE_READ meets the missing page");
    is_err(mlock(p, HUGE), "ENOMEM", "and so does mlock");
    is_true(!has_flag(p, "lo"), "which locks nothing");
    if (since(6, 10))
        is_err(sys_mseal(p, PG, 0), "EINVAL", "mseal of a part");
    else
        told_skip("mseal of a part", "mseal came with Linux 6.10");
}

static void moving(void)
{
    char *room = must(mmap(NULL, 16 * HUGE, PROT_NONE, ANON | MAP_NORESERVE, -1, 0)), *p;

    room = (char *)(((unsigned long)room + HUGE - 1) & ~(HUGE - 1));
    p = must(mmap(room, 2 * HUGE, RW, ANON | LAZY | MAP_FIXED, -1, 0));
    is_err(mremap(p, HUGE, 2 * HUGE, MREMAP_MAYMOVE), "EINVAL", "mremap makes no more huge pages");
    is_ok(mremap(p, 2 * HUGE, 2 * HUGE - PG, 0), "lengths are rounded up");
    is_err(mremap(p + PG, HUGE, HUGE, MREMAP_MAYMOVE), "EINVAL", "addresses are not");
    is_err(mremap(p, 2 * HUGE, 2 * HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + 5 * HUGE + PG), "EINVAL",
           "nor the new one");
    is_err(mremap(p, 2 * HUGE, 2 * HUGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0), "EINVAL", "MREMAP_DONTUNMAP");
    is_true(mremap(p, 2 * HUGE, 2 * HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + 6 * HUGE) == room + 6 * HUGE,
            "they move");
    is_true(mremap(room + 6 * HUGE, 2 * HUGE, HUGE, 0) == room + 6 * HUGE, "and become fewer");
    is_str(try_access(room + 7 * HUGE, 'r'), "SEGV_MAPERR", "with the rest gone");
    must(mmap(room, PG, RW, ANON | MAP_FIXED, -1, 0));
    is_err(mmap(room, HUGE, RW, ANON | MAP_HUGETLB | MAP_FIXED, -1, 0), "ENOMEM",
           "an mmap that finds no pages");
    is_str(try_access(room, 'r'), "SEGV_MAPERR", "has dropped what was there");
}

static int child_reads(char *p)
{
    return strcmp(try_access(p, 'r'), "BUS_ADRERR");
}

static void kernel_and_child(void)
{
    char *p = lazy(1, MAP_SHARED);
    int pair[2];

    must(pipe(pair));
    is_err(write(pair[1], p, 5), "EFAULT", "the kernel reads no missing page either");
    must(write(pair[1], "abcde", 5));
    is_err(read(pair[0], p, 5), "EFAULT", "nor writes it");
    is_num(in_child(child_reads, p), 0, "a child has the same");
    must(munmap(p, HUGE));
}

static void segments(void)
{
    struct shmid_ds ds;
    struct row r;
    char *p;
    int id;

    is_err(shmget(IPC_PRIVATE, PG, IPC_CREAT | 0600 | SHM_HUGETLB), "ENOMEM", "SHM_HUGETLB reserves");
    is_err(shmget(IPC_PRIVATE, PG, IPC_CREAT | 0600 | SHM_HUGETLB | SIZED(22)), "EINVAL", "pages of 4 MiB");
    id = must(shmget(IPC_PRIVATE, PG, IPC_CREAT | 0600 | SHM_HUGETLB | SHM_NORESERVE));
    must(shmctl(id, IPC_STAT, &ds));
    is_num((long)ds.shm_segsz, PG, "SHM_NORESERVE does not, and the size is told as asked for");
    p = must(shmat(id, NULL, 0));
    must(shmctl(id, IPC_RMID, NULL));
    row_of(p, &r);
    is_true(r.end - r.start == HUGE && (unsigned long)p % HUGE == 0, "shmat maps all of the page");
    is_str(vmflags(p), "rd wr sh mr mw me ms de ht", "without a word on reserving");
    is_str(try_access(p, 'w'), "BUS_ADRERR", "and it is missing");
    is_err(shmat(id, p + 4 * HUGE + PG, 0), "EINVAL", "shmat at what is not aligned");
    is_ok(shmctl(id, SHM_LOCK, NULL), "SHM_LOCK has nothing to do");
    must(shmctl(id, IPC_STAT, &ds));
    is_num(ds.shm_perm.mode & SHM_LOCKED, 0, "and does not show");
    is_ok(shmdt(p), "shmdt");
}

int main(void)
{
    const char *reserved = proc_read("/proc/sys/vm/nr_hugepages");

    if (!*reserved || atol(reserved)) {
        told_skip("huge pages that are missing", *reserved ? "this machine has some" : "without hugetlbfs");
        return done();
    }
    is_true(strstr(proc_read("/proc/meminfo"), "HugePages_Total:       0\nHugePages_Free:        0\n"
                                               "HugePages_Rsvd:        0\nHugePages_Surp:        0\n"
                                               "Hugepagesize:       2048 kB\n"),
            "meminfo counts no huge pages");
    is_str(proc_read("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"), "0\n",
           "and neither does sysfs");
    files();
    seals();
    mapping_files();
    anonymous();
    cutting();
    moving();
    kernel_and_child();
    segments();
    return done();
}
