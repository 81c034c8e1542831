# pipelines/batch.mk: many models, only what changed, and nothing that one of them does stops the others.
load ../cli/helper

RULES=$ROOT/pipelines/rules/building-code.json
go() { make --no-print-directory -f "$ROOT/pipelines/batch.mk" BIN="$BIN" OUT=out IFC=in MODEL=tiny.trm JOBS=2 "$@"; }
jobs_done() { tail -n +2 out/joblog | wc -l; }

setup_file() {
    load ../cli/helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-buildings -n 6 -N 240 --seed 21 -o in
    rm -f in/*.truth.ndjson
    mv "$(ls in/*.ifc | head -n 1)" "in/It's a \$house; \"so\".ifc"
    trm-ifc in/*.ifc | trm-check -r "$RULES" > all.ndjson
    trm-extract -r "$RULES" all.ndjson 2> /dev/null | trm-split 2> /dev/null > samples.ndjson
    for seed in 1 2; do
        trm-train --epochs 1 --width 16 --heads 2 --prefix 2 --val-asks 4 --seed $seed -r "$RULES" -o "tiny$seed.trm" samples.ndjson > epochs.ndjson 2> /dev/null
    done
    cp tiny1.trm tiny.trm
    go > first.out 2> first.err
    cp -a out kept
}
setup() {
    cd "$BATS_FILE_TMPDIR" || exit
    rm -rf out more bin
    cp -a kept out
}

# Programs in bin/, of which some fall into a trap with a model whose name says so.
trapped() {
    mkdir -p bin
    ln -sf "$BIN"/trm-* bin/
    rm bin/trm-ifc
    cat > bin/trm-ifc <<END
#!/bin/bash
case "\$*" in
*endless*) exec sleep 300 ;;
*hog*) exec perl -e '\$x = "x" x (1 << 30); print length \$x' ;;
*crash*) echo again >> "$PWD/crashes"; kill -SEGV \$\$ ;;
esac
exec "$BIN/trm-ifc" "\$@"
END
    chmod +x bin/trm-ifc
}

@test "a batch says what the programs say by hand, in the order of the names" {
    [ ! -s first.err ]
    find "$PWD/in" -name '*.ifc' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 trm-ifc | trm-check -r "$RULES" > want
    trm-check --merge want | cmp - out/checked.ndjson
    trm-infer -m tiny.trm want | cmp - out/traces.ndjson
    [ ! -s out/broken.ndjson ]
    [ "$(jobs_done)" -eq 6 ]
    [ "$(find out/steps -name 'run.*' | wc -l)" -eq 0 ]
}

@test "models that share a job leave the pieces that each leaves alone" {
    rm -rf out
    run -0 go JOBS=1
    [ -z "$output" ]
    [ "$(jobs_done)" -eq 3 ]
    diff -r kept/pieces out/pieces
    for f in checked traces broken; do cmp kept/$f.ndjson out/$f.ndjson; done
    # and so when only the verdicts are missing, to some of them
    rm "$(ls out/pieces/*.traces | head -n 1)" "$(ls out/pieces/*.traces | tail -n 1)" "$(ls out/pieces/*.checked | tail -n 1)"
    run -0 go JOBS=1
    diff -r kept/pieces out/pieces
}

@test "a second run has no job, and writes the same files" {
    rm out/joblog
    run -0 go
    [ -z "$output" ]
    [ ! -e out/joblog ]
    for f in checked traces broken; do cmp kept/$f.ndjson out/$f.ndjson; done
}

@test "a changed model, a new one and one that is gone cost one job each, or none" {
    cp -a in more
    first=$(ls more/*.ifc | sort | head -n 1)
    gone=$(ls more/*.ifc | sort | tail -n 1)
    echo "/* touched */" >> "$first"
    touch more/*.ifc
    rm "$gone"
    cp "$first" more/zz-new.ifc
    run -0 go IFC=more
    [ "$(jobs_done)" -eq 2 ]
    run ! grep -qF "\"file\":\"$(basename "$gone")\"" out/checked.ndjson
    grep -q '"file":"zz-new.ifc"' out/checked.ndjson
    # and the pieces of what is gone are kept a while: back it costs nothing
    rm -f out/joblog
    run -0 go
    [ ! -e out/joblog ]
    cmp kept/checked.ndjson out/checked.ndjson
}

@test "another model file asks for verdicts anew, and reads nothing anew; other rules read anew" {
    cp -a out/pieces before
    run -0 go MODEL=tiny2.trm
    [ "$(jobs_done)" -eq 6 ]
    cmp kept/checked.ndjson out/checked.ndjson
    trm-infer -m tiny2.trm kept/checked.ndjson | cmp - out/traces.ndjson
    for piece in before/*.checked; do [ ! "out/pieces/${piece##*/}" -nt "$piece" ] || cmp "$piece" "out/pieces/${piece##*/}"; done
    [ "$(ls out/pieces/*.checked | wc -l)" -eq 6 ]
    sed 's/"version": *"[^"]*"/"version":"other"/; s/  */ /' "$RULES" > other.json
    run -0 go RULES=other.json
    [ "$(ls out/pieces/*.checked | wc -l)" -eq 12 ]
    rm -rf before
}

