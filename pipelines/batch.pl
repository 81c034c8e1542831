#!/usr/bin/perl
# The bookkeeping of batch.sh, in one process where a shell would start a dozen for each model.
# usage: batch.pl keys CHECK INFER   the models of IFC into steps/keys, what each hangs on beside its bytes and name being given
#        batch.pl jobs RUN SLOTS     what is missing as jobs in RUN/jobs, their numbers on stdout; SLOTS: jobs at a time
#        batch.pl adopt              what jobs have done into pieces
#        batch.pl lists              the pieces of all models in their order, and OUT/broken.part; what is odd or broken on stderr
#        batch.pl records            what the checked pieces hold on stdout, but for the summaries of each, which go to descriptor 3
# Environment: OUT, IFC, HOSTS, RETRY as in batch.mk; WITH_MODEL: whether verdicts of a model are wanted.
# Files in OUT/steps: keys (KEY TKEY PATH and a zero byte each: pieces are KEY.checked and TKEY.traces), absent (PATH and a zero byte),
# models (how many were named), failed/KEY (a reason), stop (why no job would do better), checked.pieces, traces.pieces.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Encode ();

my $out = $ENV{OUT};
my ($w, $pieces) = ("$out/steps", "$out/pieces");

sub stop { my $status = shift; print STDERR "batch: @_\n"; exit $status }

sub write_file {
    my ($path, @text) = @_;
    open my $f, '>', $path or stop(3, "$path: $!");
    print $f @text;
    close $f or stop(3, "$path: $!");
}

sub read_file {
    my ($path) = @_;
    open my $f, '<', $path or return undef;
    local $/;
    my $text = <$f>;
    return defined $text ? $text : '';
}

sub move { rename $_[0], $_[1] or stop(3, "$_[1]: $!") }

# --- what there is ------------------------------------------------------------------------------------------------------
# Paths as bytes, absolute, each once, in the order of their bytes. A link that leads nowhere is named, a folder called x.ifc is gone into.
sub models {
    my $ifc = $ENV{IFC};
    my @paths;
    if (-d $ifc) {
        open my $find, '-|', 'find', '-L', $ifc, qw[( -type f -o -type l ) ( -iname *.ifc -o -iname *.ifczip ) -print0]
            or stop(3, "find: $!");
        local $/ = "\0";
        chomp(@paths = <$find>);
        close $find; # what find could not go into it has said
    } elsif ($ifc =~ /\.ifc(zip)?\z/i) {
        @paths = ($ifc);
    } elsif (-f $ifc) {
        @paths = grep { length } split /\n/, read_file($ifc) // stop(2, "IFC=$ifc: $!");
    } else {
        stop(2, "IFC=$ifc: no such folder, model or list");
    }
    my %seen = map { (m{^/} ? $_ : "$ENV{PWD}/$_") => 1 } @paths;
    stop(2, "no model to read in IFC=$ifc") if !%seen;
    return sort keys %seen;
}

# SHA-256 of each file, by as many at a time as a command line holds without trouble.
sub sums {
    my @sums;
    while (my @some = splice @_, 0, 500) {
        open my $sum, '-|', 'sha256sum', '-z', '--', @some or stop(3, "sha256sum: $!");
        local $/ = "\0";
        push @sums, map { substr $_, 0, 64 } <$sum>;
        close $sum or stop(3, "a model vanished while it was read; try again");
    }
    return @sums;
}

sub keys_of_models {
    my ($check, $infer) = @_;
    my @models = models();
    my @present = grep { -f $_ && -r _ } @models;
    my %present = map { $_ => 1 } @present;
    my @sums = sums(@present);
    my $keys = '';
    for my $path (@present) {
        my ($name, $sum) = ($path =~ s|.*/||sr, shift @sums);
        my $key = substr(sha256_hex("$check\n$sum\n$name"), 0, 40);
        $keys .= "$key " . substr(sha256_hex("$key\n$infer"), 0, 40) . " $path\0";
    }
    write_file("$w/keys", $keys);
    write_file("$w/absent", map { "$_\0" } grep { !$present{$_} } @models);
    write_file("$w/models", scalar(@models), "\n");
}

# [KEY, TKEY, PATH] of each model; an export that stands there twice comes twice.
sub keys_made {
    return map { [split / /, $_, 3] } split /\0/, read_file("$w/keys") // stop(3, "$w/keys: $!");
}

