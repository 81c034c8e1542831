# What trm-buildings says of a model, held against what the programs read from it.
#   perl truth.pl values   READ TRUTH   every value read is the true one, and every true value is read or withheld
#   perl truth.pl leaks    READ TRUTH   no hidden number stands elsewhere in the element, in whatever unit
#   perl truth.pl named    READ TRUTH   every named value stands in the name that was read, alone or as width times height
#   perl truth.pl verdicts READ TRUTH   (checked records) unknown where the value is withheld, else the true verdict
# Prints what is wrong, then the number of things looked at; the status says whether anything was wrong.
use strict;
use warnings;
use JSON::PP;

binmode STDOUT, ':utf8';
my ($job, $read_file, $truth_file) = @ARGV;
my ($looked, $wrong) = (0, 0);
my $json = JSON::PP->new->utf8;
sub wrong { print "@_\n"; $wrong++ }

sub records {
    my ($file, %out) = @_;
    open my $in, '<', $file or die "$file: $!";
    while (<$in>) {
        my $r = $json->decode($_);
        $out{$r->{id}} = $r if $r->{kind} eq 'element' || $r->{kind} eq 'checked';
    }
    return \%out;
}

# field => value object, for all that a value can hide in
sub fields {
    my ($e, %f) = @_;
    for my $kind (qw(psets qtos)) {
        for my $set (keys %{$e->{$kind} // {}}) {
            $f{"$set.$_"} = $e->{$kind}{$set}{$_} for keys %{$e->{$kind}{$set}};
        }
    }
    $f{"attribute.$_"} = $e->{attributes}{$_} for keys %{$e->{attributes} // {}};
    $f{"attribute.$_"} = {value => $e->{$_}} for grep { defined $e->{$_} } qw(name tag object_type predefined_type class step storey);
    my $type = $e->{type_object} // {};
    $f{"type.$_"} = {value => $type->{$_}} for grep { defined $type->{$_} } qw(name class guid predefined_type);
    $f{"type.$_"} = $type->{attributes}{$_} for keys %{$type->{attributes} // {}};
    my $n = 0;
    for my $m (@{$e->{materials} // []}) {
        $f{"material$n.name"} = {value => $m->{name}};
        $f{"material$n.thickness"} = $m->{thickness} if $m->{thickness};
        $n++;
    }
    $f{"code"} = {value => $_->{code}} for @{$e->{classifications} // []};
    return \%f;
}

# an empty text is told as such, and is no value
sub plain { my $v = $_[0]{value}; ref $v eq 'ARRAY' ? join(',', @$v) : defined $v && $v ne '' ? "$v" : 'null' }
sub is_number { defined $_[0]{value} && !ref $_[0]{value} && $_[0]{value} =~ /^-?[\d.]+(e-?\d+)?$/i && !($_[0]{type} // '') =~ /Label|Identifier/ }
sub same {
    my ($x, $y) = @_;
    return plain($x) eq plain($y) || ($x->{unit} && abs($x->{value} - $y->{value}) <= 1e-9 * (1 + abs $y->{value}));
}
sub minutes { my ($t) = @_; return $t =~ /h/i ? 60 * ($t =~ /([\d.]+)/)[0] : ($t =~ /([\d.]+)/)[0] }

# the hidden number as anyone might write it
sub forms {
    my ($v) = @_;
    my $unit = $v->{unit} // '';
    return map { $v->{value} / $_ } (1, .01, .001, .0254, .3048) if $unit eq 'm';
    return map { $v->{value} / $_ } (1, 1e-4, 1e-6, .0254**2, .3048**2) if $unit eq 'm2';
    return minutes($v->{value});
}

my ($read, $truth) = (records($read_file), records($truth_file));
for my $id (sort keys %$truth) {
    my ($t, $r) = ($truth->{$id}, $read->{$id});
    my %hidden = map { $_ => 1 } @{$t->{truth}{hidden}};
    my %named = map { $_ => 1 } @{$t->{truth}{named}};
    if (!$r) { wrong("$id: not read"); next }
    my ($rf, $tf) = (fields($r), fields($t));
    if ($job eq 'values') {
        for my $f (sort keys %$tf) {
            $looked++;
            next if $hidden{$f} || $named{$f};
            wrong("$id: $f: not read") && next if !$rf->{$f};
            wrong("$id: $f: read " . plain($rf->{$f}) . ", true is " . plain($tf->{$f})) if !same($rf->{$f}, $tf->{$f});
            for (qw(unit type from)) {
                wrong("$id: $f: $_ differs") if ($rf->{$f}{$_} // '') ne ($tf->{$f}{$_} // '') && $f !~ /thickness/;
            }
        }
        for my $f (sort keys %$rf) {
            wrong("$id: $f: read, and not in the truth") if !$tf->{$f};
            wrong("$id: $f: withheld, and read as " . plain($rf->{$f}))
                if ($hidden{$f} || $named{$f}) && plain($rf->{$f}) !~ m{^(null|n/a|FireRating|_FIRE-RATING_|--FIRE_CODE--)$};
        }
    } elsif ($job eq 'leaks') {
        for my $h (grep { $tf->{$_}{unit} || /Rating/ } keys %hidden) {
            $looked++;
            for my $form (forms($tf->{$h})) {
                for my $f (grep { !/^attribute\.(step|class|storey)|\.guid$/ && !JSON::PP::is_bool($rf->{$_}{value}) } keys %$rf) {
                    next if %named && $f =~ /^(attribute\.(name|object_type)|type\.name)$/; # it holds the named ones
                    my $text = plain($rf->{$f});
                    $text =~ s/(\d),(\d)/$1.$2/g;
                    for my $number ($text =~ /\d+(?:\.\d+)?/g) {
                        wrong("$id: $h is hidden, and $f says $text") if abs($number - $form) <= 1e-6 * (1 + abs $form);
                    }
                }
            }
        }
    } elsif ($job eq 'named') {
        my $name = join ' ', map { $rf->{$_} ? plain($rf->{$_}) : () } qw(attribute.name attribute.LongName);
        $name =~ s/(\d),(\d)/$1.$2/g;
        my @numbers = $name =~ /\d+(?:\.\d+)?/g;
        push @numbers, $1 * $2 while $name =~ /(\d+(?:\.\d+)?)"? ?x ?(\d+(?:\.\d+)?)/g;
        push @numbers, map { 60 * $_ } $name =~ /(\d+(?:\.\d+)?) ?H/gi;
        for my $f (keys %named) {
            $looked++;
            my $there = 0;
            for my $form (forms($tf->{$f})) { $there ||= grep { abs($_ - $form) <= 1e-6 * (1 + abs $form) } @numbers }
            wrong("$id: $f is " . plain($tf->{$f}) . ", and the name says $name") if !$there;
        }
    } else {
        my %found = map { $_->{rule} => $_ } @{$r->{results}};
        for my $true (@{$t->{results}}) {
            $looked++;
            my $withheld = $true->{field} && ($hidden{$true->{field}} || $named{$true->{field}});
            my $expected = $withheld ? 'unknown' : $true->{verdict};
            my $got = $found{$true->{rule}} ? $found{$true->{rule}}{verdict} : 'nothing';
            wrong("$id: $true->{rule}: true verdict unknown") if $true->{verdict} eq 'unknown';
            wrong("$id: $true->{rule}: $got, expected $expected") if $got ne $expected;
        }
    }
}
for my $id (sort keys %$read) { wrong("$id: not in the truth") if !$truth->{$id} }
print "$looked\n";
exit($wrong || !$looked ? 1 : 0);
