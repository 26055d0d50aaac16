# Traces: strace's options, JSON and back.
threads='import threading, subprocess
t = threading.Thread(target=print, args=("x\xe9",)); t.start(); t.join()
subprocess.run(["/bin/sh", "-c", "ls /nonexistent | cat; kill -9 $$"])'
emu --strace -o "$work/trace" --trace-json "$work/json" python3 -c "$threads"
ok 'a program with threads and children is traced as text and JSON' grep -q 'killed by SIGKILL' "$work/trace"
"$program" history --text "$work/json" >"$work/text" 2>"$work/err"
ok 'JSON -> text gives exactly the text' cmp "$work/trace" "$work/text"
ok '... of more than 1000 lines' [ "$(wc -l <"$work/trace")" -gt 1000 ]
emu --strace -T -Z --explain -o "$work/trace" --trace-json "$work/json" "$B/tests/guest/refused"
"$program" history --text -T -Z --explain "$work/json" >"$work/text" 2>"$work/err"
ok '... with -T, -Z and --explain too' cmp "$work/trace" "$work/text"
emu --strace --trace-json "$work/json" sh -c 'true | cat'
"$program" history --text --terminal "$work/json" >"$work/text"
ok '... as on a terminal' cmp "$work/err" "$work/text"
ok 'the JSON has seals, faults and areas' sh -c "'$program' --trace-json '$work/json' '$B/tests/guest/refused'; grep -q '\"kind\":\"seal\".*\"sealed_at\":' '$work/json' && grep -q '\"kind\":\"fault\".*\"why\":' '$work/json' && grep -q '\"kind\":\"vma\"' '$work/json'"
if have python3; then
    ok 'each line is a JSON object' python3 -c "import json,sys; [json.loads(l)['kind'] for l in open('$work/json')]"
fi
echo '{"kind":"nonsense"}' >"$work/json"
ok 'a file that is no trace is an error' sh -c "'$program' history --text '$work/json' 2>&1 | grep -q ':1: not an event'"

