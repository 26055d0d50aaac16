# Servers and who asks them, in one run. Debian's packages of nginx and memcached start them when they are installed, so
# scripts/deps.sh leaves these to who has them; redis-tools has all of redis.

# server PROGRAM NAME COMMAND...: skipped where the program is not installed.
server()
{
    if have "$1" || [ -x "/usr/sbin/$1" ]; then
        shift
        prog "$@"
    else
        skip "program: $2" "no $1 here"
    fi
}
server redis-check-rdb 'redis' bash -c '(exec -a redis-server redis-check-rdb --port 0 --unixsocket $PWD/s --save "" --daemonize no --dir $PWD) >log &
until [ -S s ]; do sleep 0.05; done
redis() { redis-cli -s $PWD/s "$@"; }
redis set a 1; redis incr a; redis lpush l x y z; redis lrange l 0 -1; redis eval "return redis.call(\"get\", KEYS[1]) * 2" 1 a
seq 1 200 | sed "s/.*/set k& v&/" | redis >n; sort n | uniq -c; redis dbsize; redis get k77; redis bgsave >n; sleep 0.3; redis shutdown nosave; wait; rm -f log n dump.rdb; echo $?'
server nginx 'nginx' bash -c 'mkdir t; echo "user root; daemon off; worker_processes 2; pid $PWD/t/pid; error_log $PWD/t/err; events { }
http { access_log off; client_body_temp_path $PWD/t/b; proxy_temp_path $PWD/t/p; fastcgi_temp_path $PWD/t/f; uwsgi_temp_path $PWD/t/u; scgi_temp_path $PWD/t/s;
server { listen unix:$PWD/t/sock; location / { root $data/tree; } location /hi { return 200 \"hi from \$uri\\n\"; } location /p/ { proxy_pass http://unix:$PWD/t/sock:/; } } }" >t/conf
PATH=$PATH:/usr/sbin; nginx -c $PWD/t/conf -p $PWD/t & until [ -S t/sock ]; do sleep 0.05; done
/usr/bin/python3 -c "
import socket, sys
for path in sys.argv[1:]:
    s = socket.socket(socket.AF_UNIX); s.connect(\"t/sock\"); s.sendall(b\"GET %s HTTP/1.0\r\n\r\n\" % path.encode())
    d = b\"\"
    while (b := s.recv(4096)): d += b
    head, body = d.split(b\"\r\n\r\n\", 1); print(head.split(b\"\r\n\")[0].decode(), body[:200])
" /hi/there /one /a/two /none /p/hi /p/c/four
kill -HUP %1; sleep 0.3; kill -QUIT %1; wait %1; echo $?; rm -r t'
server memcached 'memcached' bash -c 'memcached -u root -s s & until [ -S s ]; do sleep 0.05; done
/usr/bin/python3 -c "
import socket
s = socket.socket(socket.AF_UNIX); s.connect(\"s\"); f = s.makefile(\"rwb\")
for i in range(50): f.write(b\"set k%d 0 0 %d\r\n%s\r\n\" % (i, i, b\"v\" * i))
f.write(b\"get k7 k49\r\nincr none 1\r\nset n 0 0 1\r\n5\r\nincr n 37\r\ndelete n\r\nget n\r\nquit\r\n\"); f.flush(); print(f.read()[-200:])
"; kill %1; wait %1; echo $?; rm -f s'
