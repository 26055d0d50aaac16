# The same run, the same bytes: 20 times, and on every version of Unicorn.
trace_of()
{
    emu --strace -o "$work/trace.$1" /bin/sh -c 'for i in 1 2 3; do echo $i $$; done; exec /bin/ls -l /usr/bin/env'
}
trace_of 0
same=0
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
    trace_of n
    cmp -s "$work/trace.0" "$work/trace.n" && same=$((same + 1))
done
ok '20 runs give the same trace' [ $same = 19 ]
ok 'which is not empty' [ -s "$work/trace.0" ]
if [ -e "$work/trace.first" ]; then
    ok 'the same on both versions of Unicorn' cmp "$work/trace.first" "$work/trace.0"
fi
cp "$work/trace.0" "$work/trace.first"
