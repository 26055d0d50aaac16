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
emu bash -c 'ulimit -c 0; sh -c "kill -SEGV \$\$"; echo $?'
is 'a child that is shot leaves its parent alone' 0 139
