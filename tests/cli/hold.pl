# Holds a listening socket as systemd does and runs a server on it; SIGUSR1: end the server, and start it again.
# usage: hold.pl PORT COMMAND...
use strict;
use warnings;
use IO::Socket::INET;
use POSIX;
my $port = shift;
my $s = IO::Socket::INET->new(Listen => 128, LocalAddr => "127.0.0.1:$port", ReuseAddr => 1) or die "hold.pl: $!\n";
my ($again, $over) = (0, 0);
$SIG{USR1} = sub { $again = 1 };
$SIG{TERM} = sub { $over = 1 };
while (!$over) {
    my $pid = fork;
    if (!$pid) {
        $SIG{$_} = "DEFAULT" for qw(USR1 TERM);
        POSIX::dup2(fileno $s, 3) == 3 or die if fileno $s != 3;
        $^F = 3;
        fcntl(IO::Handle->new_from_fd(3, "r"), 2, 0) if fileno $s == 3;
        @ENV{qw(LISTEN_FDS LISTEN_PID)} = (1, $$);
        exec @ARGV or die;
    }
    select(undef, undef, undef, 0.05) until $again || $over || waitpid($pid, WNOHANG);
    $again = 0;
    kill TERM => $pid;
    waitpid $pid, 0;
}
