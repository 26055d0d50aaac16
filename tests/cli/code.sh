# What is told of code that runs: --trace-insn, --trace-calls, --coverage; on a guest that knows what it does, bash, python3, threads.
calls=$B/tests/guest/calls
forks='echo hi | cat; (trap "echo trapped" USR1; kill -USR1 $BASHPID); exit 3'

# in_order NAME FILE PATTERN...: lines of FILE match the patterns (awk), in this order.
in_order()
{
    name=$1
    shift
    ok "$name" awk 'BEGIN { n = ARGC - 2; for (i = 1; i <= n; i++) p[i] = ARGV[i + 1]; ARGC = 2; at = 1 }
                    at <= n && $0 ~ p[at] { at++ }
                    END { if (at <= n) { print "not there: " p[at]; exit 1 } }' "$@"
}

# ---- --trace-insn ----
emu --trace-insn=add_floats,copy,touch,tail,in_child -o "$work/trace" --strace --trace-json "$work/json" "$calls"
is '--trace-insn leaves the program as it was' 0 'abc 3'
in_order '--trace-insn: registers and flags' "$work/trace" '<tail\+0x2> add edi, 1 +; rdi=0x5 flags=\[PF\]$' \
    '<tail\+0x5> jmp 0x[0-9a-f]+ <leaf>$'
in_order '--trace-insn: an access that fails is not done, and told before its signal' "$work/trace" \
    '^0x[0-9a-f]+ <touch> mov byte ptr \[rdi\], 1  ; not done$' '^--- SIGSEGV'
ok '--trace-insn: four rounds of a string instruction' [ "$(grep -c '<copy+0x3> rep movsb' "$work/trace")" = 4 ]
in_order '--trace-insn: vector registers' "$work/trace" \
    '<add_floats> movss xmm0, dword ptr \[rdi\] +; xmm0=0x0+3f800000$' 'addss .*; xmm0=0x0+40400000$'
in_order '--trace-insn: children, between the lines of --strace' "$work/trace" '^1000 +wait4\(-1,  <unf' \
    '^1001 +0x[0-9a-f]+ <in_child> sub rsp, 8 +; rsp=' '^1001 +exit_group\(3\)' '^1000 +<\.\.\. wait4 resumed>'
ok '--trace-insn: nothing but what was asked for' sh -c \
    "! grep ' <' '$work/trace' | grep '0x' | grep -vE '<(add_floats|copy|touch|tail|in_child)[+>]|unfinished|resumed'"
"$program" history --text "$work/json" >"$work/text"
ok '--trace-insn: JSON -> text gives exactly the text' cmp "$work/trace" "$work/text"
first=$(sed -n 's/^\(0x[0-9a-f]*\) <tail> .*/\1/p' "$work/trace")
emu --trace-insn="$first-$(printf '0x%x' $((first + 2)))" -o "$work/text" "$calls"
ok '--trace-insn=ADDR-ADDR: the one instruction there, and what it did' [ "$(cat "$work/text")" = "$(grep '<tail> ' "$work/trace")" ]
emu --trace-insn -o "$work/trace" "$calls"
ok '--trace-insn: everything' [ "$(wc -l <"$work/trace")" -gt 10000 ]
ok '... begins at the entry point' sh -c "head -n 1 '$work/trace' | grep -q '<_start> '"
ok '... and ends with the call that ends it' sh -c "tail -n 1 '$work/trace' | grep -q 'syscall\$'"
in_order '... a system call is told with its result' "$work/trace" ' syscall +; rax=0x[0-9a-f]+ rcx=0x[0-9a-f]+ r11='
emu --trace-insn -o "$work/trace" "$B/tests/guest/arithmetic"
"$B/tests/host/singlestep" "$work/trace" "$B/tests/guest/arithmetic" >"$work/text" 2>"$work/err"
native=$?
if [ $native = 3 ]; then
    skip "--trace-insn compared with this machine's processor ($label)" "$(head -n 1 "$work/err")"
else
    ok "--trace-insn: registers and flags are those of this machine's processor at every step" \
        sh -c "cat '$work/err'; [ $native = 0 ] && [ \$(sed 's/ .*//' '$work/text') -gt 1000 ]"
    sed '500,$s/ rbx=0x/&1/' "$work/trace" >"$work/wrong"
    ok '... and another one would be told' sh -c "! '$B/tests/host/singlestep' '$work/wrong' '$B/tests/guest/arithmetic' 2>'$work/err' && grep -q '^rbx is' '$work/err'"