@test "without MODEL= there are verdicts of the rules only" {
    rm -rf out
    run -0 go MODEL=
    cmp kept/checked.ndjson out/checked.ndjson
    [ ! -e out/traces.ndjson ]
    run -0 go MODEL=nowhere || [[ "$output" == *"MODEL=nowhere: no model"* ]]
}

@test "broken, endless, greedy and crashing models stop nothing and are named with their reason" {
    [[ $BIN != *.build/san/bin ]] || skip "sanitizers cannot have their addresses limited"
    trapped
    rm -rf out crashes
    cp -a in more
    for trap in endless hog crash; do cp "$(ls in/*.ifc | tail -n 1)" "more/$trap.ifc"; done
    echo 'no model' > more/bad.ifc
    head -c 3000 "$(ls in/*.ifc | tail -n 1)" > more/short.ifc
    : > more/empty.ifc
    run -0 --separate-stderr go IFC=more BIN=bin LIMIT_S=20 LIMIT_MB=1000 RETRIES=1
    [[ "$stderr" == *"6 of 12 models were not done:"* ]]
    [[ "$stderr" == *"/more/endless.ifc: trm-ifc took longer than 20 s"* ]]
    [[ "$stderr" == *"/more/hog.ifc: trm-ifc"* ]]
    [[ "$stderr" == *"/more/crash.ifc: trm-ifc ended with status 139"* ]]
    [[ "$stderr" == *"/more/bad.ifc: line 1: not STEP"* ]]
    [[ "$stderr" == *"/more/short.ifc: "*"cut short"* && "$stderr" == *"/more/empty.ifc: "* ]]
    # a crash is tried again, in this run and in the next; what is broken in itself is not; both are named again
    # (and once more at first, beside another model in one job)
    [ "$(wc -l < crashes)" -eq 3 ]
    [ "$(grep -c '"again":true' out/broken.ndjson)" -eq 3 ]
    cmp kept/checked.ndjson out/checked.ndjson
    rm more/endless.ifc more/hog.ifc
    run -0 --separate-stderr go IFC=more BIN=bin RETRIES=0
    [[ "$stderr" == *"4 of 10 models were not done:"*bad.ifc* ]]
    [ "$(wc -l < crashes)" -eq 4 ]
    [ "$(jobs_done)" -eq 1 ]
    # mended, it is done
    cp "$(ls in/*.ifc | tail -n 1)" more/bad.ifc
    run -0 --separate-stderr go IFC=more BIN=bin RETRIES=0
    [[ "$stderr" == *"3 of 10 models were not done:"* && "$stderr" != *bad.ifc* ]]
    # the records are what trm-diff needs to see that nothing is gone
    trm-diff kept/checked.ndjson <(cat out/checked.ndjson out/broken.ndjson) > /dev/null
}

