#!/bin/sh
# readme.sh FILE... - run again each command of the ```console blocks ("$ command"), in a manual page (FILE.1) of those between .EX
# and .EE, and put in what it prints now; of longer lines 127 characters and dots.
#
# With --check nothing is written: it fails if a command does or if its output differs. B names the build directory.
cd "$(dirname "$0")/.." || exit 1
check=
[ "$1" != --check ] || { check=1; shift; }
PATH=$PWD/${B:-build}:$PATH
LC_ALL=C.UTF-8
export PATH LC_ALL
result=0
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- # programs in the emulator would have them

# A command as it is typed, and lines of output, out of and into FILE's language.
typed()
{
    case $file in
    *.1) printf '%s\n' "$1" | sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\e/\\/g' ;;
    *) printf '%s\n' "$1" ;;
    esac
}
printed()
{
    case $file in
    *.1) sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/'/\\\\(aq/g" -e 's/^\./\\\&./' ;;
    *) cat ;;
    esac
}

for file; do
    new=$(mktemp)
    in=
    while IFS= read -r line; do
        case $in$line in
        '```console' | .EX) in=block; printf '%s\n' "$line" ;;
        'block```' | block.EE) in=; printf '%s\n' "$line" ;;
        'block$ '*)
            printf '%s\n' "$line"
            sh -c "$(typed "${line#??}")" 2>&1 </dev/null | sed -E -e "s|$PWD|/home/you/mseal-emu|g" \
                -e 's/ *$//' -e 's/^(.{127}).{4,}/\1.../' | printed
            ;;
        block*) ;;
        *) printf '%s\n' "$line" ;;
        esac
    done <"$file" >"$new"
    if cmp -s "$file" "$new"; then
        :
    elif [ -n "$check" ]; then
        diff -u "$file" "$new"
        result=1
    else
        cat "$new" >"$file"
    fi
    rm -f "$new"
done
exit $result