sub is_done {
    my ($key, $tkey) = @_;
    return -e "$pieces/$key.checked" && (!$ENV{WITH_MODEL} || -e "$pieces/$tkey.traces");
}

# --- jobs ---------------------------------------------------------------------------------------------------------------
# A few small models make one job, because starting programs costs more than they do; a large one is a job of its own. As many jobs
# for each slot, and at least four where there are as many models, so that none waits long for the last.
use constant { MOST_MODELS => 64, MOST_BYTES => 32 << 20 };

sub up { return int(($_[0] + $_[1] - 1) / $_[1]) } # a quotient, rounded up

sub jobs {
    my ($run, $slots) = @_;
    my (%seen, @todo, @jobs);
    for my $m (keys_made()) {
        my ($key, $tkey, $path) = @$m;
        next if $seen{$key}++;
        unlink "$pieces/$key.broken" if $ENV{RETRY};
        push @todo, $m if !-e "$pieces/$key.broken" && !is_done($key, $tkey);
    }
    my $rounds = up(scalar @todo, MOST_MODELS * $slots);
    my $most = up(scalar @todo, ($rounds > 4 ? $rounds : 4) * $slots);
    my ($bytes, $last) = (0, undef);
    for my $m (@todo) {
        my $size = -s $m->[2] // 0;
        if (!$last || @$last >= $most || $bytes + $size > MOST_BYTES) {
            push @jobs, $last = [];
            $bytes = 0;
        }
        push @$last, $m;
        $bytes += $size;
    }
    local $| = 1; # the first is at work before the last is made
    for my $i (1 .. @jobs) {
        make_job("$run/jobs/$i", @{$jobs[$i - 1]});
        print "$i\n";
    }
}

# A folder for each model: it, or its checked records when only the verdicts are missing. For other hosts a tar of that.
sub make_job {
    my ($job, @models) = @_;
    mkdir $job or stop(3, "$job: $!");
    for (@models) {
        my ($key, $tkey, $path) = @$_;
        my $piece = "$pieces/$key.checked";
        mkdir "$job/$key" or stop(3, "$job/$key: $!");
        write_file("$job/$key/tkey", "$tkey\n") if $ENV{WITH_MODEL};
        if (-e $piece) {
            symlink $piece =~ m{^/} ? $piece : "$ENV{PWD}/$piece", "$job/$key/checked.ndjson" or stop(3, "$job/$key: $!");
        } else {
            mkdir "$job/$key/in" or stop(3, "$job/$key: $!");
            symlink $path, "$job/$key/in/" . $path =~ s|.*/||sr or stop(3, "$job/$key: $!");
        }
    }
    return if !$ENV{HOSTS};
    system('tar', '-chf', "$job.job", '-C', $job, '.') == 0 or stop(3, "$job.job: tar failed");
    system 'rm', '-rf', $job;
}

