# Installing: by make into a folder, and as a Debian package into a clean root, where the demo runs from what was installed.
load ../cli/helper

setup_file() {
    load ../cli/helper
    cd "$ROOT" || exit
    bin=${BIN#"$ROOT/"}
    make -s install BIN="$bin" DESTDIR="$BATS_FILE_TMPDIR/root" PREFIX=/usr
    cp -R "$BATS_FILE_TMPDIR/root" "$BATS_FILE_TMPDIR/stage"
}

# A root with nothing but the essential packages and those that the package names, with all that these need: files and
# dpkg's records are copied from this machine, so that dpkg itself says whether a dependency was forgotten.
clean_root() {
    local root=$1 deb=$2 package file
    local -a wanted have=()
    mapfile -t wanted < <(dpkg-query -W -f '${Package} ${Essential}\n' | awk '$2 == "yes" {print $1}'
        echo dpkg
        dpkg-deb -f "$deb" Depends | tr ',' '\n' | sed 's/^ *//; s/[ (|].*//')
    while read -r package; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed && have+=("$package")
    done < <(apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
        --no-enhances "${wanted[@]}" 2> /dev/null | grep '^[a-z0-9]' | sort -u)
    [ ${#have[@]} -ge 20 ]
    mkdir -p "$root"/{dev,proc,tmp,home/user,usr/bin,usr/sbin,usr/lib,usr/lib64} "$root"/var/lib/dpkg/{info,updates,triggers}
    {
        printf '/%s\n' bin sbin lib lib64
        find /usr/bin /usr/lib -lname '/etc/alternatives/*' 2> /dev/null
        find /etc/alternatives -type l
        for package in "${have[@]}"; do
            for file in /var/lib/dpkg/info/"$package".list /var/lib/dpkg/info/"$package":*.list; do [ ! -e "$file" ] || cat "$file"; done
        done
    } | grep -vE '^/(\.|usr/share/(doc|man|locale|info))(/|$)' | sort -u > "$root.files"
    tar -C / -c --no-recursion --ignore-failed-read -T "$root.files" 2> /dev/null | tar -C "$root" -x
    dpkg-query -s "${have[@]}" > "$root/var/lib/dpkg/status"
    for package in "${have[@]}"; do
        for file in /var/lib/dpkg/info/"$package".list /var/lib/dpkg/info/"$package":*.list; do
            [ ! -e "$file" ] || cp "$file" "$root/var/lib/dpkg/info/"
        done
    done
    echo 'user:x:1000:1000::/home/user:/bin/bash' >> "$root/etc/passwd"
    chown 1000:1000 "$root/home/user"
    chmod 1777 "$root/tmp"
    ldconfig -r "$root"
}

# A command in the root, with /dev and /proc, as root or (user=1) as a user.
inside() {
    local root=$1 who=()
    shift
    [ -z "${user:-}" ] || who=(--userspec=1000:1000)
    unshare -m bash -c 'mount --rbind /dev "$1/dev" && mount --rbind /proc "$1/proc" && shift && exec chroot "$@"' \
        inside "$root" "${who[@]}" "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/home/user LC_ALL=C.UTF-8 \
        OPENBLAS_CORETYPE="${OPENBLAS_CORETYPE:-}" "$@"
}

@test "make install brings programs, pages, pipelines and completions, and make uninstall leaves nothing of them" {
    cd "$BATS_FILE_TMPDIR/root/usr"
    for p in $(programs); do
        [ -x "bin/$p" ] && [ -e "share/man/man1/$p.1" ] && [ -s "share/bash-completion/completions/$p" ] && [ -s "share/zsh/site-functions/_$p" ]
    done
    [ -e share/trm/pipelines/compliance.mk ]
    cd "$ROOT"
    make -s uninstall BIN="${BIN#"$ROOT/"}" DESTDIR="$BATS_FILE_TMPDIR/root" PREFIX=/usr
    run find "$BATS_FILE_TMPDIR/root" ! -type d -o -name '*trm*'
    [ -z "$output" ] || { echo "$output"; false; }
}

@test "completions know every option of every program, in bash and zsh" {
    cd "$BATS_FILE_TMPDIR/stage/usr/share"
    for p in $(programs); do
        bash -n "bash-completion/completions/$p"
        want=$("$p" --help | grep -oE '^  (-., |    )--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+' | sort)
        got=$(. "bash-completion/completions/$p"; COMP_WORDS=("$p" --) COMP_CWORD=1
            "_${p//-/_}"; printf '%s\n' "${COMPREPLY[@]}" | sort)
        [ "$want" = "$got" ] || { echo "$p: $want / $got"; false; }
        for option in $want; do grep -qF -- "$option" "zsh/site-functions/_$p"; done
        ! command -v zsh > /dev/null || zsh -n "zsh/site-functions/_$p"
    done
    # a file after an option that takes one, no file after one that takes a number
    touch "$BATS_TEST_TMPDIR/a file"
    cd "$BATS_TEST_TMPDIR"
    . "$BATS_FILE_TMPDIR/stage/usr/share/bash-completion/completions/trm-report"
    COMP_WORDS=(trm-report -o a) COMP_CWORD=2
    _trm_report
    [ "${COMPREPLY[*]}" = "a file" ]
    COMP_WORDS=(trm-report --rows a)
    _trm_report
    [ "${#COMPREPLY[@]}" -eq 0 ]
}

@test "the Debian package installs into a clean root, runs the demo there, and leaves nothing when removed" {
    command -v dpkg-shlibdeps > /dev/null || skip "no dpkg-dev: make deb installs it"
    [ "$(id -u)" -eq 0 ] && unshare -m true 2> /dev/null || skip "a clean root needs root"
    cd "$BATS_TEST_TMPDIR"
    cp -R "$BATS_FILE_TMPDIR/stage" stage
    deb=$("$ROOT/share/deb.sh" stage .)
    clean_root root "$deb"
    cp "$deb" root/tmp/trm.deb
    inside root dpkg -i /tmp/trm.deb
    inside root dpkg -s trm | grep -qx "Status: install ok installed"
    user=1 inside root bash -c 'cd && mkdir work && cd work && make -s -f /usr/share/trm/pipelines/compliance.mk OUT=demo \
        LEARN_BUILDINGS=4 LEARN_ELEMENTS=300 EXAM_BUILDINGS=2 EXAM_ELEMENTS=150 \
        TRAIN="--epochs 1 --width 32 --heads 2 --max-minutes 1" JOBS=2'
    [ -s root/home/user/trial/demo/report.html ] && [ -s root/home/user/trial/demo/checked.ndjson ] && [ -s root/home/user/trial/demo/traces.ndjson ]
    inside root dpkg --purge trm
    run find root/usr root/etc -name '*trm*' ! -path '*/dpkg/*'
    left=$(grep -v 'bash-completion/completions$' <<< "$output" | grep 'trm-\|/trm' || true)
    [ -z "$left" ] || { echo "$left"; false; }
}

@test "the same files make the same package, and lintian finds no error in it" {
    command -v dpkg-shlibdeps > /dev/null || skip "no dpkg-dev: make deb installs it"
    cd "$BATS_TEST_TMPDIR"
    for i in one two; do
        cp -R "$BATS_FILE_TMPDIR/stage" stage-$i
        "$ROOT/share/deb.sh" stage-$i $i
    done
    cmp one/*.deb two/*.deb
    command -v lintian > /dev/null || skip "no lintian: make deb installs it"
    run lintian --fail-on error one/*.deb
    [ "$status" -eq 0 ] || { echo "$output"; false; }
}
