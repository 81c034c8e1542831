#!/usr/bin/perl
# A PyTorch state dict out of a safetensors file, written without PyTorch and without any code of the project's: what
# torch.save makes of an OrderedDict, protocol 2, with everything that its reader must cope with: legacy names, one storage
# shared by two tensors at offsets, a transposed view, a memo. usage: state_dict.pl IN.safetensors OUT.pt
use strict;
use warnings;
use IO::Compress::Zip qw(:constants $ZipError);
use JSON::PP;

my ($in, $out) = @ARGV;
open my $f, '<:raw', $in or die "$in: $!";
my $bytes = do { local $/; <$f> };
my $length = unpack 'Q<', $bytes;
my $head = decode_json(substr $bytes, 8, $length);
my $data = substr $bytes, 8 + $length;
delete $head->{__metadata__};

my (%memo, $pickle, @storages);
my $memos = 0;
sub put { $pickle .= join '', @_ }
sub keep { put('q', pack 'C', $memos) if $memos < 256; put('r', pack 'V', $memos) if $memos >= 256; $memos++ }
sub text {
    my $s = shift;
    return put($memo{$s} < 256 ? ('h', pack 'C', $memo{$s}) : ('j', pack 'V', $memo{$s})) if defined $memo{$s};
    put('X', pack('V', length $s), $s);
    $memo{$s} = $memos;
    keep();
}
sub global { my $name = join "\n", @_; put('c', $name, "\n"); keep() }
sub number { my $n = shift; put($n < 256 ? ('K', pack 'C', $n) : $n < 65536 ? ('M', pack 'v', $n) : ('J', pack 'l<', $n)) }
sub tuple { put('('); number($_) for @_; put('t'); keep() }

sub tensor {
    my ($name, $key, $count, $offset, $shape, $stride) = @_;
    text("_orig_mod.model.$name");
    global('torch._utils', '_rebuild_tensor_v2');
    put('((');
    text('storage');
    global('torch', 'FloatStorage');
    text($key), text('cpu'), number($count);
    put('t'), keep(), put('Q');
    number($offset);
    tuple(@$shape), tuple(@$stride);
    put("\x89");
    global('collections', 'OrderedDict');
    put(')R'), keep();
    put('t'), keep(), put('R'), keep();
}

my @names = sort { $head->{$a}{data_offsets}[0] <=> $head->{$b}{data_offsets}[0] } keys %$head;
my %raw = map { my $o = $head->{$_}{data_offsets}; $_ => substr $data, $o->[0], $o->[1] - $o->[0] } @names;
for (@names) { die "$_ is $head->{$_}{dtype}" if $head->{$_}{dtype} ne 'F32' }

put("\x80\x02");
global('collections', 'OrderedDict');
put(')R'), keep(), put('(');
my $init = $raw{'inner.H_init'} . $raw{'inner.L_init'};
push @storages, $init;
my $turned = 0;
for my $name (@names) {
    my @shape = @{$head->{$name}{shape}};
    if ($name =~ /\.([HL])_init$/) {
        tensor($name, '0', length($init) / 4, $1 eq 'H' ? 0 : $shape[0], \@shape, [1]);
        next;
    }
    my $key = @storages;
    if (@shape == 2 && $name =~ /lm_head|gate_up/) { # kept column by column
        my @x = unpack '(a4)*', $raw{$name};
        push @storages, join '', map { my $c = $_; map { $x[$_ * $shape[1] + $c] } 0 .. $shape[0] - 1 } 0 .. $shape[1] - 1;
        tensor($name, $key, length($raw{$name}) / 4, 0, \@shape, [1, $shape[0]]);
        $turned++;
        next;
    }
    push @storages, $raw{$name};
    tensor($name, $key, length($raw{$name}) / 4, 0, \@shape, @shape == 2 ? [$shape[1], 1] : [1]);
}
put('u.');
die 'nothing was turned' if !$turned;

my $zip = IO::Compress::Zip->new($out, Name => 'weights/data.pkl', Method => ZIP_CM_STORE) or die $ZipError;
$zip->print($pickle);
for my $key (0 .. $#storages) {
    $zip->newStream(Name => "weights/data/$key", Method => ZIP_CM_STORE);
    $zip->print($storages[$key]);
}
$zip->newStream(Name => 'weights/version', Method => ZIP_CM_STORE);
$zip->print("3\n");
$zip->close or die $ZipError;
