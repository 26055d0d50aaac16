# busybox-static: one static program, many faces.
prog 'busybox echo' busybox echo hello world
prog 'busybox ls -la' busybox ls -laR --full-time "$data/tree"
sorted 'busybox find' busybox find "$data/tree" -type f -name 't*'
prog 'busybox sort -n' busybox sort -n "$data/table"
prog 'busybox sort -k2 -u' busybox sort -k2,2 -u "$data/table"
prog 'busybox md5sum' busybox md5sum "$data/numbers" "$data/table"
prog 'busybox sha256sum' busybox sha256sum "$data/numbers"
prog 'busybox awk' busybox awk '{ n[$2] += $1 } END { for (i = 1; i < 10; i++) print i, sin(i); for (k in n) s += n[k]; print s }' "$data/table"
prog 'busybox sed' busybox sed -n 's/\([a-z]*\) yes/<\1>/p' "$data/table"
prog 'busybox grep' busybox grep -c 'no$' "$data/table"
prog 'busybox wc' busybox wc "$data/numbers" "$data/table"
prog 'busybox tail' busybox tail -n 3 "$data/numbers"
prog 'busybox sh exit status' busybox sh -c 'read a b c; echo "$b"; exit 7'
prog 'busybox sh loop' busybox sh -c 'i=0; s=0; while [ $i -lt 2000 ]; do i=$((i+1)); s=$((s+i*i)); done; echo $s'
prog 'busybox sh functions' busybox sh -c 'f() { local x=$1; case $x in a*) echo starts;; *) echo not;; esac; }; f abc; f xyz; set -- 1 2 3; shift; echo $# "$@"; trap "echo bye" EXIT; false || echo or'
prog 'busybox sh builtins write a file' busybox sh -c 'for i in 1 2 3; do echo line $i; done >out; while read -r a b; do echo "$b:$a"; done <out; printf "%05d %x\n" 42 255 >>out'
prog 'busybox tar c' busybox tar cf tree.tar -C "$data/tree" one a/two a/b/three link
prog 'busybox tar t of no archive' busybox tar tvf "$data/table"
prog 'busybox cat stdin' busybox cat
prog 'busybox cp and rm' busybox cp -r "$data/tree" copy
prog 'busybox dd' busybox dd if=/dev/zero of=zeroes bs=4096 count=100
prog 'busybox cksum' busybox cksum "$data/numbers"
prog 'busybox base64' busybox base64 "$data/table"
prog 'busybox factor' busybox factor 1234567890123 600851475143
prog 'busybox bc' busybox bc -l "$data/tree/none"
prog 'busybox error status' busybox ls /nonexistent
prog 'busybox false' busybox false
prog 'busybox cat missing' busybox cat "$data/numbers" /nonexistent "$data/tree/one"
