# Steps through a run: screens as they must be (tests/cli/tui/*), printed and on a virtual terminal.
# To write them anew after a change that is meant: UPDATE_SCREENS=1 CLI=tui tests/run cli
mkdir -p "$work/tui-root"
cp "$B/tests/guest/steps" "$work/tui-root/steps"
step()  # KEYS [OPTION...]
{
    keys=$1
    shift
    env -i TERM=screen "$program" tui --keys "$keys" "$@" --root "$work/tui-root" /steps
}
screen()  # NAME KEYS [OPTION...]
{
    name=$1
    shift
    step "$1" "${2:---print}" >"$work/screen" 2>&1
    [ -z "${UPDATE_SCREENS-}" ] || cp "$work/screen" "tests/cli/tui/$name"
    ok "tui: the screen '$name'" diff "tests/cli/tui/$name" "$work/screen"
}
screen start ''
screen step 'lll'
screen back 'lllh<Left>'
screen refused r
screen why rw
screen goto 'g3<Enter>'
ok 'tui: past the end is the last step' sh -c "'$program' tui --print --keys 'g999999<Enter>' /bin/true 2>/dev/null | grep -q 'this is the last one'"
screen search '/munmap<Enter>'
screen fault f
screen page 'rrpPP'
screen area 'lv<Down>v'
screen output '>o'
screen nothing '>rR/no such<Enter>'
screen help '?'
screen large r --print=120x40
screen small r --print=60x20
ok 'tui: what came is what a refused call explains' grep -q '^why: linux-6.18: the protection of a sealed area is fixed' tests/cli/tui/refused

emu tui --print --keys '>o' bash -c 'echo from bash; exit 3'
ok 'tui: real programs, and what they print' grep -q '^from bash' "$work/out"
printf 'a line\n' >"$work/dir/line"
emu tui --print --keys '>o' --stdin line cat
ok 'tui: --stdin' grep -q '^a line' "$work/out"
emu tui --print --keys '/child<Enter>>' --design mimmutable python3 -c 'import threading, subprocess
t = threading.Thread(target=lambda: None); t.start(); t.join(); subprocess.run(["true"])'
ok 'tui: threads and children, another design' grep -Eq '^python3  mimmutable .*step ([0-9]+)/\1 ' "$work/out"
emu tui --print "$work/nonesuch"
is 'tui: no such program' 127 '' 'No such file'
emu tui --print
is 'tui: no program' 2 '' 'no program'
emu tui --print=12 true
is 'tui: a wrong size' 2 '' 'not a size'
emu tui --keys
is 'tui: an option without its value' 2 '' 'needs a value'
emu tui --print --record x true
is 'tui: it records itself' 2 '' '--record does not go together'
emu tui --print --stdin nonesuch true
is 'tui: no such input' 125 '' 'nonesuch: No such file'
emu tui true
is 'tui: no terminal' 2 '' 'must be a terminal'
# Names of functions are not looked for anew with each page of compiled code: that took hours.
timeout -k 5 90 "$program" tui --print --keys '>' python3 -c 'import ctypes
c = ctypes.CDLL(None)
c.mmap.restype = ctypes.c_void_p
n = ctypes.c_size_t(8192)
for i in range(5000):
    p = ctypes.c_void_p(c.mmap(None, n, 3, 0x22, -1, ctypes.c_size_t(0)))
    c.mprotect(p, n, 5), c.mprotect(p, n, 3), c.munmap(p, n)' >"$work/out" 2>"$work/err" </dev/null
ok 'tui: 20,000 events on executable memory' grep -Eq 'step ([2-9][0-9]{4})/\1 ' "$work/out"
# The screens in the documentation are those of today.
if [ "$label" = unicorn ] && [ "$B" = "$top/build" ]; then
    ok 'docs/tui.md shows what its commands print' env B=build "$top/scripts/readme.sh" --check docs/tui.md
fi

