# trm-alert: thresholds just met and just crossed.
load helper

setup() { cd "$BATS_TEST_TMPDIR" || exit; }
# nights MEMBER VALUE...: one record a value
nights() {
    local member=$1 day=0
    shift
    for x in "$@"; do
        day=$((day + 1))
        printf '{"kind":"night","v":1,"id":"2027-03-%02d","state":"done","%s":%s}\n' $day "$member" "$x"
    done
}
whats() { grep -oE '"alert":"[a-z_]+"' | cut -d'"' -f4 | tr '\n' ' '; }

@test "accuracy: a fall of 10 percent is met, of a little more is told" {
    [ -z "$(nights accuracy 0.9 0.81 | trm-alert)" ]
    [ "$(nights accuracy 0.9 0.8099 | trm-alert | whats)" = "accuracy " ]
    [ -z "$(nights accuracy 0.9 0.95 | trm-alert)" ]
    [ "$(nights accuracy 0.9 0.88 | trm-alert -a 2 | whats)" = "accuracy " ]
}

@test "time-outs: 5 percent are met, a little more are told; and broken ones and labels by theirs" {
    [ -z "$(nights timeouts 0.05 | trm-alert)" ]
    [ "$(nights timeouts 0.0501 | trm-alert | whats)" = "timeouts " ]
    [ -z "$(nights broken 0.2 | trm-alert)" ]
    [ "$(nights broken 0.2001 | trm-alert | whats)" = "broken " ]
    [ -z "$(nights labels_changed 0.05 | trm-alert)" ]
    [ "$(nights labels_changed 0.0501 | trm-alert | whats)" = "labels_changed " ]
    # only of the last night
    [ -z "$(nights timeouts 0.5 0.05 | trm-alert)" ]
}

@test "cost: 20 percent over the median is met, a little more is told" {
    [ -z "$(nights cost 90 100 110 120 | trm-alert)" ]
    [ "$(nights cost 90 100 110 120.1 | trm-alert | whats)" = "cost " ]
    [ -z "$(nights cost 1000 | trm-alert)" ] # nothing to measure it by
    # the median is that of the last nights, an even number of them too
    [ "$(nights cost 1000 1000 1000 100 100 130 | trm-alert -n 2 | whats)" = "cost " ]
    [ -z "$(nights cost 1000 1000 1000 100 100 130 | trm-alert -n 5)" ]
    [ "$(nights cost 100 200 181 | trm-alert | whats)" = "cost " ]
    [ -z "$(nights cost 100 200 180 | trm-alert)" ]
}

@test "a night that failed is told, and is no measure for others" {
    echo '{"kind":"night","v":1,"id":"n1","state":"failed","cost":1}' > n
    run -4 trm-alert -e n
    [ "$(whats <<< "$output")" = "failed " ]
    nights cost 100 >> n
    run -0 trm-alert -e n
    [ -z "$output" ]
}

@test "-e is 4 when an alert rose, and 0 when none; without it always 0" {
    nights accuracy 0.9 0.5 > n
    run -4 trm-alert -e n
    [ "$output" = '{"kind":"alert","v":1,"id":"accuracy/2027-03-02","alert":"accuracy","of":"2027-03-02","found":0.5,"expected":0.9,"limit":0.81}' ]
    run -0 trm-alert n
    nights accuracy 0.9 0.9 > n
    run -0 trm-alert -e n
}

@test "records of another kind are refused" {
    run -1 trm-alert <<< '{"kind":"eval","v":1,"id":"all"}'
}
