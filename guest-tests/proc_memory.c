/*
 * proc_memory.c - what /proc/self tells of memory besides maps, smaps and pagemap: smaps_rollup, numa_maps, and which pages were
 * used since clear_refs.
 */
#include "probe.h"

/* Linux' headers of some supported systems lack it. */
#define WEIGHTED_INTERLEAVE 6

/* The line of numa_maps for the area that begins at p, without the address, the size of its pages and how many were found
 * active: that is between a kernel and its lists. */
static const char *numa_line(const char *p)
{
    static char out[512];
    char head[32], *end;
    size_t n = (size_t)snprintf(head, sizeof head, "%lx ", (unsigned long)p);

    out[0] = 0;
    for (const char *s = proc_read("/proc/self/numa_maps"); s && *s; s = next_line(s))
        if (!strncmp(s, head, n))
            snprintf(out, sizeof out, "%.*s", (int)strcspn(s + n, "\n"), s + n);
    end = strstr(out, " kernelpagesize_kB=4");
    if (end)
        *end = 0;
    end = strstr(out, " active=");
    if (end)
        memmove(end, end + 9, strlen(end + 9) + 1);
    return out;
}

static const char *with_policy(char *p, int mode)
{
    unsigned long node0 = 1;
    bool nodes = (mode & 0xff) != MPOL_DEFAULT && (mode & 0xff) != MPOL_LOCAL;

    if (syscall(SYS_mbind, p, 4 * PG, mode, nodes ? &node0 : NULL, nodes ? 2ul : 0ul, 0))
        return strerrorname_np(errno);
    return numa_line(p);
}

static void policies(void)
{
    char *p = pages(4, RW);
    unsigned long node0 = 1;

    is_str(numa_line(p), "default", "an area without pages: the policy");
    p[0] = 1;
    p[PG] = p[2 * PG];
    is_str(numa_line(p), "default anon=2 dirty=2 N0=2", "private pages; the page of zeroes is none");
    must(madvise(p, PG, MADV_FREE));
    is_str(numa_line(p), "default anon=2 dirty=1 N0=2", "MADV_FREE makes one clean");
    must(mlock(p, 4 * PG));
    is_str(numa_line(p), "default anon=4 dirty=4 N0=4", "locked pages are all there");
    must(munlock(p, 4 * PG));
    must(madvise(p, 4 * PG, MADV_DONTNEED));
    is_str(with_policy(p, MPOL_PREFERRED), "prefer:0", "MPOL_PREFERRED");
    is_str(with_policy(p, MPOL_BIND), "bind:0", "MPOL_BIND");
    is_str(with_policy(p, MPOL_BIND | MPOL_F_STATIC_NODES), "bind=static:0", "with MPOL_F_STATIC_NODES");
    is_str(with_policy(p, MPOL_INTERLEAVE | MPOL_F_RELATIVE_NODES), "interleave=relative:0",
           "with MPOL_F_RELATIVE_NODES");
    is_str(with_policy(p, MPOL_LOCAL), "local", "MPOL_LOCAL");
    if (since(5, 15))
        is_str(with_policy(p, MPOL_PREFERRED_MANY), "prefer (many):0", "MPOL_PREFERRED_MANY");
    if (since(6, 9))
        is_str(with_policy(p, WEIGHTED_INTERLEAVE), "weighted interleave:0", "MPOL_WEIGHTED_INTERLEAVE");
    is_str(with_policy(p, MPOL_DEFAULT), "default", "MPOL_DEFAULT");
    must(syscall(SYS_set_mempolicy, MPOL_INTERLEAVE, &node0, 2ul));
    is_str(numa_line(p), "interleave:0", "an area without a policy has the task's");
    must(syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0ul));
}

static void shared(void)
{
    char *p = map_at(arena(2), 2, RW, SHARED);

    p[0] = 1;
    is_str(numa_line(p), "default file=/dev/zero\\040(deleted) dirty=1 N0=1",
           "shared memory has the name of a file, with its blanks in octal");
}

/* ---- clear_refs ---- */

static const char *clear_refs(const char *text)
{
    int fd = must(open("/proc/self/clear_refs", O_WRONLY));
    ssize_t n = write(fd, text, strlen(text));
    static char out[32];

    snprintf(out, sizeof out, "%zd", n);
    if (n < 0)
        snprintf(out, sizeof out, "%s", strerrorname_np(errno));
    close(fd);
    return out;
}

/* The processor marks a page as used when it looks it up: it has to do so again for n pages from p on. */
static void look_up_again(char *p, size_t n)
{
    must(mprotect(p, n * PG, PROT_READ));
    must(mprotect(p, n * PG, RW));
}

/*
 * Pages that a task first touched on another processor than it is on now may still wait in that one's list of new pages, and
 * MADV_COLD passes them over. Who asks for pages to be moved has the lists of all processors emptied first, whatever is to be
 * moved (mm/mempolicy.c, do_mbind).
 */
static void empty_lists_of_new_pages(void)
{
    (void)syscall(SYS_mbind, pages(1, PROT_READ), PG, MPOL_DEFAULT, NULL, 0ul, MPOL_MF_MOVE);
}

