# Debian's dynamically linked everyday programs.
prog 'true' /bin/true
prog 'false' /bin/false
prog 'echo' /bin/echo -e 'a\tb'
prog 'cat' cat "$data/tree/one" "$data/tree/a/two"
prog 'ls' ls -laR --full-time "$data/tree"
prog 'ls of a missing file' ls /nonexistent
prog 'sort' sort -k2,2 -k1,1nr "$data/table"
prog 'sort -u to a file' sort -u -o sorted "$data/table"
prog 'wc' wc -lwcL "$data/table"
prog 'cut' cut -d ' ' -f 2 "$data/table"
prog 'uniq' uniq -c "$data/table"
prog 'tr reads stdin' tr a-z A-Z
prog 'head' head -c 100 "$data/numbers"
prog 'tail' tail -n 5 "$data/numbers"
prog 'tac' tac "$data/table"
prog 'nl' nl "$data/tree/one"
prog 'od' od -A x -t x1z "$data/tree/one"
prog 'seq' seq -w 1 3 100
prog 'factor' factor 18446744073709551557
prog 'expr' expr 6 '*' 7
prog 'date -u -d' date -u -d @86400 +%F
prog 'stat' stat -c '%s %a %F %h' "$data/tree/one" "$data/tree" "$data/tree/link"
sorted 'du' du -b -a "$data/tree"
prog 'md5sum' md5sum "$data/numbers"
prog 'sha256sum' sha256sum "$data/numbers"
prog 'sha512sum -c' sha512sum "$data/table"
prog 'cp -r' cp -r "$data/tree" copy
prog 'mkdir -p' mkdir -p x/y/z
prog 'touch' touch new file
prog 'dd' dd if="$data/numbers" of=out bs=1000 count=50 status=none
prog 'split' split -l 5000 "$data/numbers" part-
prog 'comm' comm -12 "$data/numbers" "$data/numbers"
prog 'join' join "$data/numbers" "$data/numbers"
prog 'paste' paste "$data/tree/one" "$data/tree/c/four"
prog 'realpath' realpath "$data/tree/link" "$data/tree/../tree"
prog 'readlink' readlink "$data/tree/link"
prog 'env' env A=1 /bin/echo started by env
prog 'printf' /usr/bin/printf '%s %5.2f %x\n' one 3.14159 255
prog 'test' test -f "$data/tree/one"
prog 'shuf with a source' shuf --random-source="$data/numbers" -n 5 "$data/table"
sorted 'find' find "$data/tree" -newermt 2020-01-01 -printf '%p %s %l\n'
prog 'grep' grep -nE '^1+ .*(yes|no)' "$data/table"
sorted 'grep -r' grep -r this "$data/tree"
prog 'sed' sed -E 's/([0-9]+) ([a-z]+)/\2 \1/;10q' "$data/table"
prog 'awk' awk 'BEGIN { for (i = 0; i < 5; i++) printf "%.6f %s\n", exp(i), sprintf("%c", 65 + i) } $1 > 2990 { print NR, $0 }' "$data/table"
prog 'diff' diff "$data/tree/one" "$data/tree/a/two"
prog 'cmp' cmp "$data/tree/one" "$data/tree/a/two"
prog 'tar c' tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf tree.tar -C "$data" tree
prog 'ld.so --list' /lib64/ld-linux-x86-64.so.2 --list /bin/ls
