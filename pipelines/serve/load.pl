#!/usr/bin/perl
# Many clients at once against a server that answers a line with a line: how fast, and how often not at all.
# usage: load.pl [--clients N] [--seconds S] [--address HOST:PORT] RECORDS
# Each client sends one record, waits for its answer, and sends the next. A connection that ends before a byte of the answer came
# (the server was ended between two requests) is opened anew and the record sent once more, which is counted; a second end, an
# answer with another id, or none within ten seconds is a failure. One JSON line on stdout; status 4 when availability is below .9995.
use strict;
use warnings;
use Getopt::Long;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time sleep);

my ($clients, $seconds, $address) = (16, 10, "127.0.0.1:7070");
GetOptions("clients=i" => \$clients, "seconds=f" => \$seconds, "address=s" => \$address) && @ARGV == 1 or die "usage: load.pl [--clients N] [--seconds S] [--address HOST:PORT] RECORDS\n";
$address =~ /^(127\.|localhost:|\[::1\])/ or die "load.pl: only on this machine: $address\n";
open my $in, "<", $ARGV[0] or die "load.pl: $ARGV[0]: $!\n";
my @records = map { /"id":"((?:[^"\\]|\\.)*)"/ ? [$1, $_] : () } grep { /^\{"kind":"(element|checked|sample|task)"/ } <$in>;
@records or die "load.pl: no record in $ARGV[0]\n";
$SIG{PIPE} = "IGNORE";

my ($next, %n, @ms, %of) = (0, map { $_ => 0 } qw(answered refused failed retried));
my $select = IO::Select->new;

sub connected {
    for (1 .. 200) { # a socket that nobody holds for a moment
        my $s = IO::Socket::INET->new(PeerAddr => $address, Proto => "tcp");
        return $s if $s;
        sleep 0.05;
    }
    die "load.pl: nobody listens at $address\n";
}

sub ask {
    my ($c) = @_;
    $c->{got} = "";
    my $line = $c->{record}[1];
    while (length $line) {
        my $n = syswrite $c->{s}, $line;
        return unless $n; # its end will be read
        $line = substr $line, $n;
    }
}

sub fresh {
    my ($c) = @_;
    $c->{record} = $records[$next++ % @records];
    $c->{since} = time;
    $c->{tries} = 1;
    ask($c);
}

sub open_client {
    my ($c) = @_;
    if ($c->{s}) {
        $select->remove($c->{s});
        delete $of{fileno $c->{s}};
        close $c->{s};
    }
    $c->{s} = connected();
    $of{fileno $c->{s}} = $c;
    $select->add($c->{s});
}

my $end = time + $seconds;
my @clients = map { { s => undef } } 1 .. $clients;
for my $c (@clients) { open_client($c); fresh($c); }
while (my $busy = grep { $_->{record} } @clients) {
    for my $s ($select->can_read(0.5)) {
        my $c = $of{fileno $s} or next;
        my $n = sysread $s, $c->{got}, 1 << 16, length $c->{got};
        if (!$n) {
            open_client($c);
            if ($c->{record} && $c->{tries}++ == 1 && $c->{got} eq "") { $n{retried}++; ask($c); next; }
            $n{failed}++ if $c->{record};
        } elsif ($c->{got} =~ /\n/) {
            push @ms, 1000 * (time - $c->{since});
            my $id = $c->{got} =~ /"id":"((?:[^"\\]|\\.)*)"/ ? $1 : "";
            $n{$id ne $c->{record}[0] ? "failed" : $c->{got} =~ /^\{"kind":"refused"/ ? "refused" : "answered"}++;
        } else { next; }
        if (time < $end) { fresh($c); } else { $c->{record} = undef; }
    }
    for my $c (grep { $_->{record} && time - $_->{since} > 10 } @clients) {
        $n{failed}++;
        open_client($c);
        if (time < $end) { fresh($c); } else { $c->{record} = undef; }
    }
}
@ms = sort { $a <=> $b } @ms;
my $all = $n{answered} + $n{refused} + $n{failed};
my $available = $all ? ($n{answered} + $n{refused}) / $all : 0;
my $at = sub { @ms ? $ms[int($_[0] * $#ms + 0.5)] : 0 };
printf qq({"bench":"serve","clients":%d,"seconds":%g,"requests":%d,"answered":%d,"refused":%d,"failed":%d,"retried":%d,"availability":%.6f,"p50_ms":%.2f,"p95_ms":%.2f,"p99_ms":%.2f,"max_ms":%.2f}\n),
    $clients, $seconds, $all, @n{qw(answered refused failed retried)}, $available, $at->(.5), $at->(.95), $at->(.99), $at->(1);
exit($available < 0.9995 ? 4 : 0);