static void references(void)
{
    static const char *const texts[] = {"0", "6", "1x", "0x1", "-1", ""};
    char *p = pages(4, RW), *s = map_at(arena(2), 2, RW, SHARED);
    volatile char *use = p;
    int pipes[2];

    must(pipe(pipes));
    fill(p, 4, 'a');
    fill(s, 2, 'a');
    is_num(smaps_kb(p, "Referenced"), 16, "pages that were written are referenced");
    is_str(clear_refs("1"), "1", "clear_refs takes 1: all areas");
    is_num(smaps_kb(p, "Referenced"), 0, "none is referenced then");
    is_num(smaps_kb(p, "Rss"), 16, "but all are there");
    look_up_again(p, 4);
    look_up_again(s, 2);
    (void)use[PG];
    is_num(smaps_kb(p, "Referenced"), 4, "a read makes one referenced");
    use[2 * PG] = 'x';
    is_num(smaps_kb(p, "Referenced"), 8, "a write another one");
    must(write(pipes[1], p, 1));
    is_num(smaps_kb(p, "Referenced"), 12, "and a system call that reads from it");
    must(read(pipes[0], p + 3 * PG, 1));
    is_num(smaps_kb(p, "Referenced"), 16, "or writes to it");
    is_true(p[0] == 'a' && p[PG] == 'b' && p[2 * PG] == 'x', "what is in them stays");
    s[PG] = 'x';
    is_str(clear_refs("2\n"), "2", "2 and a newline: areas without a file");
    is_num(smaps_kb(p, "Referenced"), 0, "anonymous memory is");
    is_num(smaps_kb(s, "Referenced"), 4, "shared memory is not, and only what was used since");
    look_up_again(p, 4);
    (void)use[0];
    is_str(clear_refs("3"), "1", "3: areas of a file");
    is_num(smaps_kb(p, "Referenced"), 4, "anonymous memory is not");
    is_num(smaps_kb(s, "Referenced"), 0, "shared memory is");
    is_str(clear_refs(" 4"), "2", "4 after a blank: nothing of these");
    is_str(clear_refs("5"), "1", "5: the peak of resident memory");
    is_true(status_kb("VmHWM") == status_kb("VmRSS"), "it is what is resident now");
    look_up_again(p, 4);
    fill(p, 4, 'a');
    empty_lists_of_new_pages();
    must(madvise(p, 2 * PG, MADV_COLD));
    is_num(smaps_kb(p, "Referenced"), 8, "MADV_COLD: pages are not referenced any more");
    must(madvise(p + 2 * PG, PG, MADV_FREE));
    is_num(smaps_kb(p, "Referenced"), 4, "MADV_FREE as well");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char fact[64];

        snprintf(fact, sizeof fact, "\"%s\" is refused", texts[i]);
        is_str(clear_refs(texts[i]), "EINVAL", fact);
    }
    close(pipes[0]);
    close(pipes[1]);
}

/* ---- smaps_rollup ---- */

static long rollup_kb(const char *key)
{
    const char *s = strstr(proc_read("/proc/self/smaps_rollup"), key);

    return s ? atol(s + strlen(key) + 1) : -1;
}

/* The sum of a key over all records of smaps, without the gate area's. */
static long smaps_sum(const char *key)
{
    size_t n = strlen(key);
    long sum = 0;

    for (const char *s = proc_read("/proc/self/smaps"); s && *s; s = next_line(s))
        if (!strncmp(s, key, n) && s[n] == ':')
            sum += atol(s + n + 1);
    return sum;
}

static void rollup(void)
{
    /* Not what other runs of the program and the processor have a say in: clean pages, and which were used. */
    static const char *const keys[] = {"Rss",       "Shared_Dirty", "Private_Dirty",
                                       "Anonymous", "LazyFree",     "Swap"};
    char *p = pages(4, RW), *s = map_at(arena(2), 2, RW, SHARED);
    struct row r = {0};
    const char *text;
    long sums[sizeof keys / sizeof *keys], shmem = rollup_kb("Pss_Shmem"), locked = rollup_kb("Locked");

    fill(p, 4, 'a');
    fill(s, 2, 'a');
    must(madvise(p, PG, MADV_FREE));
    must(mlock(p + 2 * PG, 2 * PG));
    text = proc_read("/proc/self/smaps_rollup");
    is_true(parse_row(text, &r) && !strcmp(r.name, "[rollup]") && !strcmp(r.perm, "---p"),
            "smaps_rollup is one record");
    is_true(strcspn(text, "[") == 73, "its name stands where those of maps do");
    is_true(r.start <= (unsigned long)p && (unsigned long)p < r.end, "from the first area to the last");
    smaps_sum("Rss"); /* all that it needs is there from now on */
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        sums[i] = smaps_sum(keys[i]);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char fact[64];

        snprintf(fact, sizeof fact, "%s is the sum of all areas", keys[i]);
        is_num(rollup_kb(keys[i]), sums[i], fact);
    }
    is_num(rollup_kb("Locked") - locked, 8, "Locked counts pages of locked areas");
    is_num(rollup_kb("Pss_Shmem") - shmem, 8, "Pss_Shmem: shared memory");
    is_num(rollup_kb("Pss_Anon"), rollup_kb("Anonymous"), "Pss_Anon: private pages");
    is_true(!strstr(proc_read("/proc/self/smaps_rollup"), "VmFlags"), "areas' own lines are not there");
}

int main(void)
{
    if (access("/proc/self/numa_maps", F_OK))
        told_skip("numa_maps", "kernel without CONFIG_NUMA");
    else {
        policies();
        shared();
    }
    references();
    rollup();
    return done();
}
