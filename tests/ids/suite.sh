#!/bin/bash
# IDS cases under a folder: X.ids beside X.ifc, named pass-, fail- or invalid-. The verdict is the exit status of
#   trm-ifc --also "$(trm-check --classes -r X.ids)" X.ifc | trm-check -r X.ids -e ERROR
#                                                      0: passes, 4: fails, anything else: could not be run or decided
# pass- wants 0, fail- wants 4, invalid- anything but 0. Names each case that is not as expected, and each invalid one of which
# `trm-check --audit -r X.ids` has no error to tell; the last line is `N of M as expected`. usage: suite.sh BIN FOLDER
set -u
export PATH=$PWD/$1:$PATH
cases=0
good=0
while IFS= read -r ids; do
    name=$(basename "$ids" .ids)
    ifc=${ids%.ids}.ifc
    [ -e "$ifc" ] || continue
    cases=$((cases + 1))
    said=$(set -o pipefail; trm-ifc --quiet --also "$(trm-check --classes -r "$ids" 2> /dev/null)" "$ifc" 2> /dev/null |
        trm-check -r "$ids" -e ERROR 2>&1 > /dev/null)
    status=$?
    case $name:$status in
    pass-*:0 | fail-*:4) good=$((good + 1)) ;;
    invalid-*:0 | pass-*:* | fail-*:*) echo "$name: status $status${said:+: ${said%%$'\n'*}}" ;;
    invalid-*)
        good=$((good + 1))
        trm-check --audit -r "$ids" | grep -q '"severity":"ERROR"' || echo "$name: does not pass, but the audit does not say why"
        ;;
    esac
done < <(find "$2" -name '*.ids' | sort)
echo "$good of $cases as expected"
[ "$cases" -gt 0 ] && [ "$good" -eq "$cases" ]
