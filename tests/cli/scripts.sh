# #! scripts.
printf '#!/bin/sh\necho "script $0 with $#: $*"\n' >"$work/dir/script"
printf '#!/bin/echo one two\n' >"$work/dir/args"
printf '#! \t/usr/bin/env  sh\necho by env\n' >"$work/dir/env"
printf '#!/nonexistent/interpreter\n' >"$work/dir/bad"
printf '#!%s\n' "$work/dir/script" >"$work/dir/nested"
printf '#!%s\n' "$work/dir/loop" >"$work/dir/loop"
printf '#!\n' >"$work/dir/empty"
printf 'echo no magic\n' >"$work/dir/plain"
: >"$work/dir/nothing"
chmod +x "$work/dir"/*
emu ./script a 'b c'
is 'a script runs' 0 'script ./script with 2: a b c' ''
emu ./args x
is "the interpreter's argument is one word" 0 'one two ./args x' ''
emu ./env
is 'blanks after #! and env' 0 'by env' ''
emu ./bad
is 'a missing interpreter is 127' 127 '' 'No such file'
emu ./nested z
is 'a script may be an interpreter' 0 "script $work/dir/script with 2: ./nested z" ''
emu ./loop
is 'a script that is its own interpreter is refused' 126 '' '(Too many levels|ELOOP)'
emu ./empty
is 'an empty #! line is 126' 126 '' 'Exec format error'
emu ./plain
is 'a text without #! is 126' 126 '' 'Exec format error'
emu ./nothing
is 'an empty file is 126' 126 '' 'Exec format error'
