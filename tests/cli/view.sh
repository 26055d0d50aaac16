# The page made of a recording.
emu --record "$work/rec" "$B/tests/guest/refused"
"$program" view "$work/rec" -o "$work/run.html" >"$work/out" 2>"$work/err"
status=$?
is 'view makes a page' 0 '' ''
ok '... that fetches nothing' sh -c "! grep -Eq 'https?:|src=|@import|<link' '$work/run.html'"
ok '... has the steps and why' grep -Eq '^\[[0-9]+,1000,"mprotect\(0x[0-9a-f]+, 8192\) = -1 EPERM",.*"linux-6.18: the protection' "$work/run.html"
ok '... marks what sealed' grep -Eq '^\[[0-9]+,1000,"mseal\(.*,1\],?$' "$work/run.html"
cp "$B/tests/guest/many_maps" "$work/dir/grün"
emu --record "$work/rec2" "$work/dir/grün"
"$program" view "$work/rec2" -o "$work/green.html"
ok '... names are what they are beyond ASCII' grep -q 'program:"[^"]*/grün"' "$work/green.html"
rm "$work/dir/grün"
cp "$B/tests/guest/refused" "$work/kept"
cp "$work/rec2" "$work/rec3"
emu view "$work/rec" -o "$work/kept"
is 'view does not write over a program' 2 '' "^mseal-emu: view -o '.*/kept': is a program"
ok '... it is as it was' cmp -s "$B/tests/guest/refused" "$work/kept"
emu view "$work/rec3" -o "$work/rec3"
is 'view does not write over the recording' 125 '' '^mseal-emu view: .*/rec3: is the recording'
ok '... it is as it was' cmp -s "$work/rec2" "$work/rec3"
ok 'view without -o is a usage error' sh -c "'$program' view '$work/rec' 2>/dev/null; [ \$? = 2 ]"
ok 'something else is no recording' sh -c "'$program' view /bin/true -o '$work/x.html' 2>&1 | grep -q 'not a recording'"

# What a browser makes of a page. Where there is no GPU, a process for it may die at once and take the browser with it.
page()  # URL
{
    timeout 90 chromium --headless --no-sandbox --disable-gpu --in-process-gpu --dump-dom "$1" 2>/dev/null
}
if have chromium; then
    page "file://$work/run.html#refused" >"$work/dom"
    ok 'a browser shows the first refusal' sh -c "grep -q '<b>event [0-9]*, task 1000: mprotect' '$work/dom' && grep -q 'class=\"why\">why: linux-6.18' '$work/dom'"
    ok '... and the trace' grep -q 'class="seal">.*mseal(' "$work/dom"
    # The keys: to the end, back to the first refusal (home, r), ten steps on (shift), all by what a person presses.
    sed 's#</script>#for (const [key, shiftKey] of [["End"], ["Home"], ["r"], ["ArrowRight", true]]) dispatchEvent(new KeyboardEvent("keydown", {key, shiftKey}));</script>#' \
        "$work/run.html" >"$work/keys.html"
    page "file://$work/keys.html" >"$work/dom2"
    first=$(sed -n 's/.*<b>event \([0-9]*\), task.*/\1/p' "$work/dom")
    ok '... and goes by keys' grep -q "<b>event $((first + 10)), task" "$work/dom2"
    emu --record "$work/rec" "$B/tests/guest/many_maps"
    "$program" view "$work/rec" -o "$work/long.html"
    page "file://$work/long.html#15000" >"$work/dom2"
    ok '... a long run too' grep -q '<b>event 15000, task 1000: m' "$work/dom2"
    # What is shown at an event, coming from either side, are the areas history has there.
    emu --record "$work/rec" "$B/tests/guest/many_areas" 20000
    "$program" view "$work/rec" -o "$work/areas.html"
    { sed '/^<\/script>/,$d' "$work/areas.html"; cat <<'X'; } >"$work/told.html"
const told = [];
for (const n of [3000, 9000, 6001, 6000, 11000, 1]) {
  let areas = 0;
  go(steps.findIndex(s => s[0] >= n));
  each(state(at), () => areas++);
  told.push(steps[at][0] + ":" + areas);
}
document.title = told.join(" ");
</script>
X
    page "file://$work/told.html" >"$work/dom2"
    told=$(sed -n 's#.*<title>\(.*\)</title>.*#\1#p' "$work/dom2")
    real=$(for n in $(echo "$told" | tr ' ' '\n' | sed 's/:.*//'); do
        printf ' %s:%s' "$n" "$("$program" history --maps "$n" "$work/rec" | wc -l)"
    done)
    ok "... the areas are those of history: $told" [ " $told" = "$real" ]
    # What a task did is shown in its own address space: its first step there and its last, each with so many areas.
    emu --record "$work/rec" bash -c '(cd /; ulimit -c 0; echo $BASHPID); ls -d /'
    "$program" view "$work/rec" -o "$work/tasks.html"
    { sed '/^<\/script>/,$d' "$work/tasks.html"; cat <<'X'; } >"$work/told.html"
const told = [], count = () => { let n = 0; each(state(at), () => n++); return n };
for (const tid of [1000, 1001])
  for (const i of [steps.findIndex(s => s[1] === tid && s[0]), steps.findLastIndex(s => s[1] === tid)])
    { go(i); told.push(tid + ":" + mm + ":" + steps[at][0] + ":" + count()) }
document.title = told.join(" ");
$("mm").value = "2"; $("mm").onchange({target: $("mm")}); go(steps.findIndex(s => s[1] === 1001));
</script>
X
    page "file://$work/told.html" >"$work/dom2"
    told=$(sed -n 's#.*<title>\(.*\)</title>.*#\1#p' "$work/dom2")
    real=$(for n in $(echo "$told" | tr ' ' '\n'); do
        IFS=: read -r tid mm event count <<Y
$n
Y
        printf ' %s:%s:%s:%s' "$tid" "$mm" "$event" "$("$program" history --mm "$mm" --maps "$event" "$work/rec" | wc -l)"
    done)
    ok "... a task's step is shown in its address space: $told" [ " $told" = "$real" ]
    ok '... also after fork and after execve' [ "$(echo "$told" | tr ' ' '\n' | cut -d: -f1,2 | uniq | tr '\n' ' ')" = '1000:2 1000:4 1001:3 ' ]
    ok '... or in the one that was chosen' grep -q '<option value="0">of the task: 2<' "$work/dom2"
else
    skip 'the page in a browser' 'no chromium'
fi
