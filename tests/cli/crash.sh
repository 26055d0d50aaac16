# The crash report.
emu "$B/tests/guest/refused"
ok 'the report marks the instruction among its neighbours' sh -c "grep -A1 -E '^     0x[0-9a-f]+: ' '$work/err' | grep -Eq '^  => 0x[0-9a-f]+: mov'"
ok '... has a backtrace with names and lines' grep -Eq '^  #0 +0x[0-9a-f]+ main\+0x[0-9a-f]+ \(refused.c:[0-9]+\)' "$work/err"
ok '... marks the mapping hit' grep -Eq '^=>  [0-9a-f]+-[0-9a-f]+ r--p' "$work/err"
ok '... one of them' [ "$(grep -c '^=>' "$work/err")" = 1 ]
emu --explain --crash-json "$work/json" "$B/tests/guest/refused"
ok '... has the history of the page if it was kept' grep -Eq '^  event [0-9]+: mseal: .* sealed, by .*protect_table' "$work/err"
if have python3; then
    ok '--crash-json says the same' python3 -c "
import json
c = json.load(open('$work/json'))
assert c['signal'] == 'SIGSEGV' and c['access'] == 'writing'
assert [i for i in c['instructions'] if i['faulting']][0]['address'] == c['registers']['rip'] == c['backtrace'][0]['pc']
assert [m['sealed'] for m in c['maps'] if m['hit']] == [True]
assert any('mseal' in h for h in c['history'])"
fi
emu sh -c 'kill -TERM $$'
ok 'a signal that was sent is no crash' sh -c "[ $status = 143 ] && ! grep -q mseal-emu '$work/err'"
emu python3 -c 'import os; os.abort()'
ok 'abort is one, with a backtrace' sh -c "[ $status = 134 ] && grep -q 'dies of SIGABRT' '$work/err' && grep -Eq '^  #[1-9] .*abort' '$work/err'"
emu python3 -c 'import ctypes; ctypes.CFUNCTYPE(None)(0x123000)()'
ok 'a jump into nowhere shows the hole and who jumped' sh -c "grep -q '^=>  0x123000 is not mapped' '$work/err' && grep -q '^  #1 .*ffi' '$work/err'"
crashes=$B/tests/guest/crashes
emu "$crashes" null
ok 'a call of NULL shows who called' sh -c "grep -q '^  #0  0x0000000000000000 ?' '$work/err' && grep -q '^  #1 .* main+' '$work/err'"
emu "$crashes" deep
ok 'a stack overflow is called one' grep -q 'dies of SIGSEGV: the stack may not grow down to it' "$work/err"
ok '... and that its backtrace may not be all' grep -q '^  (and perhaps more)' "$work/err"
emu "$crashes" data
ok 'data among code hides no neighbours' sh -c "grep -B4 '^  =>' '$work/err' | grep -c '^     0x.*: nop' | grep -qx 4"
emu "$crashes" wild
ok 'an address that none has is told, though the signal does not' sh -c "grep -q 'dies of SIGSEGV: no process has such an address' '$work/err' && grep -q '^  writing address 0x4141414141414141' '$work/err'"
emu "$crashes" halt
ok '... and a privileged instruction has none' sh -c "grep -q 'dies of SIGSEGV: general protection' '$work/err' && ! grep -q ' address 0' '$work/err'"
emu "$crashes" guard
ok 'a guarded page is called one' grep -q 'dies of SIGSEGV: a guard was installed' "$work/err"
if have g++; then
    printf '%s\n' '#include <stdexcept>' 'namespace ns { template <class T> struct S { T v; S operator+(int x) { if (x) throw std::runtime_error("x"); return *this; } }; }' \
        'template struct ns::S<int>; int main(int c, char **) { return (ns::S<int>{c} + c).v; }' >"$work/uncaught.cc"
    g++ -O0 -o "$work/uncaught" "$work/uncaught.cc"
    emu "$work/uncaught"
    ok 'an uncaught exception: C++ names as in the source' grep -q '^  #[0-9]* .* ns::S<int>::operator+(int)+0x' "$work/err"
    emu --strace -k -e trace=write "$work/uncaught"
    ok '... in stacks of system calls, too' grep -q '^ > ns::S<int>::operator+(int)+0x' "$work/err"
else
    skip "cli: C++ names ($label)" 'no g++'
