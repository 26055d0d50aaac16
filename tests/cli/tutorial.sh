# docs/write-a-design.md and docs/embed.md, followed word for word in an empty directory with an installed copy: each command prints what stands there.
if [ "$label" = unicorn ]; then
    if ! have cc || ! have pkg-config || ! have make; then
        skip 'cli: the design tutorial' 'no cc, pkg-config or make'
    else
        rm -rf "${work:?}/installed"
        ok 'make install' make -C "$top" -s B="$B" SANITIZE="$SANITIZE" PREFIX="$work/installed" DESTDIR= install
        ok 'the design tutorial does what it says' "$top/scripts/tutorial.sh" --check "$work/installed" "$top/docs/write-a-design.md"
        if [ "$SANITIZE" = 1 ]; then
            skip 'cli: docs/embed.md does what it says' 'its programs would have to be sanitised, too'
        else
            ok 'docs/embed.md does what it says' "$top/scripts/tutorial.sh" --check "$work/installed" "$top/docs/embed.md"
        fi
        # ... and it would be noticed if it did not
        sed 's/^    return mm_seal_apply(mm, start, end, deny_more, rights);$/    return 0;/' "$top/docs/write-a-design.md" >"$work/changed.md"
        ok 'a changed tutorial is told apart' sh -c '! "$top/scripts/tutorial.sh" --check "$work/installed" "$work/changed.md"'
    fi
fi
# What docs/designs.md shows is what its commands print (paths in it are those of the usual build directory).
if [ "$label" = unicorn ] && [ "$B" = "$top/build" ]; then
    ok 'docs/designs.md shows what its commands print' env B=build "$top/scripts/readme.sh" --check docs/designs.md
fi
