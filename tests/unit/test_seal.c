/*
 * test_seal.c - the sealing designs of Linux held to what its releases did (specification, Appendix A), and OpenBSD's call to
 * what is written of it.
 *
 * A row is a script (seal_script.h) and what it must print.
 */
#include "run_suite.h"
#include "seal_script.h"

#include <check.h>

/* ---- Appendix A ----------------------------------------------------------------------------- */

/*
 * What a row prints: with no design, and sealed on 6.18, 6.12, 6.11, 6.10. NULL: as the release before it in
 * this list. v6_16: where 6.16 is not as 6.12.
 */
static const struct row {
    const char *id, *script, *no, *v6_18, *v6_12, *v6_11, *v6_10, *v6_16;
} rows[] = {
    {"P01", "make rxrxrxrx; seal 0 4; =mprotect 0 4 w; show 0 4", "ok [wxwxwxwx]", "EPERM [rxsrxsrxsrxs]"},
    {"P02", "make rxrxrxrx; seal 0 4; =mprotect 0 4 n; show 0 4", "ok [n-n-n-n-]", "EPERM [rxsrxsrxsrxs]"},
    {"P03", "make exexexex; seal 0 4; =mprotect 0 4 W; show 0 4", "ok [WxWxWxWx]", "EPERM [exsexsexsexs]"},
    {"P05", "make rxrx; seal 0 2; =mprotect 0 2 r", "ok", "EPERM"},
    {"P06", "make wxwxwxwx; seal 0 4; =mprotect 0 4 r; show 0 4", "ok [rxrxrxrx]", "EPERM [wxswxswxswxs]"},
    {"P07", "make rxrxrxrx; seal 2 1; =mprotect 0 4 w; show 0 4", "ok [wxwxwxwx]", "EPERM [wxwx|rxs|rx]",
     NULL, "EPERM [rxrx|rxs|rx]"},
    {"P08", "make rxrx; seal 1 1; =mprotect 0 1+b w; show 0 2", "ok [wxwx]", "EPERM [wx|rxs]", NULL,
     "EPERM [rx|rxs]"},
    {"P09", "make rx.rxrx; seal 3 1; =mprotect 0 4 w; show 0 4", "ENOMEM [wx|.|rxrx]", "ENOMEM [wx|.|rx|rxs]",
     NULL, "EPERM [rx|.|rx|rxs]"},
    {"P10", "make .rxrxrx; seal 2 1; =mprotect 0 4 w; show 0 4", "ENOMEM [.|rxrxrx]", "ENOMEM [.|rx|rxs|rx]"},
    {"P10b", "make rx.rxrx; seal 0 1; =mprotect 0 4 w; show 0 4", "ENOMEM [wx|.|rxrx]", "EPERM [rxs|.|rxrx]"},
    {"P11", "stack 0 4 w; touch 0; touch 1; touch 2; touch 3; seal 0 4; =mprotect 3 1 rd; show 0 4",
     "ok [rxrxrxrx]", "EPERM [wxswxswxswxs]"},
    {"P13", "file ro r 2; seal 0 2; =mprotect 0 2 w; =mprotect 0 2 r", "EACCES ok", "EACCES EPERM", NULL,
     "EPERM EPERM"},
    {"P14", "make nxnxnxnx; seal 0 4; =mprotect 0 4 w; show 0 4", "ok [wxwxwxwx]", "EPERM [n-sn-sn-sn-s]"},
    {"P15", "make wxwx; seal 0 2; rier; =mprotect 0 2 r; show 0 2", "ok [exex]", "EPERM [wxswxs]"},

    {"U01", "make rxrxrxrx; seal 0 4; =munmap 0 4; show 0 4", "ok [....]", "EPERM [rxsrxsrxsrxs]"},
    {"U02", "make rxrxrxrx; seal 0 4; =munmap 1 1; show 0 4", "ok [rx|.|rxrx]", "EPERM [rxsrxsrxsrxs]"},
    {"U03", "make rxrxrxrx; seal 2 1; =munmap 0 4; show 0 4", "ok [....]", "EPERM [rxrx|rxs|rx]"},
    {"U04", "make rx.rxrx; seal 3 1; =munmap 0 4; show 0 4", "ok [....]", "EPERM [rx|.|rx|rxs]"},
    {"U05", "make rxrxrxrx; seal 3 1; =munmap 1 3; show 0 4", "ok [rx|...]", "EPERM [rx|rxrx|rxs]", NULL,
     "EPERM [rxrxrx|rxs]"},
    {"U06", "heap 4; seal 1 1; brk 0; show 0 4; brk 2", "+0 [....] +2", "+4 [wx|wxs|wxwx] +2"},
    {"U07", "shmat 0 4; seal 0 4; =shmdt 0; show 0 4", "ok [....]", "ok [wxswxswxswxs]"},
    {"U08", "shmat 0 4; seal 2 1; =shmdt 0; show 0 4", "ok [....]", "ok [..|wxs|.]"},

    {"O01", "make rxrxrxrx; seal 0 4; =map 0 4 w; show 0 4", "ok [w0w0w0w0]", "EPERM [rxsrxsrxsrxs]"},
    {"O02", "make rxrxrxrx; seal 2 1; =map 0 4 w; show 0 4", "ok [w0w0w0w0]", "EPERM [rxrx|rxs|rx]"},
    {"O03", "make rxrxrxrx; seal 0 4; =map 1 1 n; show 0 4", "ok [rx|n-|rxrx]", "EPERM [rxsrxsrxsrxs]"},
    {"O05", "make rxrxrxrx; seal 0 4; =noreplace 0 4 w; show 0 4", "EEXIST [rxrxrxrx]",
     "EEXIST [rxsrxsrxsrxs]"},
    {"O07", "make rxrxrxrx; seal 2 1; =shmremap 0 4; show 0 4", "ok [w0w0w0w0]", "EPERM [rxrx|rxs|rx]"},
    {"O08", "file anon w 4; seal 0 4; =remap 0 1 2; show 0 4", "ok [wx|wxwxwx]", "EPERM [wxswxswxswxs]"},
    {"O09", "make rxrxrxrx; make wNwNwNwN 8; seal 0 4; =mremap 8 4 4 mf 0; show 0 4; show 8 4",
     "ok [wNwNwNwN] [....]", "EPERM [rxsrxsrxsrxs] [wNwNwNwN]"},
    {"O10", "make rxrxrxrx; make wNwNwNwN 8; seal 0 4; =mremap 8 4 4 mfd 0; show 0 4; show 8 4",
     "ok [wNwNwNwN] [w0w0w0w0]", "EPERM [rxsrxsrxsrxs] [wNwNwNwN]"},
    {"O11", "make rxrx; seal 0 2; limit; =map 0 3 w", "ENOMEM", "EPERM", NULL, "ENOMEM"},
    {"O12", "make rx.rxrx; seal 2 2; =mremap 0 1 3 -; show 0 4", "ENOMEM [rx|.|rxrx]",
     "ENOMEM [rx|.|rxsrxs]"},
    {"O13", "make rxrxrxrx; seal 2 1; =map 1 3 w; show 0 4", "ok [rx|w0w0w0]", "EPERM [rx|rx|rxs|rx]", NULL,
     "EPERM [rxrx|rxs|rx]"},
    {"O14", "make rxrxrxrx; make wNwNwNwN 8; seal 2 1; =mremap 8 4 4 mf 0; show 0 4; show 8 4",
     "ok [wNwNwNwN] [....]", "EPERM [rxrx|rxs|rx] [wNwNwNwN]"},

    {"R01", "make rxrxrxrx; seal 0 4; =mremap 0 4 2 -; show 0 4", "ok [rxrx|..]", "EPERM [rxsrxsrxsrxs]"},
    {"R02", "make wxwxwx; seal 0 3; =mremap 0 3 4 -; show 0 4", "ok [wxwxwxw0]", "EPERM [wxswxswxs|.]"},
    {"R03", "make rxrxrxrx; seal 0 4; =mremap 0 4 4 -; show 0 4", "ok [rxrxrxrx]", "EPERM [rxsrxsrxsrxs]"},
    {"R04", "make rxrxrxrx; map 4 1 n; seal 0 4; =mremap 0 4 8 m; show 0 4", "ok [....]",
     "EPERM [rxsrxsrxsrxs]"},
    {"R05", "make rxrxrxrx; map 8 4 n; seal 0 4; =mremap 0 4 4 mf 8; show 0 4; show 8 4",
     "ok [....] [rxrxrxrx]", "EPERM [rxsrxsrxsrxs] [n-n-n-n-]"},
    {"R06", "make rxrxrxrx; seal 0 4; =mremap 0 4 4 md 20; show 0 4", "ok [r0r0r0r0]",
     "EPERM [rxsrxsrxsrxs]"},
    {"R07", "file anon r 4; seal 0 4; =mremap 0 0 4 mf 8; show 8 4; =mprotect 8 4 w", "ok [rxrxrxrx] ok",
     "EPERM [....] ENOMEM", NULL, "ok [rxsrxsrxsrxs] EPERM"},
    {"R08", "make rxrxrxrx; map 8 4 n; seal 2 2; =mremap 0 4 4 mf 8; show 0 4; show 8 4",
     "ok [....] [rxrxrxrx]", "EPERM [..|rxsrxs] [rxrx|n-n-]", "EFAULT [rxrx|rxsrxs] [....]",
     "EPERM [rxrx|rxsrxs] [n-n-n-n-]"},
    {"R09", "make rxrxrxrx; seal 2 2; =mremap 0 4 1 -; show 0 4", "ok [rx|...]", "EPERM [rx|rx|rxsrxs]", NULL,
     "EPERM [rxrx|rxsrxs]"},
    {"R10", "make rxrxrxrx; make rxrxrxrx 8; seal 2 2; =mremap 0 4 1 mf 8; show 0 4; show 8 4",
     "ok [....] [rx|rxrxrx]", "EPERM [rx|rx|rxsrxs] [.|rxrxrx]", NULL, "EPERM [rxrx|rxsrxs] [rxrxrxrx]"},
    {"R11", "make rxrx; make rxrx 8; seal 0 2; =mremap 0 2 2 mf 8; show 8 2", "ok [rxrx]", "EPERM [rxrx]"},

    {"D01", "make rxrx; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "ok [r0r0]", "EPERM [rxsrxs]"},
    {"D02", "make rxrx; lock 0 2; seal 0 2; =advise 0 2 DONTNEED; =advise 0 2 LOCKED; show 0 2",
     "EINVAL ok [r0r0]", "EPERM EPERM [rxsrxs]"},
    {"D03", "make rxrx; seal 0 2; =advise 0 2 FREE; show 0 2", "ok [rxrx]", "EPERM [rxsrxs]"},
    {"D04", "make rxrx; seal 0 2; =advise 0 2 REMOVE; show 0 2", "EINVAL [rxrx]", "EPERM [rxsrxs]"},
    {"D05", "make rxrx; seal 0 2; =advise 0 2 DONTFORK; show 0 2", "ok [rxrx]", "EPERM [rxsrxs]"},
    {"D06", "make rxrx; seal 0 2; =advise 0 2 WIPE; show 0 2", "ok [rxrx]", "EPERM [rxsrxs]"},
    {"D07", "make rxrx; seal 0 2; =advise 0 2 GUARD; show 0 2", "ok [r!r!]", "EPERM [rxsrxs]",
     "EINVAL [rxsrxs]", .v6_16 = "EPERM [rxsrxs]"},
    {"D08", "make nxnx; seal 0 2; =advise 0 2 DONTNEED", "ok", "EPERM"},
    {"D09", "make wxwx; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "ok [w0w0]", "ok [w0sw0s]"},
    {"D10", "file priv w 2; touch 0; touch 1; mprotect 0 2 r; seal 0 2; =advise 0 2 DONTNEED; show 0 2",
     "ok [rfrf]", "ok [rfsrfs]"},
    {"D11", "file priv e 2; seal 0 2; =advise 0 2 GUARD; show 0 2", "ok [e!e!]", "ok [e!se!s]",
     "EINVAL [efsefs]", .v6_16 = "ok [e!se!s]"},
    {"D12", "file shared r 2; seal 0 2; =advise 0 2 REMOVE; show 0 2", "ok [r0r0]", "ok [r0sr0s]"},
    {"D13", "file zero r 2; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "ok [r0r0]", "EPERM [rxsrxs]",
     "ok [r0sr0s]"},
    {"D15", "make rxrxrxrx; seal 2 1; =advise 0 4 DONTNEED; show 0 4", "ok [r0r0r0r0]", "EPERM [r0r0|rxs|rx]",
     NULL, "EPERM [rxrx|rxs|rx]"},
    {"D18",
     "make rxrx; seal 0 2; =advise 0 2 RANDOM; =advise 0 2 WILLNEED; =advise 0 2 DONTDUMP; =advise 0 2 "
     "NORMAL; "
     "=advise 0 2 DOFORK; show 0 2",
     "ok ok ok ok ok [rxrx]", "ok ok ok ok ok [rxsrxs]", NULL, NULL, "EPERM EPERM EPERM ok EPERM [rxsrxs]"},
    {"D21", "make wxwx; seal 0 2; =advise 0 2 GUARD; show 0 2", "ok [w!w!]", "ok [w!sw!s]", "EINVAL [wxswxs]",
     .v6_16 = "ok [w!sw!s]"},
    {"D22", "make rx.rxrx; seal 3 1; =advise 0 4 DONTNEED; show 0 4", "ENOMEM [r0|.|r0r0]",
     "EPERM [r0|.|r0|rxs]", NULL, "EPERM [rx|.|rx|rxs]"},
    {"D24", "file priv e 2; seal 0 2; =advise 0 2 DONTFORK; show 0 2", "ok [efef]", "ok [efsefs]"},
    {"D28", "file priv r 2; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "ok [rfrf]", "ok [rfsrfs]"},

    {"L01", "make rxrx; seal 0 2; fork; =munmap 0 1; =mprotect 1 1 w; show 0 2", "ok ok [.|wx]",
     "EPERM EPERM [rxsrxs]"},
    {"L02", "make wxwx; seal 0 2; =advise 0 2 DONTFORK; fork; =map 0 2 w; show 0 2", "ok ok [w0w0]"},
    {"L03", "make wxwx; seal 0 2; =advise 0 2 WIPE; fork; show 0 2", "ok [w0w0]", "ok [w0sw0s]"},

    {"M01", "make wxwx; seal 0 2; =map 2 2 w; touch 2; show 0 4; =munmap 2 2; show 0 4",
     "ok [wxwxwxw0] ok [wxwx|..]", "ok [wxswxs|wxw0] ok [wxswxs|..]"},
    {"M02", "make rxrxrxrx; lock 2 2; seal 2 2; unlock 2 2; show 0 4; =mprotect 2 2 w", "[rxrxrxrx] ok",
     "[rxrx|rxsrxs] EPERM"},
    {"M03", "make rxrxrxrx; seal 0 4; lock 1 1; show 0 4; unlock 1 1; show 0 4; =munmap 0 4",
     "[rx|rx|rxrx] [rxrxrxrx] ok", "[rxs|rxs|rxsrxs] [rxsrxsrxsrxs] EPERM"},
    {"M04", "make wxwx|rxrxrxrx; maxmaps 0; =seal 0 4; show 0 6", "ok [wxwx|rxrxrxrx]",
     "ENOMEM [wxswxs|rxrxrxrx]"},
    {"M07", "make rxrxrxrxrxrx; seal 0 2; seal 4 2; seal 2 2; show 0 6", "[rxrxrxrxrxrx]",
     "[rxsrxsrxsrxsrxsrxs]"},
    {"M08", "make rxrxrxrxrxrx; seal 2 2; seal 0 6; show 0 6; =munmap 4 2", "[rxrxrxrxrxrx] ok",
     "[rxsrxsrxsrxsrxsrxs] EPERM"},
    {"M08b", "make rxrxrxrxwxwx; seal 2 2; seal 0 6; show 0 6; =munmap 4 2", "[rxrxrxrx|wxwx] ok",
     "[rxsrxsrxsrxs|wxswxs] EPERM"},

    /* E2: mremap's arguments on sealed memory: an unaligned and a too high address, an overlap, no new length
     */
    {"E2",
     "make rxrx; seal 0 2; =mremap 0 2 2 mf odd; =mremap 0 2 2 mf far; =mremap 0 2 2 mf 1; =mremap 0 2 0 -; "
     "=mremap 0 2 2 f 20",
     "EINVAL EINVAL EINVAL EINVAL EINVAL", "EINVAL EINVAL EINVAL EINVAL EINVAL",
     "EPERM EPERM EPERM EINVAL EINVAL", "EINVAL EINVAL EINVAL EINVAL EINVAL",
     .v6_16 = "EINVAL EINVAL EPERM EINVAL EINVAL"},
    /* E5: mseal's arguments */
    {"E5",
     "make rx.rxrx; =seal 0 1 1; =seal 0 4; =seal 1 1; =seal 3 2; =seal 0 0; =seal 9 0; show 0 4; =seal 0 1; "
     "=seal 0 1; show 0 4",
     NULL, "EINVAL ENOMEM ENOMEM ENOMEM ok ok [rx|.|rxrx] ok ok [rxs|.|rxrx]"},
};
#define NR_ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

static void expect(const struct row *r, const char *design, const char *want)
{
    const char *got = run_script(r->script, design);

    ck_assert_msg(!strcmp(got, want), "%s under %s:\n  got  %s\n  want %s", r->id, design ? design : "none",
                  got, want);
}

START_TEST(appendix_a)
{
    const struct row *r = &rows[_i];
    const char *want = r->no;

    if (want)
        expect(r, NULL, want);
    want = r->v6_18 ? r->v6_18 : want;
    expect(r, "linux-6.18", want);
    want = r->v6_12 ? r->v6_12 : want;
    expect(r, "linux-6.16", r->v6_16 ? r->v6_16 : want);
    expect(r, "linux-6.12", want);
    want = r->v6_11 ? r->v6_11 : want;
    expect(r, "linux-6.11", want);
    want = r->v6_10 ? r->v6_10 : want;
    expect(r, "linux-6.10", want);
}
END_TEST

/* What one release has of its own: measured on 6.17.13 and 6.18.15, and on 6.16.12. */
static const struct {
    const char *id, *design, *script, *want;
} release_rows[] = {
    {"M08", "linux-6.17", "make rxrxrxrxrxrx; seal 2 2; seal 0 6; show 0 6", "[rxsrxsrxsrxs|rxsrxs]"},
    {"M08 in part", "linux-6.17", "make rxrxrxrxrxrx; seal 2 2; seal 1 4; show 0 6", "[rx|rxsrxsrxs|rxs|rx]"},
    {"M08 alternating", "linux-6.17",
     "make wxwxwxwxwxwxwxwx; seal 1 1; seal 3 1; seal 5 1; seal 7 1; seal 0 8; show 0 8",
     "[wxswxs|wxs|wxswxswxs|wxs|wxs]"},
    {"M08 after the seal", "linux-6.17", "make wxwxwxwxwx; seal 0 1; seal 2 1; seal 0 4; show 0 5",
     "[wxswxswxs|wxs|wx]"},
    {"D18", "linux-6.16",
     "make rxrx; seal 0 2; =advise 0 2 UNMERGEABLE; =advise 0 2 MERGEABLE; show 0 2; =advise 0 2 UNMERGEABLE; show 0 2",
     "ok ok [rxsrxs] ok [rxrx]"},
    {"D18", "linux-6.12", "make rxrx; seal 0 2; advise 0 2 MERGEABLE; =advise 0 2 UNMERGEABLE; show 0 2",
     "ok [rxsrxs]"},
    {"D18", "linux-6.18", "make rxrx; seal 0 2; advise 0 2 MERGEABLE; =advise 0 2 UNMERGEABLE; show 0 2",
     "ok [rxsrxs]"},
};

START_TEST(releases)
{
    const char *got = run_script(release_rows[_i].script, release_rows[_i].design);

    ck_assert_msg(!strcmp(got, release_rows[_i].want), "%s under %s:\n  got  %s\n  want %s",
                  release_rows[_i].id, release_rows[_i].design, got, release_rows[_i].want);
}
END_TEST

/* OpenBSD's call, as far as its answers are written down: sections 6 and 11. */
static const struct {
    const char *id, *script, *want;
} immutable_rows[] = {
    {"P05", "make rxrx; seal 0 2; =mprotect 0 2 r", "EPERM"},
    {"P07", "make rxrxrxrx; seal 2 1; =mprotect 0 4 w; show 0 4", "EPERM [rxrx|rxs|rx]"},
    {"P09", "make rx.rxrx; seal 3 1; =mprotect 0 4 w; show 0 4", "EPERM [rx|.|rx|rxs]"},
    {"U03", "make rxrxrxrx; seal 2 1; =munmap 0 4; show 0 4", "EPERM [rxrx|rxs|rx]"},
    {"U06", "heap 4; seal 1 1; brk 0; show 0 4", "+0 [....]"},
    {"U07", "shmat 0 4; seal 0 4; =shmdt 0; show 0 4", "ok [....]"},
    {"O02", "make rxrxrxrx; seal 2 1; =map 0 4 w; show 0 4", "EPERM [rxrx|rxs|rx]"},
    {"O07", "make rxrxrxrx; seal 2 1; =shmremap 0 4; show 0 4", "EPERM [rxrx|rxs|rx]"},
    {"R03", "make rxrx; seal 0 2; =mremap 0 2 2 -", "EPERM"},
    {"R07", "file anon r 4; seal 0 4; =mremap 0 0 4 mf 8", "EPERM"},
    {"R08", "make rxrxrxrx; map 8 4 n; seal 2 2; =mremap 0 4 4 mf 8; show 0 4; show 8 4",
     "EPERM [rxrx|rxsrxs] [n-n-n-n-]"},
    {"D01", "make rxrx; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "EPERM [rxsrxs]"},
    {"D09", "make wxwx; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "EPERM [wxswxs]"},
    {"D10", "file priv w 2; touch 0; touch 1; mprotect 0 2 r; seal 0 2; =advise 0 2 DONTNEED; show 0 2",
     "EPERM [rxsrxs]"},
    {"D15", "make rxrxrxrx; seal 2 1; =advise 0 4 DONTNEED; show 0 4", "EPERM [rxrx|rxs|rx]"},
    {"D18", "make rxrx; seal 0 2; =advise 0 2 RANDOM", "ok"},
    {"D28", "file priv r 2; seal 0 2; =advise 0 2 DONTNEED; show 0 2", "ok [rfsrfs]"},
    {"L07", "make wxwx; advise 0 1 WIPE; =seal 0 2; show 0 2", "EPERM [wx|wx]"},
    {"M10", "make rx.rxrx; =seal 0 4; =seal 9 1; =seal 0 0; show 0 4", "ok ok ok [rxs|.|rxsrxs]"},
};

START_TEST(immutable)
{
    const char *got = run_script(immutable_rows[_i].script, "mimmutable");

    ck_assert_msg(!strcmp(got, immutable_rows[_i].want), "%s under mimmutable:\n  got  %s\n  want %s",
                  immutable_rows[_i].id, got, immutable_rows[_i].want);
}
END_TEST

/* OpenBSD 7.3 let RW become R. */
START_TEST(immutable_7_3)
{
    ck_assert_str_eq(
        run_script("make wxwx; seal 0 2; =mprotect 0 1 r; =mprotect 0 1 w; show 0 2", "mimmutable-7.3"),
        "ok EPERM [rxs|wxs]");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("rows");

    tcase_add_loop_test(t, appendix_a, 0, NR_ROWS);
    tcase_add_loop_test(t, releases, 0, (int)(sizeof(release_rows) / sizeof(release_rows[0])));
    tcase_add_loop_test(t, immutable, 0, (int)(sizeof(immutable_rows) / sizeof(immutable_rows[0])));
    tcase_add_test(t, immutable_7_3);
    return run_suite("seal", t, NULL);
}
