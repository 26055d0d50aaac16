# Round trips of 20 MB.
awk 'BEGIN { for (i = 0; i < 420000; i++) printf "%08d the quick brown fox %d jumps over %x\n", i, i * 7919 % 10007, i * 104729 % 1000003 }' |
    head -c 20000000 >"$data/big"
for z in gzip xz zstd bzip2; do
    have $z || continue
    case $z in
    xz) level=-0 ;;
    zstd) level='-3 --single-thread' ;;
    *) level=-1 ;;
    esac
    # shellcheck disable=SC2086
    $z $level -k -c "$data/big" >"$data/big.$z"
    # shellcheck disable=SC2086
    slow "$z 20 MB" $z $level -k -c "$data/big"
    slow "$z -d 20 MB" $z -d -c "$data/big.$z"
    prog "$z -t of a damaged file" $z -t "$data/tree/one"
done
slow 'cat 20 MB' cat "$data/big"
slow 'sha256sum 20 MB' sha256sum "$data/big"
