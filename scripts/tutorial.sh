#!/bin/sh
# tutorial.sh [--check] PREFIX FILE - follow a tutorial word for word, in an empty directory, with the copy installed below PREFIX.
#
# A block that begins with ```c NAME is written to NAME, or put below what is there if NAME came before; in ```console blocks each
# "$ command" is run and what it prints now replaces what stood there. With --check nothing is replaced: it fails if something differs.
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
[ -z "$check" ] || { diff -u "$file" "$new"; exit 1; }
cat "$new" >"$file"
