# trm-savings: arithmetic.
load helper

@test "ten thousand tasks a day at two cents, four fifths of them at a hundredth of a cent" {
    run -0 trm-savings --tasks 10000 --outside 0.02 --own 0.0001 --share 0.8 --once 5000
    [[ "$output" == *'"before":73000,"after":14892,"saving":58108,"saving_share":0.796,"break_even_days":31.4}' ]]
    [ "$output" = "$(trm-savings)" ]
    run -0 trm-savings --text
    [[ "$output" == *"73000.00 in 365 days"*"14892.00"*"saving: 58108.00"*"5000.00 at the start is earned back in 31.4 days" ]]
}
@test "without a saving nothing is earned back" {
    run -0 trm-savings --own 0.03
    [[ "$output" == *'"saving":-29200,"saving_share":-0.4}' ]]
    run -0 trm-savings --share 0 --text
    [[ "$output" == *"saving: 0.00"*"never earned back" ]]
    run -0 trm-savings --tasks 0
    [[ "$output" == *'"before":0,"after":0,"saving":0}' ]]
}
@test "a part beyond the whole is no part" {
    run -2 trm-savings --share 1.1
    run -2 trm-savings --outside -1
    run -3 bash -c 'trm-savings > /dev/full'
}
