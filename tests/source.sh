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
exit 0
