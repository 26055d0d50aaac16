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
# What sockets there are (sock_diag), and who has them.
if have ss && [ -x /usr/bin/python3 ]; then
    cat >"$work/sockets.py" <<'PY'
import socket, subprocess
l = socket.socket(); l.bind(("127.0.0.1", 8000)); l.listen(5)
c = socket.create_connection(("127.0.0.1", 8000))
u = socket.socket(socket.AF_UNIX); u.bind("/tmp/s"); u.listen(1)
for options in ("-Htnlp", "-Htn", "-Hxl"):
    print(*subprocess.run(["ss", options], capture_output=True, text=True).stdout.split()[:5 if options == "-Hxl" else None])
PY
    emu /usr/bin/python3 "$work/sockets.py"
    is 'ss: who listens, connections, AF_UNIX' 0 'LISTEN 1 5 127.0.0.1:8000 0.0.0.0:* users:(("python3",pid=1000,fd=3))
ESTAB 0 0 127.0.0.1:32768 127.0.0.1:8000 ESTAB 0 0 127.0.0.1:8000 127.0.0.1:32768
u_str LISTEN 0 1 /tmp/s' ''
else
    skip "ss ($label)" 'no ss or python3'
fi
# The same out of /proc/net.
if have netstat && [ -x /usr/bin/python3 ]; then
    cat >"$work/sockets.py" <<'PY'
import os, socket
l = socket.socket(); l.bind(("127.0.0.1", 8000)); l.listen(5)
c = socket.create_connection(("127.0.0.1", 8000))
os.system("netstat -antp | sed 1,2d | tr -s ' '")
PY
    emu /usr/bin/python3 "$work/sockets.py"
    is 'netstat: who listens, connections' 0 'tcp 1 0 127.0.0.1:8000 0.0.0.0:* LISTEN 1000/python3 
tcp 0 0 127.0.0.1:32768 127.0.0.1:8000 ESTABLISHED 1000/python3 
tcp 0 0 127.0.0.1:8000 127.0.0.1:32768 ESTABLISHED - ' ''
else
    skip "netstat ($label)" 'no netstat or python3'
fi
