/* proc_map_files.c - /proc/self/map_files: a link for each mapping of a file, named after its addresses. */
#include "probe.h"

#include <dirent.h>

static bool listed(const char *name)
{
    DIR *d = opendir("/proc/self/map_files");
    struct dirent *e;
    bool found = false;

    while (d && (e = readdir(d)))
        found |= !strcmp(e->d_name, name) && e->d_type == DT_LNK;
    if (d)
        closedir(d);
    return found;
}

int main(void)
{
    char dir[] = "/tmp/map_files.XXXXXX", name[64], path[128], file[64], to[128] = "";
    char *p = arena(3), *anon = pages(1, RW);
    struct stat st;
    int fd;

    must((long)mkdtemp(dir) ? 0 : -1);
    snprintf(file, sizeof file, "%s/f", dir);
    fd = must(open(file, O_RDWR | O_CREAT, 0600));
    must(ftruncate(fd, 2 * PG));
    must(mmap(p, 2 * PG, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0));
    snprintf(name, sizeof name, "%lx-%lx", (unsigned long)p, (unsigned long)p + 2 * PG);
    snprintf(path, sizeof path, "/proc/self/map_files/%s", name);
    is_true(listed(name), "map_files has the addresses of a file's mapping");
    is_ok(lstat(path, &st), "it is there");
    is_num(st.st_mode, S_IFLNK | 0600, "a link whose mode says how the file was opened");
    is_num(st.st_size, 64, "64 bytes, whatever it leads to");
    must(readlink(path, to, sizeof to - 1));
    is_str(to, file, "it leads to the file");
    must(unlink(file));
    memset(to, 0, sizeof to);
    must(readlink(path, to, sizeof to - 1));
    is_str(to + strlen(file), " (deleted)", "also when that is gone");
    must(stat("/proc/self/map_files", &st));
    is_num(st.st_mode & 07777, 0500, "the directory is its owner's");
    snprintf(path, sizeof path, "/proc/self/map_files/0%s", name);
    is_err(lstat(path, &st), "ENOENT", "a zero in front is another name");
    snprintf(path, sizeof path, "/proc/self/map_files/%lx-%lx", (unsigned long)p, (unsigned long)p + PG);
    is_err(lstat(path, &st), "ENOENT", "a part of the mapping is none");
    snprintf(path, sizeof path, "/proc/self/map_files/%lx-%lx", (unsigned long)anon,
             (unsigned long)anon + PG);
    is_err(lstat(path, &st), "ENOENT", "anonymous memory is none");
    snprintf(path, sizeof path, "/proc/self/map_files/%s", name);
    must(munmap(p, PG));
    is_err(lstat(path, &st), "ENOENT", "when a page of it went its name has changed");
    is_true(!listed(name), "and it is not listed");
    close(fd);
    rmdir(dir);
    return done();
}
