# What of the host's files the guest sees and may change.
rm -rf "${work:?}/rw" "${work:?}/root"
mkdir -p "$work/rw" "$work/root/bin"
echo original >"$work/rw/file"
emu /bin/cat "$work/rw/file"
is 'host files can be read' 0 original ''
emu /bin/sh -c "echo changed >'$work/rw/file'"
ok 'and not written: EROFS' grep -q 'Read-only file system' "$work/err"
emu /bin/rm -f "$work/rw/file"
ok 'nor removed' grep -q 'Read-only file system' "$work/err"
emu /bin/mkdir "$work/rw/new"
ok 'nor added to' grep -q 'Read-only file system' "$work/err"
emu /bin/touch "$work/rw/file"
ok 'nor touched' grep -q 'Read-only file system' "$work/err"
ok 'the file is as it was' grep -qx original "$work/rw/file"
emu /bin/sh -c 'echo hello >/tmp/mseal-emu-private; cat /tmp/mseal-emu-private'
is '/tmp can be written' 0 hello ''
ok 'and is private' [ ! -e /tmp/mseal-emu-private ]
emu /bin/ls /tmp
is 'and empty at the start' 0 '' ''
emu --rw "$work/rw" /bin/sh -c "echo changed >'$work/rw/file'; mkdir '$work/rw/new'"
is '--rw allows changes in a directory' 0 '' ''
if [ -x "$B/guest-tests/proc_inotify" ]; then
    emu --rw /tmp "$B/guest-tests/proc_inotify"
    ok 'inotify sees changes below --rw' [ "$(grep -c '^ok' "$work/out")" -ge 60 ]
    ok 'all of them' sh -c "! grep '^not ok' '$work/out'"
fi
for g in file_path file_lease file_dnotify; do
    emu --rw /tmp "$B/guest-tests/$g"
    ok "$g holds below --rw" sh -c "grep -q '^1\.\.' '$work/out' && ! grep '^not ok' '$work/out'"
done
ok 'which are made' grep -qx changed "$work/rw/file"
ok 'of every kind' [ -d "$work/rw/new" ]
# What the guest makes has the same times and numbers in every run; on the host it is not from the future.
stamps() # OUTPUT
{
    rm -rf "${work:?}/stamps"
    mkdir "$work/stamps"
    emu --rw "$work/stamps" /bin/sh -c "cd '$work/stamps' && echo a >a && mkdir d && ln a d/b && ln -s a s && mv a c && sleep 3 &&
        echo x >>c && chmod 600 d/b && touch t && touch -d @1000000000 u && ls -i . d && rm c && stat -c '%n %i %h %x %y %z' * d/*"
    is "files made in --rw ($1)" 0 "$(cat "$work/out")" ''
    cp "$work/out" "$work/$1"
}
stamps first
sleep 1.1
stamps second
ok 'files made in --rw have the same times and numbers in two runs' cmp "$work/first" "$work/second"
ok 'they are the virtual ones' [ "$(grep -c ' 2030-01-01 00:01:43' "$work/first")" -ge 3 ]
ok 'times that the guest set stay' grep -q '^u .* 2001-09-09 01:46:40.0* ' "$work/first"
ok 'the host keeps its own' [ -z "$(find "$work/stamps" -newermt '1 minute')" ]
emu --rw "$work/rw" /bin/sh -c "echo x >'$work/other'"
ok 'and not outside of it' grep -q 'Read-only file system' "$work/err"
emu --rw "$work/rw" /bin/sh -c "ln -s '$work/outside' '$work/rw/link'; echo x >'$work/rw/link'"
ok 'not through a symbolic link either' [ ! -e "$work/outside" ]
emu --writable /bin/sh -c "echo all >'$work/rw/all'"
is '--writable allows all' 0 '' ''
ok 'and it is done' grep -qx all "$work/rw/all"
cp /bin/busybox "$work/root/bin/busybox"
ln -s /bin/busybox "$work/root/bin/sh"
echo inside >"$work/root/here"
emu --root "$work/root" /bin/busybox cat /here
is '--root is the / of the guest' 0 inside ''
emu --root "$work/root" /bin/sh -c 'echo via link'
is 'its absolute links stay inside' 0 'via link' ''
emu --root "$work/root" /bin/busybox cat /../../../../../../here
is '.. does not lead out' 0 inside ''
emu --root "$work/root" /bin/busybox ls /etc
ok 'the rest of the host is not there' [ "$status" != 0 ]
echo some input >"$work/in"
input=$work/in
emu /bin/cat
is 'standard input is passed on' 0 'some input' ''
input=
emu bash -c 'echo one >>/dev/stderr; echo two | tee -a /dev/stdout; cat /dev/stdin'
is 'standard streams can be opened again' 0 'two
two' '^one$'
input=/etc/passwd
emu bash -c 'exec 3<>/dev/stdin'
is '... but for no more than they were given' 1 '' 'Permission denied'
input=
# Descriptors that the caller left open are the program's, by the same numbers.
inherits()  # NAME EXPECTED COMMAND: of a shell that has $emu
{
    got=$(cd "$work/dir" && emu="$program --rw $work/rw" timeout -k 5 60 bash -c "$3" 2>&1)
    ok "inherited descriptors: $1" [ "$got" = "$2" ]
}
inherits 'pipes' 'one
two' '$emu cat <(echo one) <(echo two)'
inherits 'a file, at its position' 'cd' 'echo abcd >in; exec 5<in; read -rN 2 <&5; $emu cat <&5'
inherits '... opened by name' 'abcd' '$emu cat /dev/fd/5 5<in'
inherits 'a file that is written to' 'kept
new' 'echo kept >out; $emu sh -c "echo new >&7" 7>>out; cat out'
inherits 'a directory' 'in' '$emu sh -c "ls -d /proc/self/fd/6/in >/dev/null && cd /proc/self/fd/6 && echo in" 6<.'
inherits 'the other end is told when the program closes it' 'end
still there' '$emu bash -c "exec 8>&-; echo still there; sleep 0.1" 8> >(cat; echo end) | cat | sort'
inherits 'nothing that was not left open' '0 1 2 3' '$emu sh -c "cd /proc/self/fd; echo [0-9]" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-'
inherits 'a closed one cannot be had back' 'No such device or address' \
    '$emu bash -c "exec 6</dev/fd/7 7<&-; cat /dev/fd/6" 7< <(echo x) 2>&1 | sed "s/.*: //"'
