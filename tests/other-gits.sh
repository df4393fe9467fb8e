#!/bin/sh
# Runs the test suite on the git and the Python of other Debian releases.
#
#   sh tests/other-gits.sh [<release>]... [-- <pytest argument>...]
#
# Tests what is committed.  Needs root, debootstrap and Debian's packages
# ($DEBIAN_MIRROR names another mirror than debootstrap's own).  Each release (trixie
# and sid if none is named) gets a folder below ${XDG_CACHE_HOME:-~/.cache}/git-session-gits
# that is kept for the next time, some 900 MB; remove it to have the release's newest git.
# Not run there: what installs other packages (install.sh, the hook managers).
set -eu

if [ "$(id -u)" != 0 ] || ! command -v debootstrap > /dev/null; then
    echo "fatal: other releases need root and debootstrap" >&2
    echo "hint: apt-get install debootstrap" >&2
    exit 128
fi
# In a mount namespace of its own, so that nothing stays mounted however it ends.
[ -n "${GIT_SESSION_MOUNTS-}" ] ||
    exec env GIT_SESSION_MOUNTS=1 unshare --mount --propagation private sh "$0" "$@"

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/git-session-gits
releases=
while [ $# -gt 0 ]; do
    case $1 in
        --) shift && break ;;
        *) releases="$releases $1" && shift ;;
    esac
done

# prepare RELEASE: a folder with that release's git, Python and our dependencies.
prepare() {
    root=$cache/$1
    if [ ! -x "$root/venv/bin/python" ]; then
        mkdir -p "$cache"
        rm -rf "$root"
        packages=git,python3,python3-venv,ca-certificates,openssh-client,git-filter-repo,strace
        packages=$packages,busybox,mksh,ksh93u+m,zsh,fish,man-db,mandoc,jq
        debootstrap --variant=minbase --include="$packages" "$1" "$root" ${DEBIAN_MIRROR+"$DEBIAN_MIRROR"}
        chroot "$root" python3 -m venv /venv
    fi
    for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
        [ ! -f "$file" ] || cp -L "$file" "$root$file"
    done
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev" # with /dev/pts
    rm -rf "$root/src"
    git clone -q "$top" "$root/src"
    run sh -c 'cd /src && pip install -q setuptools wheel ".[test]"'
}

# run COMMAND ARG...: in the folder, with nothing of this machine's configuration.
run() {
    chroot "$root" env -i HOME=/root PATH=/venv/bin:/usr/bin:/bin:/usr/sbin:/sbin \
        LC_ALL=C.UTF-8 PIP_CERT=/etc/ssl/certs/ca-certificates.crt "$@"
}

status=0
for release in ${releases:-trixie sid}; do
    prepare "$release"
    echo "== $release: $(run git --version), $(run python --version)"
    run sh -c 'cd /src && exec python -m pytest -q -n auto --dist loadgroup -p no:cacheprovider \
        --ignore tests/test_install.py --ignore tests/managers "$@"' sh "$@" || status=1
done
exit $status
