/* mprotect.c - changing protection: splits, merges, what stays changed after a refusal. */
#include "probe.h"

static void splitting(void)
{
    char *p = pages(6, RW);
    is_ok(mprotect(p + 2 * PG, 2 * PG, PROT_READ), "mprotect of the middle");
    is_str(picture(p, 6), "ww|rr|ww", "splits into three");
    is_ok(mprotect(p + 2 * PG, 2 * PG, RW), "mprotect back");
    is_str(picture(p, 6), "wwwwww", "merges into one");
    must(mprotect(p, 2 * PG, PROT_READ));
    must(mprotect(p + 4 * PG, 2 * PG, PROT_READ));
    must(mprotect(p + 2 * PG, 2 * PG, PROT_READ));
    is_str(picture(p, 6), "rrrrrr", "mprotect between two equal neighbours merges three into one");
    must(mprotect(p, 3 * PG, PROT_NONE));
    is_str(picture(p, 6), "nnn|rrr", "mprotect of the head moves the boundary");
    must(mprotect(p + 2 * PG, 2 * PG, RW));
    is_str(picture(p, 6), "nn|ww|rr", "mprotect over a boundary takes from both sides");
    must(mprotect(p, 6 * PG, PROT_READ | PROT_WRITE | PROT_EXEC));
    is_str(picture(p, 6), "WWWWWW", "mprotect over several VMAs makes one of them");
    must(mprotect(p, 6 * PG, PROT_EXEC));
    is_str(picture(p, 6), "xxxxxx", "PROT_EXEC alone shows as --xp");
    must(mprotect(p, 6 * PG, PROT_WRITE));
    is_str(picture(p, 6), "vvvvvv", "PROT_WRITE alone shows as -w-p");
    is_ok(mprotect(p, 1, PROT_READ), "mprotect rounds its length up");
    is_str(picture(p, 6), "r|vvvvv", "to one page");
    char *q = pages(2, PROT_NONE);
    is_str(vmflags(q), "mr mw me", "memory that was never writable is not accounted (no ac)");
    must(mprotect(q, PG, RW));
    is_true(has_flag(q, "ac"), "it is once made writable");
    must(mprotect(q, PG, PROT_NONE));
    is_str(picture(q, 2), "nn", "not yet touched, it gives the charge back and merges with its neighbour");
    must(mprotect(q, PG, RW));
    q[0] = 1;
    must(mprotect(q, PG, PROT_NONE));
    is_str(picture(q, 2), "n|n", "once touched it stays accounted, and apart");
}

static void errors(void)
{
    char *p = pages(6, RW);
    is_err(mprotect(p + 1, PG, PROT_READ), "EINVAL", "an unaligned address is EINVAL");
    is_ok(mprotect(p, 0, PROT_READ), "length 0 is fine");
    is_ok(mprotect((void *)(1ul << 50), 0, PROT_READ), "length 0 is fine anywhere");
    is_err(mprotect(p, -PG, PROT_READ), "ENOMEM", "a length that wraps is ENOMEM");
    is_err(mprotect(p, PG, 0x100), "EINVAL", "unknown protection bits are EINVAL");
    is_err(mprotect(p + 1, 0, PROT_READ), "EINVAL", "an unaligned address is told before length 0");
    is_ok(mprotect(p + PG, 0, 0x100), "length 0 is told before unknown bits");
    is_err(mprotect(p, PG, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP), "EINVAL",
           "PROT_GROWSDOWN with PROT_GROWSUP is EINVAL");
    is_err(mprotect(p, PG, PROT_READ | PROT_GROWSDOWN), "EINVAL",
           "PROT_GROWSDOWN wants a VMA that grows down");
    is_err(mprotect(p, PG, PROT_READ | PROT_GROWSUP), "EINVAL", "PROT_GROWSUP is always EINVAL on x86");
    must(munmap(p + 3 * PG, PG));
    is_err(mprotect(p + PG, 4 * PG, PROT_READ), "ENOMEM", "a hole in the range is ENOMEM");
    is_str(picture(p, 6), "w|rr|.|ww", "what came before the hole stays changed");
    is_err(mprotect(p + 3 * PG, 2 * PG, PROT_READ), "ENOMEM", "a hole at the start is ENOMEM");
    is_str(picture(p, 6), "w|rr|.|ww", "and changes nothing");
    int fd = temp_file(4 * PG);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int ro = must(open(path, O_RDONLY));
    char *q = arena(4);
    map_at(q, 1, PROT_READ, ANON);
    must(mmap(q + PG, PG, PROT_READ, MAP_SHARED | MAP_FIXED, ro, 0));
    map_at(q + 2 * PG, 1, PROT_READ, ANON);
    is_err(mprotect(q + PG, PG, RW), "EACCES",
           "a shared mapping of a file opened read-only cannot become writable");
    is_true(!has_flag(q + PG, "mw"), "which smaps shows by the missing mw");
    is_err(mprotect(q, 3 * PG, RW), "EACCES", "it refuses a longer range too");
    is_str(picture(q, 3), "w|r|r", "of which the part before stays changed");
    is_err(mprotect(q, 3 * PG, PROT_READ | PROT_WRITE | PROT_EXEC), "EACCES",
           "execute and write are refused alike");
}

