#!/bin/sh
# tutorial.sh [--check] PREFIX FILE - follow a tutorial word for word, in an empty directory, with the copy installed below PREFIX.
#
# A block that begins with ```c NAME is written to NAME, or put below what is there if NAME came before; in ```console blocks each
# "$ command" is run and what it prints now replaces what stood there. With --check nothing is replaced: it fails if
# something but addresses and step numbers differs.
check=
[ "$1" != --check ] || { check=1; shift; }
prefix=$(realpath "$1") file=$(realpath "$2")
PATH=$prefix/bin:$PATH
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
LC_ALL=C.UTF-8
export PATH PKG_CONFIG_PATH LC_ALL
dir=$(mktemp -d /var/tmp/mseal-emu-tutorial.XXXXXX) new=$(mktemp)
trap 'rm -rf "$dir" "$new"' EXIT
cd "$dir" || exit 1
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- # programs in the emulator would have them
in=
while IFS= read -r line; do
    case $in$line in
    '```console') in=run: ;;
    '```c '*) in=write: name=${line#* } ;;
    'run:```' | 'write:```') in= ;;
    'run:$ '*)
        printf '%s\n' "$line"
        sh -c "${line#??}" 2>&1 </dev/null | sed -e 's/ *$//' -e "s|$dir|/home/you/design|g"
        continue
        ;;
    run:*) continue ;;
    write:*) printf '%s\n' "$line" >>"$name" ;;
    esac
    printf '%s\n' "$line"
done <"$file" >"$new"
cmp -s "$file" "$new" && exit 0
if [ "$check" ]; then
    # Addresses and step numbers are those of one C library; what is said about them is not.
    for f in "$file" "$new"; do
        sed -e 's/0x[0-9a-f]*/ADDRESS/g' -e 's/step [0-9]*/step N/' -e 's/^\(>\{0,1\}\) *[0-9][0-9]* /\1 N /' -e 's/refused *[0-9]*/refused N/' "$f" >"$new.${f##*/}"
    done
    diff -u "$new.${file##*/}" "$new.${new##*/}"
    status=$?
    rm -f "$new".*
    exit $status
fi
cat "$new" >"$file"
