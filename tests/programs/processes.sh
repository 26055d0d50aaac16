# Programs that start others.
prog 'bash pipeline' bash -c 'sort -n "$data/table" | head -n 20 | awk "{ print \$2 }" | uniq'
prog 'bash command substitution' bash -c 'x=$(cat "$data/tree/one"); echo "<$x>"; echo $(echo $(echo nested))'
prog 'bash background and wait' bash -c '(exit 3) & wait $!; echo $?; true & wait; echo done'
prog 'bash here-document' bash -c 'cat <<END
one $((1+1))
END
cat <<<two'
prog 'bash subshell signals' bash -c '(kill -KILL $BASHPID); echo $?'
prog 'busybox sh pipeline' busybox sh -c 'seq 1 100 | grep 7 | wc -l; find "$data/tree" -type f | sort | xargs md5sum'
prog 'find -exec' find "$data/tree" -name 't*' -exec cat {} +
prog 'xargs' xargs -a "$data/tree/one" -n 1 echo
prog 'env -i sh' env -i /bin/sh -c 'echo $PATH; echo $$ >/dev/null'
prog 'python3 subprocess' /usr/bin/python3 -c 'import subprocess; r = subprocess.run(["tr", "a-z", "A-Z"], input=b"hello", capture_output=True); print(r)'
prog 'perl fork and pipe' perl -e 'pipe(R, W); if (!fork) { print W "from child\n"; exit 5 } close W; print <R>; wait; print $? >> 8, "\n"'
prog 'timeout' timeout 5 echo in time
prog 'tar with gzip' tar -czf tree.tgz --sort=name --mtime=@0 --owner=0 --group=0 -C "$data" tree
