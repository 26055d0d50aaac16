#!/bin/sh
# planted.sh - does the comparison with the naive model find the bugs of fuzz/planted.tsv? Each is built into a copy of one
# file of mm/ and must be found within a minute. Run by models.sh.
. tests/lib.sh
if [ "$SANITIZE" = 1 ]; then
    skip "planted bugs" "the copies are not sanitized"
    exit 0
fi
dir=${B:?}/planted
log=$B/planted-test.log
rm -rf "$dir" && mkdir -p "$dir"
# The archive's own member is left out, since all that it defines is defined before it is looked at.
objects=$(ls "$B"/fuzz/*.o | grep -v _fuzzer)

plant()  # NAME FILE EDIT
{
    copy=$dir/$1.c
    sed "$3" "$2" >"$copy"
    if cmp -s "$2" "$copy"; then
        echo "the edit changes nothing in $2" >"$log"
        return 1
    fi
    gcc -std=gnu11 -D_GNU_SOURCE -w -O1 -Iinclude -I. "-I$(dirname "$2")" -Imm -c -o "$dir/$1.o" "$copy" >"$log" 2>&1 &&
        gcc -o "$dir/$1" "$dir/$1.o" $objects "$B/libmseal-mm.a" -ldl -lm >"$log" 2>&1
}

while IFS='	' read -r name file edit; do
    case $name in '#'* | '') continue ;; esac
    if ! plant "$name" "$file" "$edit"; then
        fail "planted: $name" "$log"
        continue
    fi
    "$dir/$name" --pair --quiet --ops 0 --time 60 >"$log" 2>&1
    if [ $? = 1 ]; then
        pass "planted: $name"
    else
        echo "not found within a minute" >>"$log"
        fail "planted: $name" "$log"
    fi
done <fuzz/planted.tsv
exit 0