static void faults(void)
{
    char *p = pages(4, RW);
    p[0] = 'a';
    must(mprotect(p, PG, PROT_READ));
    is_str(try_access(p, 'r'), "fine", "read of r--");
    is_str(try_access(p, 'w'), "SEGV_ACCERR", "write of r-- is SEGV_ACCERR");
    is_str(try_access(p, 'x'), "SEGV_ACCERR", "jump to r-- is SEGV_ACCERR");
    is_num(p[0], 'a', "a refused write changed nothing");
    must(mprotect(p, PG, PROT_NONE));
    is_str(try_access(p, 'r'), "SEGV_ACCERR", "read of --- is SEGV_ACCERR");
    must(mprotect(p, PG, PROT_WRITE));
    is_str(try_access(p, 'r'), "fine", "read of -w- is fine on x86");
    is_num(p[0], 'a', "and finds the contents");
    p[PG] = (char)0xc3;
    must(mprotect(p + PG, PG, RX));
    is_str(try_access(p + PG, 'x'), "fine", "jump to r-x");
    is_str(try_access(p + PG, 'w'), "SEGV_ACCERR", "write of r-x is SEGV_ACCERR");
    must(mprotect(p + PG, PG, PROT_EXEC));
    is_str(try_access(p + PG, 'x'), "fine", "jump to --x");
    must(mprotect(p + PG, PG, RW));
    is_str(try_access(p + PG, 'x'), "SEGV_ACCERR", "jump to what was executable before is SEGV_ACCERR");
    is_str(try_access(p + 2 * PG - 1, 'w'), "fine", "the last byte of a page");
    must(mprotect(p + 2 * PG, PG, PROT_NONE));
    fault_arm();
    if (!sigsetjmp(fault_jmp, 1)) {
        *(volatile uint32_t *)(p + 2 * PG - 2) = 1;
        is_true(false, "a write across into a closed page faults");
    } else {
        is_str(fault_text(p + 2 * PG), "SEGV_ACCERR",
               "a write across into a closed page faults at that page's start");
    }
    is_num(p[2 * PG - 2], 0, "and has written nothing before it");
    is_err(syscall(SYS_write, 1, p + 2 * PG, 1), "EFAULT", "the kernel's read of a closed page is EFAULT");
    int fd[2];
    must(pipe(fd));
    must(write(fd[1], "xyz", 3));
    must(mprotect(p + 3 * PG, PG, PROT_READ));
    is_err(syscall(SYS_read, fd[0], p + 3 * PG, 1), "EFAULT",
           "the kernel's write to a read-only page is EFAULT");
}

static void grows(void)
{
    char *p = arena(8);
    must(mmap(p + 4 * PG, 4 * PG, RW, ANON | MAP_FIXED | MAP_GROWSDOWN, -1, 0));
    is_ok(mprotect(p + 6 * PG, PG, PROT_READ | PROT_GROWSDOWN), "PROT_GROWSDOWN");
    is_str(picture(p + 4 * PG, 4), "rrr|w", "reaches down to the start of the VMA");
    is_err(mprotect(p + 2 * PG, PG, PROT_READ | PROT_GROWSDOWN), "ENOMEM",
           "PROT_GROWSDOWN below the VMA is ENOMEM");
}

int main(void)
{
    splitting();
    errors();
    faults();
    grows();
    return done();
}
