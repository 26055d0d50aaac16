# Where strace's lines go: a file for each task, a command; compared with Debian's strace where it may trace.
rm -rf "$work/to" && mkdir -p "$work/to"
family='(exit 4); /bin/true; exit 3'
told='trace=execve,exit_group,wait4'

# each DIR: what is in its files, in the order of their numbers; without what a run has its own of.
each()
{
    for file in $(find "$1" -name 't.*' | sort -t. -k2 -n); do
        echo "file $file" | sed 's/ .*\// /; s/[0-9]*$/N/'
        sed -E 's/0x[0-9a-f]{6,}/ADDR/g; s/[0-9]+ vars?/N vars/; s/  +=/ =/; s/\b[0-9]{3,}\b/N/g; s/wait4.*/wait4/' "$file"
    done
}

# ---- -ff ----
emu -ff -o "$work/to/t" -e $told -e signal=none sh -c "$family"
is '-ff: the program is not disturbed' 3 '' ''
ok '... a file for each process, by its number' [ "$(cd "$work/to" && echo t*)" = 't.1000 t.1001 t.1002' ]
ok '... which begin at the start and end with the end' \
    sh -c "head -qn 1 '$work/to/t.1000' | grep -q '^execve(' && tail -qn 1 '$work/to'/t.* | tr '\n' ' ' | grep -qx '+++ exited with 3 +++ +++ exited with 4 +++ +++ exited with 0 +++ '"
if have strace && strace -o /dev/null true 2>/dev/null; then
    mkdir -p "$work/to/theirs"
    (cd "$work/dir" && strace -ff -o "$work/to/theirs/t" -e $told -e signal=none sh -c "$family" >"$work/out" 2>&1)
    each "$work/to/theirs" >"$work/theirs.each"
    rm -r "$work/to/theirs"
    each "$work/to" >"$work/ours.each"
    ok "... strace's files hold the same" diff "$work/theirs.each" "$work/ours.each"
else
    skip '-ff compared' 'no strace, or it may not trace here'
fi
emu -f -o "$work/all" -e $told -e signal=none sh -c "$family"
for pid in 1000 1001 1002; do
    grep "^$pid .*[^.]\$" "$work/all" | grep -v resumed | sed -E 's/^[0-9]+ +//; s/  +=/ =/' >"$work/all.$pid"
    grep -v wait4 "$work/all.$pid" >"$work/theirs"
    sed -E 's/  +=/ =/' "$work/to/t.$pid" | grep -v wait4 >"$work/ours"
    ok "... -f shows the same of $pid" sh -c "[ -s '$work/ours' ] && diff '$work/theirs' '$work/ours'"
done
cp "$work/to/t.1001" "$work/once"
emu -ff -A -o "$work/to/t" -e $told -e signal=none sh -c "$family"
cat "$work/once" "$work/once" >"$work/twice"
ok '-ff -A: adds to each' cmp "$work/to/t.1001" "$work/twice"
emu -ff -o "$work/to/t" -e $told -e signal=none sh -c "$family"
ok '-ff: otherwise begins anew' cmp "$work/to/t.1001" "$work/once"
rm -f "$work"/to/*
emu --output-separately -o "$work/to/t" -e $told -e signal=none sh -c "$family"
ok '--output-separately is the same' cmp "$work/to/t.1001" "$work/once"
rm -f "$work"/to/*
emu -ff -qq -e none -e signal=none -o "$work/to/t" sh -c "$family"
ok '-ff: who has nothing to tell has a file, too' [ "$(cd "$work/to" && find . -name 't.*' -empty | sort | xargs)" = './t.1000 ./t.1001 ./t.1002' ]
emu -f -e $told sh -c "$family"
cp "$work/err" "$work/follow"
emu -ff -e $told sh -c "$family"
ok '-ff without -o is -f' sh -c "[ -s '$work/err' ] && cmp '$work/err' '$work/follow'"
rm -f "$work"/to/*
emu --follow-forks --follow-forks -o "$work/to/t" true
ok '--follow-forks twice is not -ff' [ "$(ls "$work/to")" = t ]
if have python3; then # the leader's file goes on after another thread took its place
    rm -f "$work"/to/*
    emu -ff -o "$work/to/t" -e execve,exit_group sh -c "python3 -c '
import threading, os
t = threading.Thread(target=lambda: os.execv(\"/bin/true\", [\"true\"])); t.start(); t.join()'; exit 3"
    ok '-ff: execve of a thread' sh -c "grep -q '^execve(\"[^\"]*python3' '$work/to/t.1001' && sed '1,/superseded by execve in pid 1002/d' '$work/to/t.1001' | grep -q '^exit_group(0)' && grep -q '^execve(\"/bin/true\"' '$work/to/t.1002'"
else
    skip '-ff: execve of a thread' 'no python3'
fi
emu -ff -o "$work/none/t" true
is '-ff: a file that cannot be made' 125 '' "^mseal-emu: $work/none/t.1000: No such file or directory$"
mkdir -p "$work/to/d.1001"
emu -ff -o "$work/to/d" sh -c "$family"
is '... later: told, the program goes on' 3 '' "^mseal-emu: $work/to/d.1001: Is a directory$"
ok '... and so do the others' grep -q '^+++ exited with 0 +++' "$work/to/d.1002"

# ---- numbers ----
emu --always-show-pid -e none true
is '--always-show-pid: from the first line on' 0 '' '^1000  \+\+\+ exited with 0 \+\+\+$'
emu --always-show-pid -ff -o "$work/to/n" true
ok '... in files of one task, too' grep -q '^1000  execve(' "$work/to/n.1000"

# ---- a command ----
emu -f -o "|sleep 0.3; cat >'$work/to/piped'" -e $told sh -c "$family"
is '-o |COMMAND: the program is not disturbed' 3 '' ''
emu -f -o "$work/to/plain" -e $told sh -c "$family"
ok '... it has read all when we end' sh -c "[ -s '$work/to/plain' ] && cmp '$work/to/piped' '$work/to/plain'"
emu --strace -o '!grep -c ^execve' true
is '-o !COMMAND is the same, its output is ours' 0 1 ''
emu -o "|grep -c 'stack'" --maps true
is '... also of --maps' 0 1 ''
emu ls -l /proc/self/fd
sed 's/.*[0-9] \([0-9]* ->\)/\1/; s/->.*//' "$work/out" >"$work/fds"
emu --strace -o '|cat >/dev/null' ls -l /proc/self/fd
sed 's/.*[0-9] \([0-9]* ->\)/\1/; s/->.*//' "$work/out" >"$work/fds.piped"
ok '... which the program does not see' sh -c "[ \$(wc -l <'$work/fds') -ge 4 ] && diff '$work/fds' '$work/fds.piped'"
emu --strace -o '|cat >/dev/null; exit 4' sh -c 'exit 3'
is '... told when it fails' 3 '' "^mseal-emu: -o '\|cat >/dev/null; exit 4': its exit status is 4$"
emu --strace -o '|cat >/dev/null; kill -9 $$' true
is '... or is killed' 0 '' "^mseal-emu: -o '.*': killed by signal 9$"
emu --strace -o '|exit 0' dd if=/dev/zero of=/dev/null bs=1 count=2000 status=none # more than a pipe holds
is '... or does not read' 0 '' '^mseal-emu: the trace could not be written whole$'
emu -X odd -o '|cat >/dev/null' true
is '... wrong options beside it' 2 '' "^mseal-emu: -X 'odd'"

emu --strace -o '|' true
is '-o | without a command' 2 '' '^mseal-emu: -o: there is no command behind the sign$'