@test "whatever lies in a folder of exports: odd names, loops, folders and links that look like models" {
    mkdir -p more/dir.ifc
    mapfile -t some < <(ls in/*.ifc)
    cp "${some[0]}" $'more/new\nline.ifc'
    cp "${some[1]}" "more/dir.ifc/Größe 100%s \$(touch pwned);|&.IFC"
    cp "${some[2]}" more/-dash.ifc
    cp "${some[3]}" more/$'bad\xff.ifc'
    cp "${some[4]}" 'more/*.ifc'
    ln -s . more/loop
    ln -s nowhere more/dangling.ifc
    mkfifo more/pipe.ifc
    printf 'PK\x03\x04\x00\xff\x80\n\x01' > more/random.ifczip
    printf '\xff\x00\x81binary\n' > more/binary.ifc
    run -0 --separate-stderr go IFC=more JOBS=1 # several in a job
    [ "$(grep -c '"kind":"model"' out/checked.ndjson)" -eq 5 ]
    grep -qF '"file":"new\nline.ifc"' out/checked.ndjson && grep -qF '"file":"*.ifc"' out/checked.ndjson
    [[ "$stderr" == *"3 of 8 models were not done:"*"dangling.ifc: no such file"*"binary.ifc: line 1: not STEP"* ]]
    [[ "$stderr" != *"grep:"* ]]
    [ ! -e pwned ] && [ ! -e more/pwned ]
    trm-report -f text out/checked.ndjson out/broken.ndjson out/traces.ndjson > /dev/null
    # one that may not be read is named; root may read everything
    chmod 000 more/-dash.ifc
    run -0 --separate-stderr go IFC=more
    [ "$(id -u)" -eq 0 ] || [[ "$stderr" == *"-dash.ifc: no such file, or it may not be read"* ]]
    rm -rf more
}

@test "a list of paths, a model that is not there, and the same model twice" {
    one=$(ls in/*.ifc | head -n 1)
    mkdir more
    cp "$one" more/
    printf '%s\n' "$one" "more/${one##*/}" "" nowhere.ifc > list
    run -0 --separate-stderr go IFC=list
    [[ "$stderr" == *"is the same model as"*"it counts once"* ]]
    [[ "$stderr" == *"1 of 3 models were not done:"*"/nowhere.ifc: no such file"* ]]
    [ "$(grep -c '"kind":"model"' out/checked.ndjson)" -eq 1 ]
}

@test "wrong settings are said, and none done is no success" {
    run ! go IFC=nowhere
    [[ "$output" == *"no such folder, model or list"* ]]
    run ! go RULES=nowhere.json
    [[ "$output" == *"nowhere.json cannot be read"* ]]
    echo '{"rules":[{"id":"X","condition":{"op":"~"}}]}' > bad.json
    run ! go RULES=bad.json
    [[ "$output" == *bad.json* ]]
    mkdir more
    echo no > more/no.ifc
    run ! go IFC=more
    [[ "$output" == *"none of 1 models could be done"* ]]
    exec 8> out/steps/lock
    flock 8
    run ! go 8>&-
    exec 8>&-
    [[ "$output" == *"another run is at work"* ]]
}

@test "killed with -9 at any moment and started again it ends in the same files" { # KILLS=50: that many moments
    start=$(date +%s%N)
    rm -rf out
    go > /dev/null 2>&1
    took=$((($(date +%s%N) - start) / 1000000))
    for ((round = 1; round <= ${KILLS:-5}; round++)); do
        at=$((took * RANDOM / 32768))
        echo "round $round: at $at ms of $took"
        rm -rf out
        setsid bash -c "$(declare -f go); ROOT='$ROOT' BIN='$BIN' go" > /dev/null 2>&1 &
        sleep "$(printf '%d.%03d' $((at / 1000)) $((at % 1000)))"
        kill -9 -- -$! 2> /dev/null || true
        wait $! 2> /dev/null || true
        run -0 go
        for f in checked traces broken; do cmp kept/$f.ndjson out/$f.ndjson; done
        [ "$(find out/pieces -type f | wc -l)" -eq 12 ]
    done
}

