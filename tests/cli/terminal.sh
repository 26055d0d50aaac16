# The terminal that the host gave, and pseudoterminals beside it.
if have script; then
    script -qec "'$program' bash -c 'tty; stty size; cut -d\" \" -f7 /proc/self/stat; : >/dev/tty && echo opened; script -qc tty /dev/null </dev/null; setsid -w sh -c \": >/dev/tty\"'" \
        /dev/null >"$work/out" 2>&1 </dev/null
    tr -d '\r' <"$work/out" >"$work/lines"
    ok 'the terminal of the host is /dev/pts/0' [ "$(sed -n 1p "$work/lines")" = /dev/pts/0 ]
    ok 'which the program has from the beginning' [ "$(sed -n 3,4p "$work/lines" | tr '\n' ' ')" = '34816 opened ' ]
    ok 'pseudoterminals begin at 1' grep -qx /dev/pts/1 "$work/lines"
    ok 'another session has none' grep -q 'No such device or address' "$work/lines"
fi
emu sh -c ': >/dev/tty'
ok 'without a terminal there is no /dev/tty' grep -q 'No such device or address' "$work/err"
emu script -qc tty /dev/null
is 'pseudoterminals begin at 0 then' 0 "$(printf '/dev/pts/0\r')" ''
