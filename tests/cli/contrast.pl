# Contrast of the page's colours by WCAG 2.1: reads a page, prints each pair that is below its bound, in the light and in the dark scheme.
# Words 4.5 to 1, marks and the focus ring 3 to 1. The last line counts the pairs that were looked at.
use strict;
use warnings;
my $css = do { local $/; <> };
my %scheme;
while ($css =~ /(prefers-color-scheme:dark\)\{)?:root\{([^}]*)\}/g) {
    my ($name, $text) = ($1 ? 'dark' : 'light', $2);
    my %c = (%{$scheme{light} // {}}, $text =~ /--(\w+):#([0-9a-f]{3,6})\b/g);
    $scheme{$name} = \%c;
}
sub light {
    my $hex = length $_[0] == 3 ? $_[0] =~ s/(.)/$1$1/gr : $_[0];
    my @c = map { my $x = hex($_) / 255; $x <= 0.04045 ? $x / 12.92 : (($x + 0.055) / 1.055)**2.4 } $hex =~ /../g;
    return 0.2126 * $c[0] + 0.7152 * $c[1] + 0.0722 * $c[2];
}
my @words = map { my $on = $_; map { [$_, $on, 4.5] } qw(ink soft link pass fail unk) } qw(bg card);
push @words, ['ink', 'head', 4.5], ['soft', 'head', 4.5], ['fail', 'failbg', 4.5], ['ink', 'unkbg', 4.5], ['soft', 'unkbg', 4.5],
    ['pass', 'passbg', 4.5], ['ink', 'passbg', 4.5], ['ink', 'failbg', 4.5];
my @marks = (['focus', 'bg', 3], ['focus', 'card', 3]);
my $n = 0;
for my $s (sort keys %scheme) {
    for (@words, @marks) {
        my ($word, $on, $least) = @$_;
        my ($x, $y) = sort { $b <=> $a } map { light($scheme{$s}{$_} // die "no colour $_ in $s\n") } $word, $on;
        my $ratio = ($x + 0.05) / ($y + 0.05);
        printf "%s: %s on %s is %.2f, expected %.1f\n", $s, $word, $on, $ratio, $least if $ratio < $least;
        $n++;
    }
}
print "$n pairs\n";