fi
emu --crash-json "$work/json" "$crashes" handler
ok 'a signal handler shows where the signal came' sh -c "grep -A2 '^  #0 .* handler+' '$work/err' | grep -A1 '^  #1 .* <signal handler called>' | grep -q '^  #2 .*raise\|^  #2 .*kill'"
ok '... in JSON, too' grep -q '"name":"<signal handler called>"' "$work/json"
emu "$crashes" child
ok 'abort of a child is a crash, too' grep -q 'crashes (pid 1001) dies of SIGABRT' "$work/err"
emu "$crashes" again
ok 'a fault that is raised again is one, where it was' sh -c "[ $status = 139 ] && grep -q 'dies of SIGSEGV: the program sent it to itself' '$work/err' &&
    grep -q '^  #0 .* main+' '$work/err'"
emu python3 -c 'import os; os.kill(os.getpid(), 11)'
ok '... and one that was none' sh -c "[ $status = 139 ] && grep -q 'dies of SIGSEGV: the program sent it to itself' '$work/err' && grep -Eq '^  #[0-9] .* kill\+' '$work/err'"
emu "$crashes" shot
is 'a fault signal that another sent is none' 0 '' ''
emu bash -c 'ulimit -c 0; sh -c "kill -SEGV \$\$"; echo $?'
is 'a child that is shot leaves its parent alone' 0 139

emu "$B/tests/guest/filters" memory
is 'a filter that kills is told' 159 '' '^mseal-emu: filters \(pid 1000\) dies of SIGSYS: munmap: seccomp: filter 1 of 2 \(installed at event [0-9]*\) answers SECCOMP_RET_KILL_PROCESS in its instruction 4; the call was not made$'
ok '... with registers and the way to it' sh -c 'grep -q "^ *rax 000000000000000b" "$1" && grep -q "#1 .* memory+" "$1"' - "$work/err"
emu bash -c 'kill -SYS $$'
is 'SIGSYS that somebody sent is not' 159
ok '... as a crash' sh -c '! grep -q "dies of" "$1"' - "$work/err"

# Core files, for gdb. Without --rw the working directory cannot be written, and there is none.
rm -rf "${work:?}/core"
mkdir "$work/core"
cp "$B/tests/guest/crash" "$work/core/"
emu sh -c 'cd "$0" && ulimit -c unlimited && ./crash' "$work/core"
is 'no core where the guest may not write' 139
ok '... and there is none' [ ! -e "$work/core/core" ]
emu --rw "$work/core" bash -c 'cd "$0" && ulimit -c unlimited && ./crash; echo $?' "$work/core"
is 'a core is dumped' 0 139 '\(core dumped\)'
if have gdb && have gcc; then
    cat >"$work/core/deep.c" <<'END'
#include <pthread.h>
#include <unistd.h>
static int global = 42;
static void *other(void *arg) { pause(); return arg; }
__attribute__((noinline)) static int inner(int n) { return n ? 1 + inner(n - 1) : *(volatile int *)0xdead0; }
int main(void)
{
    pthread_t t;
    global++;
    pthread_create(&t, 0, other, 0);
    usleep(1000);
    return inner(2);
}
END
    gcc -g -O0 -o "$work/core/deep" "$work/core/deep.c" -lpthread
    emu --rw "$work/core" bash -c 'cd "$0" && ulimit -c unlimited && ./deep; echo $?' "$work/core"
    (cd "$work/core" && gdb -nx -batch -ex bt -ex 'p global' -ex 'info threads' -ex 'thread apply all bt' -ex 'p $_siginfo._sifields._sigfault.si_addr' \
        -ex 'info sharedlibrary' deep core >"$work/gdb" 2>&1 </dev/null)
    ok 'gdb reads it: the signal' grep -q 'terminated with signal SIGSEGV' "$work/gdb"
    ok '... the stack' sh -c 'grep -q "^#0 .* inner (n=0) at " "$1" && grep -q "^#3 .* main () at " "$1"' - "$work/gdb"
    ok '... memory' grep -q '= 43$' "$work/gdb"
    ok '... threads' sh -c 'grep -c "Thread 0x.*LWP" "$1" | grep -qx "[4-9]" && grep -q "pause" "$1"' - "$work/gdb"
    ok '... the address' grep -q '= (void \*) 0xdead0$' "$work/gdb"
    ok '... libraries' grep -q 'libc\.so' "$work/gdb"
else
    skip "cli: gdb reads a core ($label)" 'needs gcc and gdb'
fi
