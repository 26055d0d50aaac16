#!/bin/sh
# deps.sh - make sure that what mseal-emu needs is there; quick when nothing is missing.
#
#   deps.sh build                        what `make` and `make demo` need
#   deps.sh test                         also what the tests compare with, and a second Unicorn
#   deps.sh check-unicorn PREFIX MIN     is the Unicorn in PREFIX (empty: the system's) new enough?
#
# Debian packages come through apt-get install (as root or with sudo). Unicorn before 2.1.1, as in Debian 12, lacks the
# software TLB that the emulator is built on; there newer .debs are downloaded from another suite of the mirror that apt
# already uses and unpacked into .deps/, with apt lists of their own, so that the system's stay as they are.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
deps=$top/.deps
min=2.1.1
multiarch=x86_64-linux-gnu

build_packages="gcc libc6-dev make pkg-config libcapstone-dev libdw-dev libelf-dev libjansson-dev libncurses-dev check busybox-static"
test_packages="lua5.4 sqlite3 python3 perl bash coreutils gzip xz-utils zstd openssl binutils tar man-db
    qemu-user strace git stress-ng nodejs gdb tmux fio
    redis-tools luajit jq tcl gforth fakeroot"

die()
{
    echo "deps.sh: $*" >&2
    exit 1
}

# Version of the Unicorn in a prefix ('': the system's), nothing if there is none.
unicorn_version()
{
    if [ -n "$1" ]; then
        PKG_CONFIG_LIBDIR=$1/usr/lib/$multiarch/pkgconfig pkg-config --modversion unicorn 2>/dev/null || :
    else
        pkg-config --modversion unicorn 2>/dev/null || :
    fi
}

at_least()  # VERSION MIN
{
    [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "need root or sudo to run: $*"
    fi
}

install_packages()
{
    missing=
    for p in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || missing="$missing $p"
    done
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null ||
        die "this is not a Debian system (no apt-get): install these, or what they are called here:$missing"
    echo "deps.sh: installing$missing"
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || {
        as_root apt-get update -qq || die "apt-get update failed: is the network there?"
        # shellcheck disable=SC2086
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
            die "apt-get could not install:$missing"
    }
}

# Those of the packages that this release has; the tests do without the others.
install_known()
{
    (install_packages "$@") 2>/dev/null && return 0
    known=
    for p in "$@"; do
        if apt-cache show "$p" >/dev/null 2>&1; then
            known="$known $p"
        else
            echo "deps.sh: without $p, which this release does not have"
        fi
    done
    # shellcheck disable=SC2086
    install_packages $known
}

# The URI apt gets this release's packages from.
mirror()
{
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
        awk -v c="$codename" '$2 == c && $3 == "main" { print $1; exit }')
    echo "${uri:-http://deb.debian.org/debian}"
}

# unpack_unicorn SUITE DIR: Unicorn's packages of a suite into a private prefix.
unpack_unicorn()
{
    suite=$1 dir=$2
    work=$deps/apt-$suite
    rm -rf "${work:?}" "$dir.new"
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$dir.new"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -r $keyring ] || keyring=$(ls /etc/apt/trusted.gpg.d/debian-archive-*.gpg | head -n 1)
    cat >"$work/suite.sources" <<END
Types: deb
URIs: $(mirror)
Suites: $suite
Components: main
Architectures: amd64
Signed-By: $keyring
END
    apt="apt-get -qq -o Dir::Etc::SourceList=$work/suite.sources -o Dir::Etc::SourceParts=/dev/null
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
        -o Dir::State::Lists=$work/lists -o Dir::Cache=$work/cache -o APT::Sandbox::User=root"
    echo "deps.sh: unpacking Unicorn of Debian $suite into ${dir#"$top"/}"
    $apt update || die "could not read the package list of $suite from $(mirror)"
    (cd "$work" && $apt download libunicorn2t64 libunicorn-dev >/dev/null) || die "could not download Unicorn from $suite"
    for deb in "$work"/*.deb; do
        dpkg -x "$deb" "$dir.new"
    done
    rm -rf "${work:?}" "$dir"
    mv "$dir.new" "$dir"
}

# have_unicorn DIR...: one of the prefixes (or '': the system) has what we need.
have_unicorn()
{
    for dir in "$@"; do
        at_least "$(unicorn_version "$dir")" $min && return 0
    done
    return 1
}

provide_unicorn()
{
    have_unicorn "$deps/unicorn" '' && return 0
    candidate=$(apt-cache policy libunicorn-dev 2>/dev/null | awk '$1 == "Candidate:" { print $2 }')
    if at_least "$candidate" $min; then
        install_packages libunicorn-dev
    else
        unpack_unicorn trixie "$deps/unicorn"
    fi
}

provide_newest_unicorn()
{
    [ -d "$deps/unicorn-newest" ] && return 0
    # Only for tests, so that they do without it where it cannot be had.
    (unpack_unicorn sid "$deps/unicorn-newest") || return 0
    if ldd "$deps/unicorn-newest/usr/lib/$multiarch/libunicorn.so.2" 2>&1 | grep -q 'not found'; then
        echo "deps.sh: Unicorn of Debian sid does not run on this system; the tests use one version only" >&2
        rm -rf "$deps/unicorn-newest"
    fi
}

case ${1-} in
check-unicorn)
    command -v pkg-config >/dev/null || die "pkg-config is missing: run 'make deps'"
    version=$(unicorn_version "$2")
    [ -n "$version" ] || die "no Unicorn found: run 'make deps', or give one with UNICORN_PREFIX=DIR"
    at_least "$version" "$3" || die "Unicorn $version is too old, $3 is needed: run 'make deps', or give one with UNICORN_PREFIX=DIR"
    exit 0
    ;;
build | test) ;;
*)
    die "usage: deps.sh build | test | check-unicorn PREFIX MIN"
    ;;
esac

[ "$(uname -sm)" = "Linux x86_64" ] || die "mseal-emu needs an x86-64 Linux host, this is $(uname -sm)"
# shellcheck disable=SC2086
install_packages $build_packages
provide_unicorn
if [ "$1" = test ]; then
    # Python's own tests are named after its version.
    suite=$(apt-cache depends python3 2>/dev/null | sed -n 's/^ *Depends: \(python3\.[0-9]*\)$/lib\1-testsuite/p')
    # shellcheck disable=SC2086
    install_known $test_packages $suite
    provide_newest_unicorn
fi
