#!/bin/sh
# source.sh - what is known of the source without running it: the other compiler has no warning for it either.
. tests/lib.sh
if ! have clang; then
    skip 'clang has no warnings' 'no clang here'
elif make -s CC=clang WERROR=1 B="$B" SANITIZE=0 syntax >"$B/clang.log" 2>&1; then
    pass 'clang has no warnings'
else
    fail 'clang has no warnings' "$B/clang.log"
fi

nothing()  # NAME: there must be nothing on standard input
{
    cat >"$B/source.log"
    if [ -s "$B/source.log" ]; then fail "$1" "$B/source.log"; else pass "$1"; fi
}
# Arrows run down only: command line, machine, system calls, memory.
grep -nE '#include "(\.\./)*(emu|syscalls)/' mm/*.[ch] mm/*/*.[ch] include/*/*.h | nothing 'mm/ includes nothing of syscalls/ and emu/'
grep -nE '#include "(\.\./)*emu/' syscalls/*.[ch] syscalls/*/*.[ch] | nothing 'syscalls/ includes nothing of emu/'
grep -nE '#include "(\.\./|emu/)*cmd/' emu/*.[ch] emu/[!c]*/*.[ch] emu/code/*.[ch] | grep -vE '^emu/(main|options)\.c:' |
    nothing 'the machine includes nothing of the command line'
find mm syscalls emu include fuzz tests guest-tests bench -name '*.[ch]' -exec awk 'FNR == 701 { print FILENAME }' {} + |
    nothing 'no file is longer than 700 lines'

objects=$(find mm syscalls emu fuzz -name '*.c' | sed "s|.*|$B/&|; s|c\$|o|" | xargs ls 2>/dev/null)
nm -Au $objects | awk '$3 ~ /^(_exit|exit|quick_exit)$/ && !/emu\/(cmd\/|main)|fuzz\// { print $1, $3 }' |
    nothing 'only the command line ends the process'
nm -A $objects | awk '$2 == "U" { used[$3] } $2 ~ /^[TDBRC]$/ { made[$3] } END { for (s in made) if (!(s in used)) print s }' |
    grep -vE '^(main|__.*)$' | while read -r name; do grep -rqw "$name" include tests/unit bench fuzz/*_fuzzer.c || echo "$name"; done |
    nothing 'what no other file uses is static'
[ "$SANITIZE" = 1 ] || objdump -h "$B"/mm/*.o "$B"/mm/*/*.o | awk '/file format/ { file = $1 } $2 ~ /^\.(data|bss)$/ && $3 !~ /^0*$/ { print file, $2 }' |
    nothing 'mm/ has no variables of its own'
exit 0
