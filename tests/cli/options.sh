# What each option does.
emu --help
is '--help' 0
sed '/^Subcommands/,$d' "$work/out" | grep -o -e '--[a-z][a-z0-9-]*' | sort -u >"$work/options"
sed -n '/^\.SH OPTIONS/,/^\.SH COMMANDS/p' docs/mseal-emu.1 | sed 's|\\f.||g; s|\\||g' | grep -o -e '--[a-z][a-z0-9-]*' | sort -u >"$work/documented"
ok '--help tells of options' grep -q -x -e --design "$work/options"
ok '--help and the manual page know the same ones' diff "$work/options" "$work/documented"
commands=$(sed -n '/^Subcommands/,/^$/s/^  \([a-z]*\) .*/\1/p' "$work/out")
ok 'subcommands are listed' [ "$(echo $commands | wc -w)" -ge 8 ]
for command in $commands; do # what is an option of mseal-emu itself ("mseal-emu --record") is none of theirs
    "$program" $command --help | sed 's/mseal-emu --[a-z-]*//g' | grep -o -e '--[a-z][a-z-]*' | grep -v -x -e --help | sort -u >"$work/options"
    awk -v command=$command '/^\.SH/ { within = $2 == "COMMANDS" } /^\.B[IR]? "?[a-z]/ && before == ".TP" { gsub(/"/, "", $2); on = $2 == command }
        { before = $0 } within && on' docs/mseal-emu.1 | sed 's|\\f.||g; s|\\||g; s/mseal-emu --[a-z-]*//g' | grep -o -e '--[a-z][a-z-]*' | sort -u >"$work/documented"
    ok "those of $command, too" diff "$work/options" "$work/documented"
    while read -r option; do # nothing comes of it: x is its value or no program, and nobody knows the next
        (cd "$work/dir" && timeout 10 "$program" $command "$option" x --no-such-option </dev/null >"$work/out2" 2>&1)
        ok "... $command takes $option" sh -c "[ -s '$work/out2' ] && ! grep -q \"recognized option '*$option'\" '$work/out2'"
    done <"$work/options"
done
ok 'its lines fit a terminal' sh -c '[ "$(wc -L <"$work/out")" -le 110 ]'
emu --version
is '--version' 0
ok '--version names Unicorn and capstone' grep -Eqi 'unicorn.*2\.[1-9]' "$work/out"
ok 'and capstone' grep -qi capstone "$work/out"
emu -E COLOUR=blue /bin/sh -c 'echo $COLOUR'
is '-E VAR=VALUE sets' 0 blue ''
COLOUR=green emu -E COLOUR /bin/sh -c 'echo ${COLOUR-unset}'
is '-E VAR takes away' 0 unset ''
COLOUR=red emu /bin/sh -c 'echo $COLOUR'
is 'the environment is passed on' 0 red ''
emu -0 another-name /bin/sh -c 'echo $0; tr "\0" " " </proc/$$/cmdline' 
ok '-0 is accepted' [ "$status" = 0 ]
emu --argv0 mystery /bin/busybox echo x
is '--argv0 is what the program sees' 127 '' 'mystery: applet not found'
emu --maps /bin/true
ok '--maps prints the address space' grep -Eq '^[0-9a-f]+-[0-9a-f]+ r-xp .*/true' "$work/err"
ok 'with the stack' grep -q '\[stack\]' "$work/err"
emu --strace /bin/true
ok '--strace prints calls' grep -Eq '^execve\("/bin/true", ' "$work/err"
ok 'and how it ended' grep -q '+++ exited with 0 +++' "$work/err"
emu --strace -o "$work/trace" /bin/echo hi
is '--strace -o writes to a file' 0 hi ''
ok 'the file holds the calls' grep -q '^write(1, "hi\\n", 3) *= 3' "$work/trace"
emu --strace /bin/sh -c 'exit 9'
ok '--strace shows another status' grep -q '+++ exited with 9 +++' "$work/err"
for n in 1 2; do
    emu --seed 1 /bin/sh -c 'od -An -N 16 -t x1 /dev/urandom'
    cp "$work/out" "$work/seed1.$n"
done
ok 'the same --seed gives the same random bytes' cmp "$work/seed1.1" "$work/seed1.2"
emu --seed 2 /bin/sh -c 'od -An -N 16 -t x1 /dev/urandom'
ok 'another --seed gives others' sh -c '! cmp -s "$work/seed1.1" "$work/out"'
emu --memory 64M /usr/bin/python3 -c 'x = bytearray(256 << 20); print("survived")'
ok '--memory bounds what the guest can have' [ "$status" != 0 ]
emu --stack 1M /bin/sh -c 'ulimit -s'
is '--stack is the stack limit' 0 1024 ''
# Who forgets FILE names the program in its place: it stays what it is, and nothing runs.
cp "$B/tests/guest/calls" "$work/dir/elf"
printf '#!/bin/sh\necho ran\n' >"$work/dir/script"
for option in -o --record --coverage --trace-json --crash-json; do
    for kept in elf script; do
        cp "$work/dir/$kept" "$work/kept"
        emu "$option" "$work/dir/$kept" /bin/echo ran
        is "$option: a program is not written over ($kept)" 2 '' "$option '.*/$kept': is a program"
        ok '... it is as it was' cmp -s "$work/kept" "$work/dir/$kept"
    done
    emu "$option" '' /bin/echo ran
    is "$option: an empty name" 2 '' "$option '': needs the name of a file"
    emu "$option" "$work/dir/named" /bin/echo ran
    is "$option: a new file" 0 ran ''
    emu "$option" "$work/dir/named" /bin/echo ran
    is "$option: what it wrote is written over" 0 ran ''
done
# An option that is wrong is told before any file is emptied.
files="-o $work/dir/kept.o --record $work/dir/kept.rec --coverage $work/dir/kept.cov --trace-json $work/dir/kept.json --crash-json $work/dir/kept.crash"
for wrong in --trace-insn=2-1 --trace-insn=1-x --color=red --timestamps=day --summary-columns=none '-e trace=nosuch'; do
    for f in o rec cov json crash; do echo kept >"$work/dir/kept.$f"; done
    emu --strace -C $files $wrong /bin/echo ran
    is "$wrong is refused" 2 '' '^mseal-emu: '
    ok '... and the files are as they were' sh -c "[ \"\$(cat '$work/dir/kept.'*)\" = \"\$(printf 'kept\\nkept\\nkept\\nkept\\nkept')\" ]"
done
rm -f "$work/dir/elf" "$work/dir/script" "$work/dir/named" "$work/kept" "$work/dir/kept."*
# The examples in the manual page are those of today (paths in it are those of the usual build directory).
if [ "$label" = unicorn ] && [ "$B" = "$top/build" ] && have gdb; then
    ok 'the manual page shows what its commands print' env B=build "$top/scripts/readme.sh" --check docs/mseal-emu.1
fi
if have man; then
    man -l docs/mseal-emu.1 >"$work/page" 2>"$work/err"
    ok 'man reads it without a complaint' [ ! -s "$work/err" ]
    ok '... and it shows them' grep -q 'mseal-emu history --seals /tmp/run.rec' "$work/page"
fi
