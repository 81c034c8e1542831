#!/bin/sh
# What trm needs from Debian: installs what is missing when it may, else prints the command that does.
# usage: setup.sh [run|check|fuzz|deb|mpi]   run: build and demo (default); check: tests too; fuzz: fuzzers too; deb: packing;
# mpi: for make MPI=1
set -eu
need="libjansson-dev libopenblas-dev libxml2-dev libzip-dev parallel"
case "${1:-run}" in
check) need="$need bats libxml2-utils mandoc perl shellcheck unzip" ;;
fuzz) need="$need clang libclang-rt-14-dev" ;;
deb) need="$need binutils dpkg-dev lintian" ;;
mpi) need="$need libopenmpi-dev openmpi-bin" ;;
esac
if ! command -v dpkg-query >/dev/null; then
    echo "setup: not Debian; these packages are needed under their names there: $need" >&2
    exit 0
fi
missing=
for package in $need; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as=
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as="sudo -n"
    else
        echo "setup: missing packages; run: sudo apt-get update && sudo apt-get install -y$missing" >&2
        exit 2
    fi
fi
echo "setup: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # words are wanted
{ $as apt-get update -qq && $as apt-get install -y -qq --no-install-recommends $missing; } >&2 || {
    echo "setup: that failed; run: apt-get update && apt-get install -y$missing" >&2
    exit 3
}
