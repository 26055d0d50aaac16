/* fork.c - what a child inherits of the address space, and copy on write between the two. */
#include "probe.h"

static int child_read(char *p)
{
    return p[0];
}
static int child_write(char *p)
{
    p[0] = 'C';
    return p[0];
}
static int child_fault(char *p)
{
    return !strcmp(try_access(p, 'r'), "SEGV_MAPERR");
}
static int child_picture(char *p)
{
    return !strcmp(picture(p, 4), "r|.|ww");
}
static int child_locked(char *p)
{
    return has_flag(p, "lo") || status_kb("VmLck");
}
static int child_remap(char *p)
{
    return munmap(p, PG) || mmap(p, PG, RW, ANON | MAP_FIXED, -1, 0) != p || p[0] != 0 ? 1 : 0;
}
static int child_crash(char *p)
{
    signal(SIGSEGV, SIG_DFL);
    *(volatile char *)p = 1;
    return 0;
}
static int child_rss(char *p)
{
    return (int)smaps_kb(p, "Rss");
}
static int grandchild(char *p)
{
    p[0] = 'C';
    return in_child(child_read, p) == 'C' ? 0 : 1;
}
static int child_flags(char *p)
{
    return has_flag(p, "wf") + 2 * has_flag(p + PG, "sr");
}

int main(void)
{
    char *p = pages(4, RW);
    fill(p, 4, 'a');
    is_num(in_child(child_read, p), 'a', "a child sees private memory as it was");
    is_num(in_child(child_write, p), 'C', "it can write its own");
    is_num(p[0], 'a', "which the parent does not see");
    is_num(in_child(grandchild, p), 0, "a grandchild inherits from the child");
    is_num(in_child(child_rss, p), 16, "a child's Rss counts the pages it shares");
    char *s = must(mmap(NULL, PG, RW, SHARED, -1, 0));
    is_num(in_child(child_write, s), 'C', "shared memory");
    is_num(s[0], 'C', "is one");
    char *n = pages(1, RW);
    is_num(in_child(child_write, n), 'C', "memory never touched");
    is_num(n[0], 0, "becomes two");
    must(mprotect(p, PG, PROT_READ));
    must(munmap(p + PG, PG));
    is_num(in_child(child_picture, p), 1, "the map is inherited as it is");
    is_num(in_child(child_crash, p), 1000 + SIGSEGV, "a child that writes read-only memory dies of SIGSEGV");
    is_num(in_child(child_remap, p), 0, "a child can unmap and map anew");
    is_num(p[0], 'a', "without the parent noticing");
    must(mlock(p + 2 * PG, PG));
    is_num(in_child(child_locked, p + 2 * PG), 0, "locks are not inherited");
    must(munlock(p + 2 * PG, PG));
    must(madvise(p + 2 * PG, PG, MADV_DONTFORK));
    is_num(in_child(child_fault, p + 2 * PG), 1, "MADV_DONTFORK memory is not there in the child");
    char *w = pages(2, RW);
    fill(w, 2, 'w');
    must(madvise(w, PG, MADV_WIPEONFORK));
    must(madvise(w + PG, PG, MADV_SEQUENTIAL));
    is_num(in_child(child_read, w), 0, "MADV_WIPEONFORK memory is zero in the child");
    is_num(w[0], 'w', "and whole in the parent");
    is_num(in_child(child_flags, w), 3, "and the flags are inherited");
    int fd = temp_file(PG);
    char *f = must(mmap(NULL, PG, RW, MAP_PRIVATE, fd, 0));
    f[0] = 'f';
    is_num(in_child(child_read, f), 'f', "a private file page that was written is inherited");
    is_num(in_child(child_write, f), 'C', "and copied on write");
    is_num(f[0], 'f', "each side its own");
    /* vfork shares everything until exec or exit */
    pid_t pid = vfork();
    if (pid == 0) {
        *(volatile char *)n = 'V';
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    is_num(*(volatile char *)n, 'V', "a vfork child writes into its parent's memory");
    return done();
}