# As after kill -9: a job goes on thinking while the next run takes its folder apart, and is done before all of that is gone.
@test "a job that outlives its run leaves nothing behind" {
    there=$PWD
    mkdir -p bin late
    rm -rf out ended gate once
    ln -sf "$BIN"/trm-* bin/
    rm bin/trm-infer
    cat > bin/trm-infer <<END
#!/bin/bash
if mkdir "$PWD/once" 2> /dev/null; then until [ -e "$PWD/gate" ]; do sleep .02; done; fi
exec "$BIN/trm-infer" "\$@"
END
    cat > late/rm <<END
#!/bin/bash
case "\$*" in
*/steps/*.??????) # the folder of a run, whose parts go one by one
    find "\${@: -1}" -name tkey -delete
    touch "$PWD/gate"
    for i in {1..100}; do [ -e "$PWD/ended" ] || sleep .02; done
    sleep 2 ;;
esac
exec $(command -v rm) "\$@"
END
    chmod +x bin/trm-infer late/rm
    go BIN=bin prepare
    (cd out/steps/run.* && bash kit/one.sh 1 || true; touch "$there/ended") > late/said 2>&1 &
    until [ -d once ] || [ -e ended ]; do sleep .02; done
    [ -d once ]
    PATH=$PWD/late:$PATH run -0 go BIN=bin
    wait
    for f in checked traces broken; do cmp kept/$f.ndjson out/$f.ndjson; done
    [ "$(find out/pieces -type f | wc -l)" -eq 12 ]
    run -0 go BIN=bin
    [ "$(find out/steps -name '*.??????' -type d | wc -l)" -eq 0 ]
}

@test "a cluster's tasks share what prepare lists, and collect makes the same files" {
    rm -rf out
    run -0 go prepare
    [[ "$output" == "6 jobs in "* ]]
    for task in 4 5 6; do
        SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_TASK_MIN=4 SLURM_ARRAY_TASK_COUNT=3 "$ROOT/pipelines/batch.slurm" out &
    done
    wait
    [ "$(ls -d out/steps/run.*/jobs/*.result | wc -l)" -eq 6 ]
    run -0 --separate-stderr go collect
    [ -z "$stderr" ]
    for f in checked traces broken; do cmp kept/$f.ndjson out/$f.ndjson; done
}

@test "two hosts over ssh do the jobs of one machine, to the byte" {
    sshd=$(command -v sshd || ls /usr/sbin/sshd 2> /dev/null) || skip "sshd is not installed"
    command -v rsync > /dev/null || skip "rsync is not installed"
    mkdir -p ssh # SHLVL: so that bash over there reads no start-up file, whatever it holds
    ssh-keygen -q -t ed25519 -N '' -f ssh/host < /dev/null || true
    ssh-keygen -q -t ed25519 -N '' -f ssh/me < /dev/null || true
    cp ssh/me.pub ssh/authorized
    chmod 700 ssh
    : > hosts
    [ -d /run/sshd ] || [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
    for port in 22471 22472; do
        printf '%s\n' "Port $port" "ListenAddress 127.0.0.1" "HostKey $PWD/ssh/host" "AuthorizedKeysFile $PWD/ssh/authorized" \
            "PidFile $PWD/ssh/$port.pid" "StrictModes no" "UsePAM no" "SetEnv SHLVL=5" "PasswordAuthentication no" "PermitRootLogin yes" > "ssh/$port"
        "$sshd" -f "$PWD/ssh/$port" -E "$PWD/ssh/$port.log"
        echo "1/ssh -p $port -i $PWD/ssh/me -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR $(id -un)@127.0.0.1" >> hosts
    done
    ls in/*.ifc | head -n 3 > list
    rm -rf out
    go IFC=list OUT=here
    run -0 --separate-stderr go IFC=list HOSTS=hosts JOBS=1
    kill "$(cat ssh/22472.pid)"
    status1=$stderr
    cp -a out first
    # one of them is down: its jobs go to the other
    rm -rf out
    run -0 --separate-stderr go IFC=list HOSTS=hosts JOBS=1 RETRIES=3
    kill "$(cat ssh/22471.pid)"
    [ "$(tail -n +2 first/joblog | cut -f 2 | sort -u | wc -l)" -eq 2 ] || { cat first/joblog; false; }
    run ! grep '^batch:' <<< "$status1"
    for f in checked traces broken; do cmp here/$f.ndjson first/$f.ndjson; cmp here/$f.ndjson out/$f.ndjson; done
    [ -z "$(find "$HOME/.cache/trm-batch" -type f 2> /dev/null)" ] # nothing stays on a host
}