# ---- on a terminal ----
if ! have tmux; then
    skip 'tui on a terminal' 'no tmux'
    return 0
fi
# A server for each: one that is ending would take a new session with it.
server=0
term() { tmux -L "mseal-emu-$$-$server" -f /dev/null "$@" 2>/dev/null; }
# The session's shell tells how the terminal was before and after, and how it ended.
terminal()  # COMMAND...
{
    term kill-server
    server=$((server + 1))
    rm -f "$work/tty.before" "$work/tty.after" "$work/tty.pid" "$work/tty.status"
    cat >"$work/session" <<END
stty -g >"$work/tty.before"
sh -c 'echo \$\$ >"$work/tty.pid"; exec "\$@"' sh $*
echo \$? >"$work/tty.status"
stty -g >"$work/tty.after"
echo it is over
sleep 60
END
    term new-session -d -x 80 -y 24 "sh '$work/session'"
}
# shows FILE: within 20 seconds. What tmux gives has no blank lines at its end.
shows()
{
    for i in $(seq 200); do
        term capture-pane -p >"$work/captured"
        diff "$1" "$work/captured" >"$work/diff" && return 0
        sleep .1
    done
    cat "$work/diff"
    return 1
}
titled()
{
    for i in $(seq 200); do
        ! term capture-pane -p | grep -q '^steps  linux-6.18' || return 0
        sleep .1
    done
    return 1
}
ends()  # STATUS
{
    for i in $(seq 200); do
        ! term capture-pane -p | grep -q 'it is over' || break
        sleep .1
    done
    [ "$(cat "$work/tty.status")" = "$1" ] && cmp "$work/tty.before" "$work/tty.after" && term capture-pane -p | grep -q 'it is over'
}
screens=tests/cli/tui
terminal env -i TERM=screen "$program" tui --root "$work/tui-root" /steps
ok 'tui on a terminal: start' shows $screens/start
term send-keys l Right Space
ok '... forwards' shows $screens/step
term send-keys h Left
ok '... backwards' shows $screens/back
term send-keys g 3 Enter
ok '... to an event' shows $screens/goto
term send-keys Home '?'
ok '... help' shows $screens/help
term send-keys x r
ok '... a refused call' shows $screens/refused
term resize-window -x 120 -y 40
ok '... a larger window' shows $screens/large
term resize-window -x 60 -y 20
ok '... a window that is too small' shows $screens/small
term resize-window -x 80 -y 24
ok '... and back' shows $screens/refused
term send-keys q
ok '... the terminal is left as it was' ends 0
terminal env -i TERM=screen "$program" tui --root "$work/tui-root" /steps
ok 'tui on a terminal again' shows $screens/start
kill -TERM "$(cat "$work/tty.pid")"
ok '... is left as it was by a signal, too' ends 143
# The signal comes when no key is waited for yet: strace holds up the fifth write, when the title is there.
if have strace; then
    cat >"$work/slow" <<END
exec strace -f -qq -o /dev/null -P "\$(tty)" -e trace=write -e inject=write:delay_exit=5000000:when=5 \\
    sh -c 'echo \$\$ >"$work/tui.pid"; exec env -i TERM=screen "$program" tui --root "$work/tui-root" /steps'
END
    terminal sh "$work/slow"
    ok 'tui on a terminal, slowly' titled
    kill -TERM "$(cat "$work/tui.pid")"
    ok '... no signal is forgotten' ends 143
else
    skip 'tui: a signal before it waits' 'no strace'
fi
terminal env -i TERM=nonesuch "$program" tui --root "$work/tui-root" /steps
ok 'tui: a terminal of no known kind' sh -c "for i in \$(seq 100); do [ -s '$work/tty.status' ] && break; sleep .1; done; [ \$(cat '$work/tty.status') = 2 ]"
ok '... is told' sh -c "tmux -L mseal-emu-$$-$server capture-pane -p | grep -q \"TERM='nonesuch'\""
term kill-server
