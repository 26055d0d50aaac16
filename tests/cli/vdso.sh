# --vdso: what programs find there, and that it changes nothing but their map.
emu cat /proc/self/maps
ok 'without --vdso there is none' sh -c '! grep -e vdso -e vvar "$work/out"'
emu --vdso cat /proc/self/maps
areas=$(sed -n 's/.* \(r[-wxp]*\) 00000000 00:00 0  *\(\[v.*\]\)$/\1 \2/p' "$work/out" | paste -sd ,)
ok '--vdso: [vvar] and [vvar_vclock] lie before [vdso]' [ "$areas" = 'r--p [vvar],r--p [vvar_vclock],r-xp [vdso]' ]
emu --vdso -E LD_SHOW_AUXV=1 /bin/true
at=$(sed -n 's/^AT_SYSINFO_EHDR: *0x//p' "$work/out")
emu --vdso cat /proc/self/maps
ok '--vdso: AT_SYSINFO_EHDR' grep -q "^$at-.*\[vdso\]" "$work/out"

# a look at the clock is a system call either way, at the same virtual time
for option in '' --vdso; do
    emu $option --strace -k -e trace=clock_gettime date
    ok "$option: the time is asked for" grep -q '^clock_gettime(CLOCK_REALTIME, {tv_sec=1893456100' "$work/err"
    cp "$work/out" "$work/date$option"
    cp "$work/err" "$work/trace$option"
done
ok '--vdso: it is the same time' cmp "$work/date" "$work/date--vdso"
if grep -q '^ > ' "$work/trace"; then
    ok '--vdso: the C library asks the vDSO, which has a name and can be unwound' sh -c \
        'grep -A 2 "^ > __vdso_clock_gettime+0x7 (\[vdso\])" "$work/trace--vdso" | grep -q "^ > .*libc\|^ > .*clock_gettime"'
    ok 'without it asks the kernel' sh -c '! grep __vdso "$work/trace"'
fi
if have musl-gcc; then
    echo '#include <time.h>
int main(void) { struct timespec t; return clock_gettime(CLOCK_MONOTONIC, &t); }' >"$work/dir/clock.c"
    musl-gcc -w -static -o "$work/dir/clock" "$work/dir/clock.c"
    emu --vdso --strace -k -e trace=clock_gettime ./clock
    ok "--vdso: musl's asks it too" grep -q '^ > __vdso_clock_gettime' "$work/err"
fi

# --seal-image seals it at exec, as Linux does with CONFIG_MSEAL_SYSTEM_MAPPINGS
sealed_areas()
{
    emu --vdso "$@" sh -c 'cat /proc/self/smaps'
    awk '/^[0-9a-f]*-/ { area = $6 } /^VmFlags/ && area ~ /^.v/ && / sl/ { printf "%s ", area }' "$work/out"
}
for what in '' =text =all; do
    ok "--seal-image$what seals the vDSO" [ "$(sealed_areas "--seal-image$what")" = '[vvar] [vvar_vclock] [vdso] ' ]
done
for what in =relro =note; do
    ok "--seal-image$what does not" [ -z "$(sealed_areas "--seal-image$what")" ]
done