fi
emu --strace "$calls"
plain=$(sed 's/0x[0-9a-f]*/ADDR/g' "$work/err")
emu --strace --trace-insn=main --trace-calls=main --coverage "$work/cov" "$calls"
ok 'system calls are the same when code is watched' \
    [ "$(grep -vE '^([0-9]+ +|\[pid .*\] )?(0x|main)' "$work/err" | sed 's/0x[0-9a-f]*/ADDR/g')" = "$plain" ]
emu --trace-insn=cat -o "$work/trace" bash -c "$forks"
is '--trace-insn=FILE: bash with pipes and traps' 3 "hi
trapped"
ok '... is of that file, in the process that runs it' \
    [ "$(awk '{print $1, substr($2, 1, 10)}' "$work/trace" | sort -u | wc -l) $(grep -c '0x55555555[0-9a-f]* <' "$work/trace")" = \
    "1 $(wc -l <"$work/trace")" ]
emu --trace-insn=pthread_mutex_unlock -o "$work/trace" "$B/tests/guest/pthread_stress" 4
ok '--trace-insn: threads' [ "$(awk '/unlock> /{print $1}' "$work/trace" | sort -u | wc -l)" -ge 4 ]
emu --trace-insn=no_such_function true
is '--trace-insn: a name that is nowhere is told of' 0 '' "no function or file 'no_such_function'"
for wrong in 0x1000 0x2000-0x1000 main,,; do
    emu --trace-insn=$wrong true
    is "--trace-insn=$wrong is a usage error" 2 '' "is ADDR-ADDR, the name of a function or of a file"
done

# ---- --trace-calls ----
emu --trace-calls='no_such_*,main,ma*' -o "$work/trace" "$calls"
is '--trace-calls: a name that nothing has is told of' 0 'abc 3' "no function or file 'no_such_\*' was called"
ok '... and no other' [ "$(wc -l <"$work/err")" = 1 ]
emu --trace-calls='main,tail,leaf,factorial,deep,handler,leaving,touch,in_child,raise' -o "$work/trace" "$calls"
sed 's/0x[0-9a-f]\{6,\}/ADDR/g; s/([^)]*)/()/' "$work/trace" >"$work/text"
cat >"$work/wanted" <<'END'
main() [calls]
| tail() [calls]
| -> leaf() [calls]
| leaf = 0xf
| factorial() [calls]
| | factorial() [calls]
| | | factorial() [calls]
| | | factorial = 0x1
| | factorial = 0x2
| factorial = 0x6
| deep() [calls]
| | deep() [calls]
| | | deep() [calls]
| | | deep left without return
| | deep left without return
| deep left without return
| raise() [calls]
| | signal 10: handler() [calls]
| | | leaf() [calls]
| | | leaf = 0x1e
| | handler = 0x1e
| raise = 0
| raise() [calls]
| | signal 10: handler() [calls]
| | | leaf() [calls]
| | | leaf = 0x1e
| | handler = 0x1e
| raise = 0
| touch() [calls]
| | signal 11: leaving() [calls]
| | leaving left without return
| touch left without return
1001  | in_child() [calls]
1001  | | leaf() [calls]
1001  | | leaf = 0x3
1000  main = 0
END
ok '--trace-calls: tail calls, recursion, longjmp, handlers on two stacks, a child' diff "$work/wanted" "$work/text"
ok '... with arguments' grep -q '| | factorial(0x2, ' "$work/trace"
emu --trace-calls=main,on,handler,low,leaf -o "$work/trace" "$B/tests/guest/altstacks"
{
    echo 'main()'
    for run in handler handler low handler; do
        printf '| on()\n| | signal 10: %s()\n| | | leaf()\n| | | leaf = 0x1e\n| | %s = 0x1e\n| on = 0\n' $run $run
    done
    echo 'main = 0'
} >"$work/wanted"
sed 's/(.*/()/' "$work/trace" >"$work/text"
ok '--trace-calls: alternate stacks within each other' diff "$work/wanted" "$work/text"
emu --trace-calls=_exit,fork,no_such_name -o "$work/trace" bash -c '(exit 3); exit 4'
is '--trace-calls: any of the names of a function will do' 4 '' "^[^']*'no_such_name' was called\$"
ok '... and each is told' sh -c "grep -q 'fork(.* \[libc' '$work/trace' && grep -q '_exit(0x3, ' '$work/trace'"
emu --trace-calls -o "$work/trace" bash -c "$forks"
is '--trace-calls: bash with pipes and traps' 3 "hi
trapped"
in_order '... dynamic calls have the name of what they reach' "$work/trace" '^(_dl_start|ld-linux-x86-64\.so\.2\+0x[0-9a-f]+)\(' '\| main\(.*\[bash\]$' '\| setlocale\(.*\[libc.so.6\]$'
ok '... no entry of a PLT' sh -c "! grep -q '@plt' '$work/trace'"
if have python3; then
    emu --trace-calls='os_fork,os_waitpid,os__exit' -o "$work/trace" python3 -c '
