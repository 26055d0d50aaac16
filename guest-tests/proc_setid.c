/* proc_setid.c - programs that run as others than who starts them: set-group-ID files, effective ids, and what is taken from them. */
#include "probe.h"
#include <sys/auxv.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>

#define OTHER 65534

/* What the program finds, as bits of its exit status. */
enum { SECURE = 1, EGID = 2, AUX_EGID = 4, SAVED = 8, DUMPABLE = 16, PDEATH = 32 };

static int look(void)
{
    gid_t r, e, s;
    int sig = 0;

    prctl(PR_GET_PDEATHSIG, &sig);
    getresgid(&r, &e, &s);
    return (getauxval(AT_SECURE) ? SECURE : 0) | (e == OTHER ? EGID : 0) |
           (getauxval(AT_EGID) == OTHER ? AUX_EGID : 0) | (s == OTHER ? SAVED : 0) |
           (prctl(PR_GET_DUMPABLE) == 1 ? DUMPABLE : 0) | (sig ? PDEATH : 0);
}

/* A child that is prepared, then runs path: what it found. */
static int found(const char *path, void (*prepare)(void))
{
    int s;

    fflush(stdout);
    if (!fork()) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (prepare)
            prepare();
        execl(path, "look", NULL);
        _exit(127);
    }
    wait(&s);
    return WEXITSTATUS(s);
}

static void as_other(void)
{
    must(setresgid(-1, OTHER, 0));
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}
static void as_all_other(void)
{
    must(setresgid(OTHER, OTHER, OTHER));
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}
static void no_new_privs(void)
{
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

int main(int argc, char **argv)
{
    char name[] = "/tmp/proc_setid.XXXXXX";
    struct statvfs fs;
    int in, out;

    if (!strcmp(argv[0], "look"))
        return look();
    is_num(found("/proc/self/exe", NULL), DUMPABLE | PDEATH, "a program like any other");
    if (geteuid() || setresgid(-1, OTHER, -1)) {
        told_skip("other ids", "root may have them only");
        return done();
    }
    must(setresgid(-1, 0, -1));
    is_num(found("/proc/self/exe", as_other), SECURE | EGID | AUX_EGID | SAVED,
           "an effective id is kept, and makes a program careful");
    is_num(found("/proc/self/exe", as_all_other), EGID | AUX_EGID | SAVED | DUMPABLE | PDEATH,
           "not when the real one is the same");
    out = must(mkstemp(name));
    in = must(open("/proc/self/exe", O_RDONLY));
    while (sendfile(out, in, NULL, 1 << 20) > 0)
        ;
    must(fchown(out, 0, OTHER));
    must(fchmod(out, 02755));
    if (fstatvfs(out, &fs) || fs.f_flag & (ST_NOSUID | ST_NOEXEC)) {
        told_skip("a set-group-ID file", "not in /tmp here");
        unlink(name);
        return done();
    }
    close(out);
    is_num(found(name, NULL), SECURE | EGID | AUX_EGID | SAVED, "a set-group-ID file");
    is_num(found(name, no_new_privs), DUMPABLE | PDEATH, "means nothing without new privileges");
    must(chmod(name, 02745));
    is_num(found(name, NULL), DUMPABLE | PDEATH, "nor when its group may not run it");
    must(chown(name, OTHER, 0));
    must(chmod(name, 04755));
    is_num(found(name, NULL), SECURE, "a set-user-ID file");
    unlink(name);
    return done();
}