# --- results ------------------------------------------------------------------------------------------------------------
# What one model's part of a job left becomes pieces, each by a rename; `end` goes last, so it may be cut short at any point.
sub adopt_model {
    my ($from, $key) = @_;
    my $end = read_file("$from/end") // return;
    my ($word, $reason) = $end =~ /^(\S+) ?(.*)/;
    # what was checked stays so, also when the verdicts of the model are still missing
    move("$from/checked", "$pieces/$key.checked") if -e "$from/checked";
    if ($word eq 'done') {
        move("$from/traces", "$pieces/" . read_file("$from/tkey") =~ s/\n//r . '.traces') if -e "$from/traces";
        move("$from/refused", "$pieces/$key.refused") if -s "$from/refused";
    } elsif ($word eq 'broken') {
        write_file("$from/text", "$reason\n");
        move("$from/text", "$pieces/$key.broken");
    } elsif ($word eq 'stop') {
        write_file("$w/stop", read_file("$from/log") // '', "batch: $reason\n");
    } else {
        write_file("$w/failed/$key", "$reason\n");
    }
    unlink "$from/end";
}

# A result is a folder, or from another host a tar of one.
sub adopt_job {
    my ($result) = @_;
    if (-f $result) {
        mkdir "$w/new" or return;
        system('tar', '-xf', $result, '-C', "$w/new") == 0 and adopt_job("$w/new");
        system 'rm', '-rf', "$w/new";
        return;
    }
    for my $from (glob "\Q$result\E/*") {
        adopt_model($from, $from =~ s|.*/||r);
    }
}

# Everything that jobs of this run and of those before have done. A job may outlive a run that was killed: the folder of a run gets another
# name before it is read, and the job, which has the old one, puts nothing there any more; and yet another before it is taken apart, so that
# no half of a result is ever read.
sub adopt {
    system 'rm', '-rf', "$w/new";
    mkdir "$w/failed";
    move($_, s|/run\.(\w+)\z|/taken.$1|r) for glob "\Q$w\E/run.*";
    for my $run (glob "\Q$w\E/taken.*") {
        adopt_job($_) for glob "\Q$run\E/jobs/*.result";
        move($run, $run =~ s|/taken\.(\w+)\z|/gone.$1|r);
    }
}

# --- lists --------------------------------------------------------------------------------------------------------------
sub text { return Encode::decode('UTF-8', $_[0], sub { '' }) =~ s/[\x00-\x1f\x7f]//gr }
sub json_text { return Encode::encode('UTF-8', text($_[0]) =~ s/([\\"])/\\$1/gr) }

my @broken; # [PATH, REASON]

sub broken_record {
    my ($path, $reason, $again) = @_;
    $reason =~ s/\n//g;
    push @broken, [$path, $reason];
    return sprintf "{\"kind\":\"model\",\"v\":1,\"id\":\"%s\",\"file\":\"%s\",\"error\":\"%s\",\"again\":%s}\n", json_text($path),
        json_text($path =~ s|.*/||sr), json_text($reason), $again ? 'true' : 'false';
}

sub lists {
    my (%seen, @checked, @traces);
    my @records = map { broken_record($_, 'no such file, or it may not be read', 1) } split /\0/, read_file("$w/absent") // '';
    for (keys_made()) {
        my ($key, $tkey, $path) = @$_;
        if (defined $seen{$key}) {
            print STDERR Encode::encode('UTF-8', 'batch: ' . text($path) . ' is the same model as ' . text($seen{$key}) . "; it counts once\n");
            next;
        }
        $seen{$key} = $path;
        if (-e "$pieces/$key.broken") {
            utime undef, undef, "$pieces/$key.broken";
            push @records, broken_record($path, read_file("$pieces/$key.broken"), 0);
        } elsif (is_done($key, $tkey)) {
            push @checked, "$pieces/$key.checked\0";
            push @traces, "$pieces/$tkey.traces\0" if $ENV{WITH_MODEL};
            my $refused = read_file("$pieces/$key.refused");
            print STDERR 'batch: ', Encode::encode('UTF-8', text($path)), ": $refused" if defined $refused;
        } else {
            push @records, broken_record($path, read_file("$w/failed/$key") // 'its job did not end', 1);
        }
    }
    utime undef, undef, map { s/\0//r } @checked, @traces;
    write_file("$w/checked.pieces", @checked);
    write_file("$w/traces.pieces", @traces);
    write_file("$out/broken.part", @records);
    return if !@broken;
    chomp(my $models = read_file("$w/models"));
    print STDERR 'batch: ', scalar @broken, " of $models models were not done:\n";
    print STDERR Encode::encode('UTF-8', '  ' . text($_->[0]) . ': ' . text($_->[1]) . "\n") for @broken;
}

# Summaries and specifications stand behind the records of a piece.
sub records {
    open my $sums, '>&=', 3 or stop(3, "descriptor 3: $!");
    for my $piece (split /\0/, read_file("$w/checked.pieces")) {
        my $text = read_file($piece) // stop(3, "$piece: $!");
        my ($end) = sort { $a <=> $b } grep { $_ > 0 } map { 1 + index $text, "\n{\"kind\":\"$_\"" } qw(summary specification);
        print $sums substr $text, $end, length($text) - $end, '' if $end; # taken off the text
        print STDOUT $text;
    }
    close $sums or stop(3, "descriptor 3: $!");
}

my %verbs = (keys => \&keys_of_models, jobs => \&jobs, adopt => \&adopt, lists => \&lists, records => \&records);
my $verb = $verbs{shift @ARGV // ''} or stop(2, 'usage: batch.pl keys|jobs|adopt|lists|records');
$verb->(@ARGV);
close STDOUT or stop(3, "stdout: $!");
