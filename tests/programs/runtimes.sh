# Languages and tools that make code, or whose memory has a layout of its own.
prog 'luajit' luajit -e 'local ffi = require "ffi"; ffi.cdef "int getppid(void); double cos(double);"
local t, s = {}, 0; for i = 1, 200000 do t[i % 100] = i; s = s + i % 7 end; print(s, #t, ffi.C.cos(0), ffi.C.getppid() > 0, jit.version)'
prog 'gforth' gforth -e ': f dup 2 < if drop 1 else dup 1- recurse swap 2 - recurse + then ; 15 f . cr bye'
prog 'jq' jq -cn '[range(200)] | map(select(. % 3 == 0) | {n: ., s: tostring}) | group_by(.n % 5) | map(length), ("a1b22" | [scan("[0-9]+")])'
prog 'guile' guile --no-auto-compile -c '(use-modules (ice-9 threads)) (display (apply + (par-map (lambda (x) (* x x)) (iota 100)))) (newline) (display (expt 2 200))'
prog 'tclsh' bash -c 'echo "set l {}; for {set i 0} {\$i < 500} {incr i} {lappend l [expr \$i * \$i % 97]}; puts [lsort -integer -unique \$l]; puts [exec echo hi | tr a-z A-Z]" >x.tcl; tclsh x.tcl'
prog 'fakeroot' fakeroot sh -c 'touch f; chown 5:6 f; chmod 640 f; stat -c "%u %g %a" f'

# Sanitizers map terabytes at addresses of their choice; ThreadSanitizer runs itself anew where these are taken.
cat >"$data/threads.c" <<'END'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static int n, shared, wrong;
static void *count(void *arg)
{
    __atomic_add_fetch(&n, 1, __ATOMIC_SEQ_CST);
    if (wrong)
        shared++;
    return arg;
}
int main(int argc, char **argv)
{
    pthread_t t[4];
    char *volatile p = malloc(10);
    wrong = argc > 1;
    for (int i = 0; i < 4; i++)
        pthread_create(t + i, NULL, count, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    free(p);
    if (wrong) {
        n <<= argc + 40;
        p[3] = 1;
    }
    printf("%d\n", n);
    return 0;
}
END
for s in address thread undefined; do
    gcc -w -g -fsanitize=$s -o "$data/with-$s" "$data/threads.c" 2>/dev/null || continue
    prog "gcc -fsanitize=$s" "$data/with-$s"
    slow "gcc -fsanitize=$s, something to find" bash -c "\"\$data/with-$s\" wrong 2>report; echo \$?; grep -c 'ERROR\|WARNING\|runtime error' report; rm report"
done
