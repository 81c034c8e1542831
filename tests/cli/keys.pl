# What a keyboard and a screen reader meet on a page: presses Tab as often as told in a browser driven by chromedriver, and prints a
# line for each stop: role | name | width of the ring around it. With a key and text after it, types the text at the first stop whose
# role is that key, and prints what the page's status lines say then.
#     perl keys.pl PORT PAGE TABS [ROLE TEXT]
use strict;
use warnings;
use HTTP::Tiny;
use JSON::PP;
my ($port, $page, $tabs, $role, $text) = @ARGV;
my ($http, $at) = (HTTP::Tiny->new(timeout => 60), "http://127.0.0.1:$port");

sub ask {
    my ($method, $path, $body) = @_;
    my $r = $http->request($method, $at . $path, $body ? {content => encode_json($body)} : {});
    my $value = decode_json($r->{content})->{value};
    die "$method $path: $value->{message}\n" unless $r->{success};
    return $value;
}
for (1 .. 100) { last if $http->get("$at/status")->{success}; select undef, undef, undef, 0.2 }
no warnings "qw";
my @args = qw(--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update
    --disable-sync --window-size=1200,900);
my $s = '/session/' . ask('POST', '/session', {capabilities => {alwaysMatch => {'goog:chromeOptions' => {args => \@args}}}})->{sessionId};
sub keys_down {
    ask('POST', "$s/actions", {actions => [{type => 'key', id => 'keys', actions => [map { ({type => 'keyDown', value => $_}, {type => 'keyUp', value => $_}) } @_]}]});
}
sub script { ask('POST', "$s/execute/sync", {script => $_[0], args => []}) }
binmode STDOUT, ':utf8';
ask('POST', "$s/url", {url => "file://$page"});
for (1 .. $tabs) {
    keys_down("\x{E004}");
    my $element = "$s/element/" . (values %{ask('GET', "$s/element/active")})[0];
    my $is = ask('GET', "$element/computedrole");
    print join(' | ', $is, ask('GET', "$element/computedlabel"), script('return getComputedStyle(document.activeElement).outlineWidth')), "\n";
    next unless defined $role && $is eq $role;
    keys_down(split //, $text);
    select undef, undef, undef, 0.5;
    print 'status | ', script('return [...document.querySelectorAll("[role=status]")].map(e => e.textContent).join(" ").trim()'), "\n";
    undef $role;
}
ask('DELETE', $s);
