# Interpreters and a compiler, pass by pass.
prog 'bash -c' bash -c 'a=(one two three); declare -A m=([x]=1 [y]=2); echo ${a[@]^^} ${#a[@]} ${m[y]} $((2**40)); [[ abc =~ ^a(.)c$ ]] && echo ${BASH_REMATCH[1]}; printf -v s "%03d" 7; echo $s'
prog 'bash loops and files' bash -c 'for ((i = 0; i < 1000; i++)); do ((s += i)); done; echo $s >out; read -r x <out; echo "<$x>"; mapfile -t lines <"$data/tree/one"; echo "${lines[0]}"'
prog 'bash exit status' bash -c 'exit 42'
prog 'bash kills itself' bash -c 'kill -TERM $$'
prog 'bash trap' bash -c 'trap "echo caught" USR1; kill -USR1 $$; echo after'
prog 'dash' dash -c 'x=5; while [ $x -gt 0 ]; do echo $x; x=$((x-1)); done'

cat >"$data/all.py" <<'END'
import ctypes, hashlib, json, mmap, os, re, struct, zlib
print(json.dumps({"a": [1, 2.5, None, True], "b": {"c": "\u00e9"}}, sort_keys=True))
print(json.loads('{"x": [1, 2, {"y": 3}]}')["x"][2]["y"])
text = open(os.environ["data"] + "/numbers", "rb").read()
for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
    print(name, hashlib.new(name, text).hexdigest())
print(re.findall(r"(?m)^1(\d)\1$", text.decode()), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"))
with open("map", "w+b") as f:
    f.truncate(3 * 4096)
    with mmap.mmap(f.fileno(), 0) as m:
        m[0:5] = b"hello"
        m[8192:8197] = b"world"
        m.flush()
        print(m.find(b"world"), len(m))
    f.seek(8192)
    print(f.read(5))
m = mmap.mmap(-1, 1 << 20)
m.write(b"x" * 1000)
print(m.tell(), m[999], m[1000])
libc = ctypes.CDLL(None)
libc.strlen.restype = ctypes.c_size_t
print(libc.strlen(b"twelve bytes"), ctypes.sizeof(ctypes.c_long))
CMP = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
a = (ctypes.c_int * 6)(5, 3, 9, 1, 7, 2)
libc.qsort(a, 6, 4, CMP(lambda x, y: x[0] - y[0]))
print(list(a), struct.pack("<Id", 7, 1.5), zlib.crc32(text))
END
cat >"$data/sqlite.py" <<'END'
import sqlite3
db = sqlite3.connect("test.db")
db.execute("create table t (id integer primary key, v text, n real)")
db.executemany("insert into t (v, n) values (?, ?)", (("row %d" % i, i * 0.5) for i in range(2000)))
db.execute("create index i on t (n)")
db.commit()
print(db.execute("select count(*), sum(n), max(v) from t").fetchone())
print(db.execute("select v from t where n between 100 and 101 order by v").fetchall())
try:
    db.execute("insert into t (id) values (1)")
except sqlite3.IntegrityError as e:
    print(e)
END
prog 'python3 -c' /usr/bin/python3 -c 'print(sum(i * i for i in range(10000)), 2 ** 200, "%.3f" % (22 / 7))'
prog 'python3 json hashlib re mmap ctypes' /usr/bin/python3 "$data/all.py"
prog 'python3 sqlite3' /usr/bin/python3 "$data/sqlite.py"
prog 'python3 exception' /usr/bin/python3 -c 'import sys; print("before"); sys.exit("the message")'
prog 'python3 deep recursion' /usr/bin/python3 -c '
def f(n): return 1 + f(n + 1)
try: f(0)
except RecursionError as e: print(type(e).__name__)'
prog 'python3 -m' /usr/bin/python3 -m json.tool --sort-keys /usr/share/python3/debian_defaults
prog 'perl -e' perl -e 'my %h; open my $f, "<", "$ENV{data}/table"; while (<$f>) { my @w = split; $h{$w[1]} += $w[0] } print map { "$_ $h{$_}\n" } sort keys %h; printf "%s\n", join ",", map { sprintf "%b", $_ } 1..5'
prog 'perl die' perl -e 'print "x\n"; die "gone\n"'
prog 'perl modules' perl -MDigest::SHA=sha1_hex -MList::Util=sum -e 'print sha1_hex("abc"), " ", sum(1..100), "\n"'
prog 'lua5.4' lua5.4 -e 'local t = {} for i = 1, 1000 do t[i] = (i * 7919) % 1009 end table.sort(t) print(#t, t[1], t[500], string.format("%q", "a\nb"), math.pi, 7 // 2, 1 << 40) print(pcall(error, "e"))'
prog 'sqlite3 on a file' sqlite3 test.db 'create table t(a, b); insert into t select value, value * value from generate_series(1, 1000); select count(*), sum(b) from t; explain query plan select * from t where a = 5;'
prog 'openssl dgst' openssl dgst -sha256 -sha512 "$data/numbers"
prog 'openssl dgst md5' openssl dgst -md5 "$data/numbers"

cat >"$data/prog.c" <<'END'
#include <stdio.h>
static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
int main(void) { printf("fib(20) = %d\n", fib(20)); return 3; }
END
if have gcc; then
    cc1=$(gcc -print-prog-name=cc1)
    as=$(command -v as)
    (cd "$data" && gcc -O2 -S -o prog.s prog.c && gcc -c -o prog.o prog.s)
    prog 'cc1 -O2' "$cc1" -quiet -O2 -o prog.s "$data/prog.c"
    prog 'as' as -o prog.o "$data/prog.s"
    prog 'ld' ld -static -o prog $(gcc -static -print-file-name=crt1.o) $(gcc -print-file-name=crti.o) "$data/prog.o" \
        -L"$(dirname "$(gcc -print-libgcc-file-name)")" -L/usr/lib/x86_64-linux-gnu --start-group -lc -lgcc -lgcc_eh --end-group $(gcc -print-file-name=crtn.o)
    prog 'gcc -S (runs cc1)' gcc -O1 -S -o prog.s "$data/prog.c"
    prog 'objdump' objdump -d "$data/prog.o"
    prog 'readelf' readelf -a "$data/prog.o"
    prog 'strip' strip -o stripped.o "$data/prog.o"
    prog 'gcc --version' gcc --version
fi
prog 'python3: extended attributes' python3 -c '
import os
open("f", "w").close(); os.mkdir("d")
for f in ("f", "d", "none"):
    try:
        os.setxattr(f, "user.one", b"1"); os.setxattr(f, "user.two", b"22")
        print(sorted(os.listxattr(f)), os.getxattr(f, "user.two"))
        os.removexattr(f, "user.one"); print(os.listxattr(f))
        os.setxattr(f, "user.two", b"", os.XATTR_CREATE)
    except OSError as e: print(e)'
