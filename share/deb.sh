#!/bin/bash
# A Debian package of what `make install` installs.
# usage: deb.sh STAGE OUT     STAGE: a folder with usr/ as `make install PREFIX=/usr` left it; OUT: the folder for the package
# The same files give the same bytes: times are those of SOURCE_DATE_EPOCH, else of the last commit. MAINTAINER names who
# packs it. Prints the package's path.
set -eu -o pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")/.." && pwd)
stage=$(realpath "$1") out=$2
maintainer=${MAINTAINER:-trm packagers <trm@trm.example.org>}
version=$("$stage/usr/bin/trm-report" --version | cut -d ' ' -f 2)
arch=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2> /dev/null || echo 0)}
doc=$stage/usr/share/doc/trm

strip --strip-unneeded --remove-section=.comment --remove-section=.note "$stage"/usr/bin/trm-*
gzip -9n "$stage"/usr/share/man/man?/*
# Debian keeps completions of zsh that packages bring in a folder of their own
mv "$stage/usr/share/zsh/site-functions" "$stage/usr/share/zsh/vendor-completions"

mkdir -p "$doc"
rm -f "$doc/LICENSE"
{
    echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    echo "Upstream-Name: trm"
    echo
    echo "Files: *"
    sed -n 's/^Copyright (c) /Copyright: /p' "$here/LICENSE"
    echo "License: MIT"
    sed -e '1,/^Copyright/d' -e 's/^$/./; s/^/ /' "$here/LICENSE" | sed '1{/^ \.$/d}'
} > "$doc/copyright"
{
    echo "trm ($version) unstable; urgency=medium"
    echo
    echo "  * Made of the sources by make deb."
    echo
    echo " -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n > "$doc/changelog.gz"

# dpkg-shlibdeps reads the libraries that the programs are linked with, and wants a source's control file beside it
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/debian" "$stage/DEBIAN"
printf 'Source: trm\n\nPackage: trm\nArchitecture: any\n' > "$work/debian/control"
# what programs open only when they need it, as if it were linked (lib/mat/mat.c, lib/rule/xml.c)
${CC:-cc} -shared -x c /dev/null -o "$work/late.so" -Wl,--no-as-needed -lopenblas -lxml2 -lzip
programs=("$stage"/usr/bin/trm-* "$work/late.so")
depends=$(cd "$work" && dpkg-shlibdeps --warnings=0 -O "${programs[@]/#/-e}")
cat > "$stage/DEBIAN/control" << END
Package: trm
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -sk "$stage/usr" | cut -f 1)
Depends: ${depends#shlibs:Depends=}, make, parallel, perl
Section: science
Priority: optional
Description: checks building models and judges what rules cannot decide
 Small programs that read building models (IFC), check them exactly against
 rules (JSON or IDS), train a tiny recursive network on the outcome, and give,
 for whatever the rules cannot decide, a calibrated verdict with a trace of how
 it was reached. Reports are HTML, text, CSV, JUnit XML and BCF.
END
(cd "$stage" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) > "$stage/DEBIAN/md5sums"
find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
mkdir -p "$out"
dpkg-deb --root-owner-group -Zxz --build "$stage" "$out/trm_${version}_$arch.deb" > "$work/log" || { cat "$work/log" >&2; exit 3; }
echo "$out/trm_${version}_$arch.deb"
