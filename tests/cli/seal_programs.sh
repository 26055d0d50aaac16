# --seal-image=all: unmodified bash, python3 and sqlite3 run their tests under every design that seals, and the just-in-time compiler
# runs what it compiled. What they print is what they print natively; each call that is refused is explained.
jit=$B/tests/guest/jit
sealed=${work:?}/sealed
rm -rf "$sealed"
mkdir -p "$sealed"

cat >"$sealed/script.bash" <<'END'
set -o pipefail
trap 'echo "bye from line $LINENO"' EXIT
declare -A seen
words() { tr -cs a-z '\n' <<<"$1"; }
while read -r word; do ((++seen[$word])); done < <(words "a rose is a rose is a rose")
for w in a is rose; do printf '%s=%d ' "$w" "${seen[$w]}"; done; echo
seq 1 2000 | awk '$1 % 7 == 0' | sort -rn | head -n 3 | paste -sd ,
cat <<HERE | { read -r first; read -r second; echo "<$first> <$second>"; }
$((6 * 7)) here
$(echo nested "$(echo twice)")
HERE
(exit 3) | cat; echo "pipe ${PIPESTATUS[0]} $?"
coproc { read -r x; echo "co $x"; }
echo process >&"${COPROC[1]}"; read -r reply <&"${COPROC[0]}"; echo "$reply"
sleep 0.1 & wait $!; echo "job $?"
mapfile -t lines < <(printf '%s\n' one two three); echo "${lines[@]:1} ${#lines[@]}"
trap 'echo usr1' USR1; kill -USR1 $$
x=$(head -c 200000 /dev/zero | tr '\0' x); echo ${#x}; unset x
diff <(echo left) <(echo right); cd /nonexistent 2>/dev/null || echo "no such place"
END
cat >"$sealed/script.sql" <<'END'
create table t(id integer primary key, name text, n real);
with recursive c(i) as (select 1 union all select i + 1 from c where i < 500) insert into t(name, n) select 'row' || i, i * 1.5 from c;
create index by_name on t(name);
begin; delete from t where id % 2; rollback;
begin; update t set n = -n where id % 5 = 0; commit;
select count(*), sum(n), min(name), max(name) from t;
select id, name from t where name like 'row49_' order by id desc limit 3;
select json_group_array(id) from (select id from t where n < 0 order by id limit 4);
vacuum; pragma integrity_check;
select hex(zeroblob(4)), printf('%.3f', 1e3 / 7), upper(substr('sealed', 2));
END
cat >"$sealed/suite.py" <<'END'
import ctypes, ctypes.util, importlib, mmap, os, re, subprocess, sys, threading, unittest

class Native(unittest.TestCase):
    def test_callback(self):
        compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
        a = (ctypes.c_int * 4)(3, 1, 4, 1)
        ctypes.CDLL(None).qsort(a, 4, 4, compare(lambda x, y: x[0] - y[0]))
        self.assertEqual(list(a), [1, 1, 3, 4])
    def test_late_library(self):
        libm = ctypes.CDLL("libm.so.6")
        libm.cbrt.restype, libm.cbrt.argtypes = ctypes.c_double, [ctypes.c_double]
        self.assertAlmostEqual(libm.cbrt(27), 3)
    def test_maps(self):
        m = mmap.mmap(-1, 1 << 20)
        m[4096:4101] = b"hello"
        m.resize(1 << 21)
        self.assertEqual((m.find(b"hello"), len(m)), (4096, 1 << 21))
        m.close()
    def test_child(self):
        self.assertEqual(subprocess.run([sys.executable, "-S", "-c", "print(6 * 7)"], capture_output=True).stdout, b"42\n")
    def test_threads(self):
        got = []
        t = [threading.Thread(target=got.append, args=(i,)) for i in range(4)]
        [x.start() for x in t], [x.join() for x in t]
        self.assertEqual(sorted(got), [0, 1, 2, 3])
    def test_modules(self):
        for name in ("json", "decimal", "zlib", "sqlite3"):
            importlib.import_module(name)
        self.assertEqual(re.sub(r"(\w)(\w)", r"\2\1", "abcd"), "badc")

# and of Python's own tests, where they are installed, those of the module that calls the memory manager
def load_tests(loader, tests, pattern):
    try:
        tests.addTests(loader.loadTestsFromName("test.test_mmap"))
    except ImportError:
        pass
    return tests

unittest.main()
END

# What one design's programs do, as lines of "ok NAME" and "not ok NAME"; run in a process of its own.
cat >"$sealed/run" <<'END'
d=$1
mkdir "$sealed/$d" && cd "$sealed/$d" || exit
run()
{
    name=$1
    shift
    timeout -k 5 90 "$program" -d "$d" --seal-image=all --rw "$PWD" "$@" >out 2>err </dev/null
    status=$?
}
verdict()
{
    if "$@"; then echo "ok $name"; else echo "not ok $name"; { echo "status $status"; head -n 20 out err; } >"failed $name"; fi
}
# nothing but explanations on standard error
explained() { ! grep -qv -e '^mseal-emu: .* is refused (E[A-Z]*): ' -e '^  in: ' err; }
as_native() { [ $status = 0 ] && cmp -s out "$sealed/$name.native" && explained; }
run bash bash "$sealed/script.bash"
verdict as_native
if [ -s "$sealed/sqlite3.native" ]; then
    run sqlite3 sqlite3 test.db ".read $sealed/script.sql"
    verdict as_native
fi
passed() { [ $status = 0 ] && grep -q '^OK' err && ! grep -q 'Traceback' err; }
if [ -n "$python" ]; then
    run python3 "$python" -S "$sealed/suite.py" -q
    verdict passed
fi
compiled() { [ "$(grep -c '^jit:' out)" = 3 ] && [ "$(grep -c ': refused$' out)" -le "$(grep -c ' is refused (E' err)" ]; }
run jit "$jit"
verdict compiled
run 'bash is sealed' --maps bash -c :
sealed_text() { grep -q 'r-xp.*/bash sl$' err; }
verdict sealed_text
END

(cd "$sealed" && bash script.bash >bash.native 2>&1)
! have sqlite3 || (cd "$sealed" && sqlite3 test.db ".read script.sql" >sqlite3.native; rm -f test.db)
python=$(python3 -c 'import sys; print(sys.executable)' 2>/dev/null)
export sealed program python jit
"$program" designs | cut -d ' ' -f 1 | grep -v '^none$' >"$sealed/designs"
[ "$label" = unicorn ] || echo linux-6.18 >"$sealed/designs" # the designs are the same with each engine
xargs -P 2 -I '{}' sh -c 'sh "$sealed/run" {} >"$sealed/{}.said" 2>&1' <"$sealed/designs"
while read -r d; do
    ok "--seal-image=all -d $d: all was run" grep -q 'bash is sealed' "$sealed/$d.said"
    while read -r outcome name; do
        case $outcome in
        ok) pass "cli: --seal-image=all -d $d: $name ($label)" ;;
        *) name=${name#ok }; fail "cli: --seal-image=all -d $d: $name ($label)" "$sealed/$d/failed $name" ;;
        esac
    done <"$sealed/$d.said"
done <"$sealed/designs"
have sqlite3 || skip 'cli: --seal-image=all: sqlite3' 'no sqlite3'
[ -n "$python" ] || skip 'cli: --seal-image=all: python3' 'no python3'