import os, threading
def f():
    if not os.fork():
        os._exit(3)
    os.wait()
t = threading.Thread(target=f); t.start(); t.join()'
    if grep -q os_fork "$work/trace"; then
        in_order '--trace-calls: python3, a thread that forks' "$work/trace" '^[0-9]+ +os_fork\(' '^[0-9]+ +(\| )?os__exit\('
    else
        skip '--trace-calls: python3, a thread that forks' 'this python3 has no symbols'
    fi
fi
emu --strace --trace-calls=in_child,main -o "$work/trace" --trace-json "$work/json" "$calls"
"$program" history --text "$work/json" >"$work/text"
ok '--trace-calls: JSON -> text gives exactly the text' cmp "$work/trace" "$work/text"
in_order '... in order with system calls' "$work/trace" '^main\(' '^rt_sigaction' '^1001 +\| in_child' '^1001 +exit_group' '^1000 +main = 0'

# ---- --coverage ----
emu --coverage /nonexistent/cov true
is '--coverage: a file that cannot be written' 125 '' '/nonexistent/cov: No such file'
cat >"$work/drcov.py" <<'END'
# A reader of drcov files that knows nothing of who wrote them: MODULE... must be there; prints "module count" for each module.
import re, struct, sys
data = open(sys.argv[1], 'rb').read()
lines, at = [], 0
def line():
    global at
    end = data.index(b'\n', at)
    s, at = data[at:end].decode(), end + 1
    return s
assert line() == 'DRCOV VERSION: 2' and line().startswith('DRCOV FLAVOR: ')
n = int(re.fullmatch(r'Module Table: version 2, count (\d+)', line()).group(1))
assert line() == 'Columns: id, base, end, entry, path'
modules = []
for i in range(n):
    ident, base, end, entry, path = line().split(', ', 4)
    assert int(ident) == i and int(base, 16) < int(end, 16)
    modules.append((int(base, 16), int(end, 16), path))
blocks = int(re.fullmatch(r'BB Table: (\d+) bbs', line()).group(1))
assert len(data) - at == 8 * blocks, (len(data) - at, blocks)
seen, count, ends = set(), {}, {}
for start, size, module in struct.iter_unpack('<IHH', data[at:]):
    base, end, path = modules[module]
    assert size and base + start + size <= end
    assert (start, size, module) not in seen
    seen.add((start, size, module))
    # No rest of a block that was interrupted: of those with one end, each is longer than those before.
    assert start < ends.get((start + size, module), start + 1)
    ends[start + size, module] = start
    count[path] = count.get(path, 0) + 1
    if len(sys.argv) > 2 and path.endswith(sys.argv[2]):
        print('%#x' % (base + start))
if len(sys.argv) == 2:
    for path in sorted(count):
        print(path, count[path])
END
if have python3; then
    emu --coverage "$work/cov" "$calls"
    is '--coverage leaves the program as it was' 0 'abc 3'
    python3 "$work/drcov.py" "$work/cov" calls >"$work/blocks"
    for f in main leaf tail in_child leaving; do
        emu --trace-insn=$f -o "$work/trace" "$calls"
        ok "--coverage: $f is there" grep -qx "$(sed -En "s/.*(0x[0-9a-f]+) <$f> .*/\1/p" "$work/trace" | head -n 1)" "$work/blocks"
    done
    emu --coverage "$work/cov" python3 -c 'import ctypes; print(ctypes.sizeof(ctypes.c_int))'
    is '--coverage: python3' 0 4
    ok '... has what it loaded later' sh -c "python3 '$work/drcov.py' '$work/cov' | grep -q '_ctypes.*so [0-9]'"
    emu --coverage "$work/cov" bash -c "$forks"
    python3 "$work/drcov.py" "$work/cov" >"$work/text"
    ok '--coverage: bash and its children' sh -c "grep -q '/bash [0-9]' '$work/text' && grep -q '/cat [0-9]' '$work/text' && grep -q 'libc.so.6 [0-9]' '$work/text'"
else
    skip '--coverage' 'no python3'
fi
emu -E _ --coverage "$work/cov" --trace-insn=main --trace-calls=malloc -o "$work/trace" "$B/tests/guest/pthread_stress" 4
if [ -f "$work/cov.before" ]; then
    ok 'both Unicorns cover and trace the same bytes' sh -c "cmp '$work/cov' '$work/cov.before' && cmp '$work/trace' '$work/trace.before'"
else
    mv "$work/cov" "$work/cov.before"
    mv "$work/trace" "$work/trace.before"
fi
