/* memfd.c - memory files, their seals, and what they mean for mappings. */
#include "probe.h"

#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u
#define MFD_EXEC        0x10u
#endif

static int sealable(size_t n)
{
    int fd = must(memfd_create("probe", MFD_ALLOW_SEALING));
    must(ftruncate(fd, (off_t)(n * PG)));
    return fd;
}

static void files(void)
{
    int fd = must(memfd_create("name with blank", 0));
    struct stat st;
    struct row r;
    must(ftruncate(fd, (off_t)(2 * PG)));
    char *p = must(mmap(NULL, 2 * PG, RW, MAP_SHARED, fd, 0));
    row_of(p, &r);
    is_str(r.name, "/memfd:name with blank (deleted)", "maps names a memory file");
    fstat(fd, &st);
    is_num((long)st.st_size, (long)(2 * PG), "ftruncate gives it a size");
    is_num(st.st_nlink, 0, "it has no links");
    p[0] = 'm';
    char c = 0;
    must(pread(fd, &c, 1, 0));
    is_num(c, 'm', "read(2) sees what was written by mapping");
    is_err(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), "EPERM", "without MFD_ALLOW_SEALING it cannot be sealed");
    is_num(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL, "for F_SEAL_SEAL is set");
    is_err(memfd_create("x", 0x8000), "EINVAL", "an unknown flag is EINVAL");
    is_err(memfd_create((char *)8, 0), "EFAULT", "a bad name is EFAULT");
    char longname[300];
    memset(longname, 'n', sizeof longname);
    longname[249] = 0;
    is_ok(memfd_create(longname, 0), "a name of 249 bytes");
    longname[249] = 'n';
    longname[250] = 0;
    is_err(memfd_create(longname, 0), "EINVAL", "one of 250 is EINVAL");
    is_err(fcntl(open("/proc/self/maps", O_RDONLY), F_GET_SEALS), "EINVAL", "other files know no seals");
}

static void sealing(void)
{
    int fd = sealable(2);
    is_num(fcntl(fd, F_GET_SEALS), 0, "a sealable file has none at first");
    is_err(fcntl(fd, F_ADD_SEALS, 0x1000), "EINVAL", "an unknown seal is EINVAL");
    is_ok(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), "F_SEAL_SHRINK");
    is_err(ftruncate(fd, (off_t)PG), "EPERM", "forbids shrinking");
    is_ok(ftruncate(fd, (off_t)(3 * PG)), "not growing");
    is_ok(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), "F_SEAL_GROW");
    is_err(ftruncate(fd, (off_t)(4 * PG)), "EPERM", "forbids growing");
    is_err(pwrite(fd, "x", 1, (off_t)(3 * PG)), "EPERM", "by write(2) too");
    char *p = must(mmap(NULL, PG, RW, MAP_SHARED, fd, 0));
    is_err(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), "EBUSY",
           "F_SEAL_WRITE is EBUSY while a shared writable mapping exists");
    is_ok(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), "F_SEAL_FUTURE_WRITE is not");
    is_str(try_access(p, 'w'), "fine", "and leaves that mapping writable");
    is_err(mmap(NULL, PG, RW, MAP_SHARED, fd, 0), "EPERM", "but allows no new one");
    is_err(pwrite(fd, "x", 1, 0), "EPERM", "nor write(2)");
    must(munmap(p, PG));
    is_ok(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), "F_SEAL_WRITE once it is gone");
    p = must(mmap(NULL, PG, PROT_READ, MAP_SHARED, fd, 0));
    is_err(mprotect(p, PG, RW), "EACCES", "a shared read-only mapping of it cannot become writable");
    is_true(!has_flag(p, "mw"), "smaps shows that: no mw");
    char *q = must(mmap(NULL, PG, RW, MAP_PRIVATE, fd, 0));
    is_str(try_access(q, 'w'), "fine", "private mappings can be written");
    is_ok(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), "F_SEAL_SEAL");
    is_err(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), "EPERM", "ends it: no more seals, not even one it has");
    is_num(fcntl(fd, F_GET_SEALS),
           F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE,
           "F_GET_SEALS lists all");
}

static void punching(void)
{
    int fd = sealable(3);
    char *p = must(mmap(NULL, 3 * PG, RW, MAP_SHARED, fd, 0));
    char *q = must(mmap(NULL, 3 * PG, RW, MAP_PRIVATE, fd, 0));
    memset(p, 'p', 3 * PG);
    q[0] = 'q';
    is_ok(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)(2 * PG)), "punching a hole");
    is_true(p[0] == 0 && p[PG] == 0 && p[2 * PG] == 'p', "zeroes the shared pages");
    is_num(q[0], 'q', "keeps private copies");
    is_num(q[PG], 0, "and shows through where there is none");
    is_ok(madvise(p + 2 * PG, PG, MADV_REMOVE), "MADV_REMOVE of a mapping of it");
    is_num(p[2 * PG], 0, "does the same");
    must(ftruncate(fd, (off_t)PG));
    is_str(try_access(q + PG, 'r'), "BUS_ADRERR", "truncated, its pages are SIGBUS");
    is_err(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, (off_t)PG), "EOPNOTSUPP",
           "punching wants FALLOC_FL_KEEP_SIZE");
    is_ok(fallocate(fd, 0, 0, (off_t)(2 * PG)), "fallocate grows");
    is_num(p[PG], 0, "with zeroes");
}

int main(void)
{
    files();
    sealing();
    punching();
    return done();
}
