# Messages on netlink sockets as strace tells them: each group of tests/guest/netlink.c, and what real programs ask for, under
# Debian's strace and under --strace, line by line.

. tests/strace_form.sh

# Before 6.4 strace took messages without an address for bytes.
strace_since 6 4 || older="$older; /msg_name=NULL/s/iov_base=(\"[^\"]*\"(\.\.\.)?|\[.*\]), iov_len/iov_base=MESSAGES, iov_len/"

# Numbers that a program takes from the clock, and addresses of sockets.
same_requests()
{
    sed -nE '/^send/{s/nlmsg_(seq|pid)=-?[0-9]+/nlmsg_\1=N/g; s/  +=/ =/p}' "$1"
}

if have strace && strace -o /dev/null true 2>/dev/null; then
    while read -r group least; do
        for options in '' '-v' '-X verbose' '-X raw' '-e verbose=none -s 8' '-s 10' '-x' '-xx' '-yy'; do
            # shellcheck disable=SC2086
            argument_lines netlink "$group" %network "$least" $options
        done
    done <<'END'
headers 40
errors 15
lengths 80
links 7
addresses 7
routes 5
rules 13
neighbours 8
absent 18
inet 9
others 3
answers 12
END
    while read -r words; do
        # shellcheck disable=SC2086
        if have ${words%% *}; then
            strace -e trace=%network -o "$work/theirs" $words >"$work/out" 2>&1
            "$program" --strace -e trace=%network -o "$work/ours" $words >"$work/out" 2>&1
            same_requests "$work/theirs" >"$work/theirs.plain"
            same_requests "$work/ours" >"$work/ours.plain"
            if grep -q 'error=-ENOENT.*SOCK_DIAG_BY_FAMILY' "$work/theirs"; then
                skip "$words: the same requests" 'the kernel here lists no such sockets, and so other things are tried'
            else
                ok "$words: the same requests" diff "$work/theirs.plain" "$work/ours.plain"
            fi
            ok '... and no answer that is not told' sh -c "! grep -E 'iov_base=\"|data=\"|sendto\([0-9]+, \"' '$work/ours'"
            ok '... and there are some' grep -qE 'nlmsg_type=(RTM_NEW|SOCK_DIAG_|NLMSG_DONE)' "$work/ours"
        else
            skip "$words: compared" "no ${words%% *}"
        fi
    done <<'END'
ip address
ip link show lo
ip route get 127.0.0.1
ip rule
ip neighbour
ip netconf
ip addrlabel
ip ntable
ip nexthop
tc qdisc
ss -xa
ss -ta
END
else
    skip 'strace of netlink messages compared' 'no strace, or it may not trace here'
fi

emu --strace -e trace=sendmsg,recvmsg -o "$work/ours" "$B/tests/guest/netlink" answers
ok 'a message without an address: the socket knows what it is' \
    grep -qE '^sendmsg\(3, \{msg_name=NULL, .*iov_base=\[\{nlmsg_len=20, nlmsg_type=0x80 .*, \{family=AF_UNSPEC, data="\\x00\\x00\\x00"\}\], iov_len=20\}' "$work/ours"
ok '... the beginning of one, too' grep -qF '{msg_name=NULL, msg_namelen=12, msg_iov=[{iov_base="\x28\x00\x00\x00\x02\x00\x00\x00", iov_len=8}]' "$work/ours"

# strace goes as deep as it is led.
emu --strace -e trace=sendto -o "$work/ours" "$B/tests/guest/netlink" depths
ok 'errors of errors of errors: eight of them are told' [ "$(grep -o 'error=-EPERM' "$work/ours" | wc -l)" -eq 8 ]