emu -e trace=openat,close cat /dev/null
ok '-e trace=NAMES' sh -c "! grep -vE '^(openat\(|close\(|\+\+\+)' '$work/err'"
emu -e 'trace=!%memory' cat /dev/null
ok '-e trace=!%CLASS' sh -c "grep -q '^openat' '$work/err' && ! grep -qE '^(mmap|brk|mprotect)' '$work/err'"
emu -e trace=nonsense true
is '-e with an unknown call is a usage error' 2 '' "no such system call"
emu -e trace=mseal "$B/tests/guest/refused"
ok '-e trace=mseal: calls of designs have names too' grep -q '^mseal(0x' "$work/err"
emu -e inject=write:error=ENOSPC:when=1 /bin/echo hello
is '-e inject: the call fails' 1 '' 'write\(1, "hello\\n", 6\) += -1 ENOSPC \(No space left on device\) \(INJECTED\)'
emu -e status=none -e inject=openat:error=EACCES:when=2+ cat /dev/null
is '-e inject: from the second on' 127 '' 'cannot open shared object'
emu -e inject=close:signal=TERM:when=3 cat /dev/null
ok '-e inject: a signal' [ "$status" = 143 ]
emu -Z -o "$work/trace" cat /nonexistent
ok '-Z shows failures only' sh -c "! grep -vqE ' = -1 E|^\+\+\+' '$work/trace'"
emu -z cat /nonexistent
ok '-z shows successes only' sh -c "! grep -q ' = -1 E' '$work/err'"
emu -y -e openat cat /dev/null
ok '-y shows what descriptors are' grep -q '^openat(AT_FDCWD</.*>, "/dev/null", O_RDONLY) *= 3</dev/null' "$work/err"
emu -X raw -e mmap true
ok '-X raw' grep -q 'mmap(NULL, [0-9]*, 0x1, 0x2, 3, 0)' "$work/err"
emu -X verbose -e mmap true
ok '-X verbose' grep -q '0x1 /\* PROT_READ \*/, 0x2 /\* MAP_PRIVATE \*/' "$work/err"
emu -s 3 -e write /bin/echo hello
ok '-s' grep -q 'write(1, "hel"\.\.\., 6)' "$work/err"
printf 'a\351\n' >"$work/dir/latin"
emu -x -e read wc latin
ok '-x: what is not ASCII as numbers' grep -Fq 'read(3, "\x61\xe9\x0a"' "$work/err"
emu -x -e openat,write /bin/echo hello
ok '... and nothing else' grep -Fq 'write(1, "hello\n", 6)' "$work/err"
emu -xx -e write /bin/echo hello
ok '-xx: all strings' grep -Fq 'write(1, "\x68\x65\x6c\x6c\x6f\x0a", 6)' "$work/err"
emu -t -e execve sleep 61
ok '-t: virtual time of day' sh -c "grep -q '^00:01:40 execve(' '$work/err' && tail -n 1 '$work/err' | grep -q '^00:02:41 +++'"
emu -tt -e execve true
ok '-tt: with microseconds' grep -Eq '^00:01:40\.[0-9]{6} execve\(' "$work/err"
emu -ttt -e execve true
ok '-ttt: since 1970' grep -Eq '^1893456100\.[0-9]{6} execve\(' "$work/err"
emu -r -e clock_nanosleep sleep 2
ok '-r: since the line before' grep -Eq '^ {5}2\.00[0-9]{4} \+\+\+ exited' "$work/err"
emu -k -tt -o "$work/trace" --trace-json "$work/json" bash -c 'true | cat'
"$program" history --text -k -tt "$work/json" >"$work/text" 2>"$work/err"
ok 'JSON -> text with -k and -tt' cmp "$work/trace" "$work/text"
emu --trace-calls=exit -o "$work/trace" --trace-json "$work/json" bash -c 'true | cat'
"$program" history --text --code "$work/json" >"$work/text" 2>"$work/err"
ok 'JSON -> text of --trace-calls alone' sh -c "cmp '$work/trace' '$work/text' && grep -q 'exit(' '$work/text'"
emu -T -e clock_nanosleep sleep 0.25
ok '-T: virtual time' grep -Eq '= 0 <0\.25' "$work/err"
emu -c sh -c 'exec /bin/cat /nonexistent'
ok '-c counts' grep -Eq '^ *[0-9.]+ +[0-9.]+ +[0-9]+ +2 +execve$' "$work/err"
emu -k -e mseal "$B/tests/guest/refused"
ok '-k: a backtrace' grep -q '^ > protect_table+0x[0-9a-f]* (refused.c:[0-9]*) \[0x' "$work/err"
emu --strace --color=always true
ok '--color=always' grep -q "$(printf '\033\\[36mexecve')" "$work/err"
emu --strace true
ok 'no colours in a file' sh -c "! grep -q '$(printf '\033')' '$work/err'"
if have script; then
    script -qec "'$program' --strace true" /dev/null >"$work/out" 2>&1 </dev/null
    ok 'colours on a terminal' grep -q "$(printf '\033\\[36mexecve')" "$work/out"
    NO_COLOR=1 script -qec "'$program' --strace true" /dev/null >"$work/out" 2>&1 </dev/null
    ok '... not with NO_COLOR' sh -c "grep -q ^execve '$work/out' && ! grep -q '$(printf '\033')' '$work/out'"
    NO_COLOR=1 script -qec "'$program' --strace --color=always true" /dev/null >"$work/out" 2>&1 </dev/null
    ok '... but with --color=always' grep -q "$(printf '\033\\[36mexecve')" "$work/out"
fi
emu -f -o "$work/trace" --strace true
ok '-f -o: a column of pids from the first line' grep -Eq '^1000 +execve' "$work/trace"
