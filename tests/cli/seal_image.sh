# --seal-image: unmodified programs run sealed, and what is sealed is what was asked for.
jit=$B/tests/guest/jit
in_order='jit: 1 jit: 2 jit: 3'
sealed() # NAME EXPECTED [OPTION...] PROGRAM: what jit.c could change of "code constants relro data stack"
{
    what=$1 expected=$2
    shift 2
    emu "$@"
    ok "--seal-image: $what" [ "$(sed -n 's/^.*: \(ok\|refused\)$/\1/p' "$work/out" | paste -sd ' ')" = "$expected" ]
    ok "--seal-image: $what, compiled code runs" [ "$(grep '^jit:' "$work/out" | paste -sd ' ')" = "$in_order" ]
}
sealed 'off' 'ok ok ok ok ok' "$jit"
sealed 'text and relro by default' 'refused refused refused ok ok' --seal-image "$jit"
sealed 'only text' 'refused refused ok ok ok' --seal-image=text "$jit"
sealed 'only relro' 'ok ok refused ok ok' --seal-image=relro "$jit"
sealed 'all' 'refused refused refused refused refused' --seal-image=all "$jit"
ok '--seal-image: refused calls are explained' grep -q 'mprotect of 0x[0-9a-f-]* *.*is refused (EPERM): ' "$work/err"
sealed 'no note, no seal' 'ok ok ok ok ok' --seal-image=note "$jit"
sealed 'a design that leaves protection open' 'ok ok ok ok ok' -d no-unmap --seal-image=all "$jit"
sealed 'a design by maximal protection' 'refused refused refused ok refused' -d prot_max --seal-image=all "$jit"

emu --seal-image=some "$jit"
is '--seal-image=some is a usage error' 2 '' 'note, relro, text or all'
emu -d none --seal-image "$jit"
is 'without a sealing call there is nothing to seal with' 2 '' "'none' has nothing to seal with"

if have gcc; then
    for flags in '' -no-pie -static-pie; do
        gcc -w -O1 $flags -o "$work/dir/jit" tests/guest/jit.c
        sealed "all (gcc $flags)" 'refused refused refused refused refused' --seal-image=all ./jit
    done
    if have musl-gcc && musl-gcc -w -O1 -o "$work/dir/jit" tests/guest/jit.c; then
        sealed 'all (musl)' 'refused refused refused refused refused' --seal-image=all ./jit
    fi
    # an object that comes later and goes again
    cat >"$work/dir/late.c" <<'END'
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
int main(void)
{
    void *lib = dlopen("./late.so", RTLD_NOW);
    const char *(*answer)(void) = lib ? (const char *(*)(void))dlsym(lib, "answer") : 0;
    char line[512], *page = (char *)((uintptr_t)answer & -4096l);
    int left = 0;
    if (!answer)
        return 1;
    puts(mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) ? "late code: refused" : "late code: ok");
    dlclose(lib);
    FILE *f = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, f))
        left |= strstr(line, "late.so") != 0;
    puts(left ? "still mapped" : "gone");
    return 0;
}
END
    echo 'static const char *const text = "answer"; const char *const *volatile table = &text; const char *answer(void) { return *table; }' >"$work/dir/lib.c"
    (cd "$work/dir" && gcc -w -shared -fPIC -o late.so lib.c && gcc -w -o late late.c -ldl)
    emu --seal-image ./late
    is '--seal-image leaves late objects alone' 0 'late code: ok
gone' ''
    emu --seal-image=all ./late
    is '--seal-image=all seals them too' 0 'late code: refused
still mapped' 'munmap of'
else
    skip 'cli: --seal-image of programs compiled here' 'no gcc'
fi

emu --seal-image sh -c 'sed -n "/r-xp/,/VmFlags/p" /proc/self/smaps'
ok '--seal-image: sl in smaps' grep -q '^VmFlags: rd ex mr mw me sl *$' "$work/out"
