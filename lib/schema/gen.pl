#!/usr/bin/perl
# Makes the tables of lib/schema from the EXPRESS files.
#
#   perl lib/schema/gen.pl ../shared/schemas/{IFC2X3_TC1,IFC4_ADD2_TC1,IFC4X3_ADD2}.exp
#
# Writes tables_names.c (all words, once) and tables_ifc2x3.c, tables_ifc4.c, tables_ifc4x3.c beside itself. Only facts are
# taken: names, order, kinds, optional, derived, list depth, members of selects and enumerations.
use strict;
use warnings;
use File::Basename;

my %kind = (STRING => 0, REAL => 1, INTEGER => 2, NUMBER => 3, BOOLEAN => 4, LOGICAL => 5, BINARY => 6,
            ENUM => 7, SELECT => 8, ENTITY => 9);
my $dir = dirname($0);
my (%offset, @words, $pool_size);

sub word {
    my ($w) = @_;
    return $offset{$w} if exists $offset{$w};
    $offset{$w} = $pool_size // 0;
    $pool_size = $offset{$w} + 1 + length $w;
    push @words, $w;
    return $offset{$w};
}

# "LIST [1:?] OF UNIQUE IfcX" -> (1, "IfcX")
sub aggregate {
    my ($t) = @_;
    my $rank = 0;
    $t =~ s/^\s+|\s+$//g;
    $rank++ while $t =~ s/^(?:LIST|SET|BAG|ARRAY)\s*(?:\[[^\]]*\])?\s*OF\s+(?:UNIQUE\s+|OPTIONAL\s+)*//;
    $t =~ s/^(STRING|BINARY|REAL)\s*\(\d+\)(\s*FIXED)?/$1/;
    return ($rank, $t);
}

sub read_express {
    my ($path) = @_;
    local $/;
    open my $f, '<', $path or die "$path: $!";
    my $text = <$f>;
    $text =~ s/\(\*.*?\*\)//gs;
    $text =~ s/--[^\n]*//g;
    my %s = (entities => {}, types => {});
    while ($text =~ /^\s*TYPE\s+(\w+)\s*=\s*(.*?);.*?END_TYPE;/gms) {
        $s{types}{$1} = {name => $1, def => $2};
    }
    while ($text =~ /^\s*ENTITY\s+(\w+)(.*?)END_ENTITY;/gms) {
        my %e = (name => $1, attrs => [], derived => [], super => undef, abstract => 0);
        my $body = $2;
        my $head = $body =~ s/^\s*((?:ABSTRACT|SUPERTYPE|SUBTYPE)\b.*?);//s ? $1 : "";
        $body =~ s/^\s*;//;
        $e{abstract} = 1 if $head =~ /\bABSTRACT\b/;
        $e{super} = $1 if $head =~ /\bSUBTYPE\s+OF\s*\(\s*(\w+)\s*\)/;
        my %part = (explicit => '');
        my $in = 'explicit';
        for my $line (split /\n/, $body) {
            $in = lc $1, $line =~ s/^\s*(DERIVE|INVERSE|UNIQUE|WHERE)\b// if $line =~ /^\s*(DERIVE|INVERSE|UNIQUE|WHERE)\b/;
            $part{$in} .= "$line\n";
        }
        while ($part{explicit} =~ /(\w[\w\s,\\]*?)\s*:\s*([^;]*);/gs) {
            my ($names, $def) = ($1, $2);
            next if $names =~ /SELF/;
            my $optional = $def =~ s/^\s*OPTIONAL\s+// ? 1 : 0;
            my ($rank, $type) = aggregate($def);
            push @{$e{attrs}}, {name => $_, type => $type, rank => $rank, optional => $optional} for split /\s*,\s*/, $names;
        }
        if (defined $part{derive}) {
            push @{$e{derived}}, $1 while $part{derive} =~ /SELF\\\w+\.(\w+)\s*:/g;
        }
        $s{entities}{$e{name}} = \%e;
    }
    return \%s;
}

# Underlying kind and list depth of a type's definition.
sub resolve {
    my ($s, $t, $depth) = @_;
    die "type $t is defined by itself" if $depth > 20;
    return ('ENTITY', 0) if $s->{entities}{$t};
    return ($t, 0) if exists $kind{$t} && !$s->{types}{$t};
    my $def = $s->{types}{$t} or die "no such type: $t";
    return ('ENUM', 0) if $def->{def} =~ /^ENUMERATION/;
    return ('SELECT', 0) if $def->{def} =~ /^SELECT/;
    my ($rank, $inner) = aggregate($def->{def});
    my ($k, $r) = resolve($s, $inner, $depth + 1);
    return ($k, $rank + $r);
}

sub rows {
    my ($f, $decl, $rows) = @_;
    print $f "$decl = {\n";
    my $line = '';
    for my $r (@$rows) {
        print($f "    $line\n"), $line = '' if length($line) + length($r) > 112;
        $line .= ($line eq '' ? '' : ' ') . "$r,";
    }
    print $f "    $line\n};\n\n";
}

sub generate {
    my ($path, $name) = @_;
    my $s = read_express($path);
    my @entities = sort { uc $a cmp uc $b } keys %{$s->{entities}};
    my @types = sort { uc $a cmp uc $b } keys %{$s->{types}};
    my (%decl, $n);
    $decl{$_} = $n++ for @entities, @types;
    my $id = lc $name;
    my (@e, @t, @a, @items, %chain);
    for my $en (@entities) { # all attribute names, supertypes first
        my (@all, $at);
        for ($at = $en; defined $at; $at = $s->{entities}{$at}{super}) {
            unshift @all, map { $_->{name} } @{$s->{entities}{$at}{attrs}};
        }
        $chain{$en} = \@all;
    }
    for my $en (@entities) {
        my $e = $s->{entities}{$en};
        my %derived;
        for (my $at = $en; defined $at; $at = $s->{entities}{$at}{super}) {
            $derived{$_} = 1 for @{$s->{entities}{$at}{derived}};
        }
        my ($mask, $bit) = (0, 0);
        for (@{$chain{$en}}) {
            $mask |= 1 << $bit if $derived{$_};
            $bit++;
        }
        die "$en: too many attributes" if $bit > 64;
        push @e, sprintf('{%d,%d,%d,%d,%d,%d,0x%x}', word($en), defined $e->{super} ? $decl{$e->{super}} : -1, scalar @a,
                         scalar @{$e->{attrs}}, scalar @{$chain{$en}}, $e->{abstract}, $mask);
        for my $at (@{$e->{attrs}}) {
            my ($k, $r) = resolve($s, $at->{type}, 0);
            push @a, sprintf('{%d,%d,%d,%d,%d}', word($at->{name}), $decl{$at->{type}} // -1, $kind{$k}, $r + $at->{rank},
                             $at->{optional});
        }
    }
    for my $tn (@types) {
        my $def = $s->{types}{$tn}{def};
        my ($k, $r) = resolve($s, $tn, 0);
        my ($base, $first, $count) = (-1, scalar @items, 0);
        if ($def =~ /^(ENUMERATION|SELECT)[^(]*\((.*)\)/s) {
            my $is_enum = $1 eq 'ENUMERATION';
            for my $w ($2 =~ /\w+/g) {
                push @items, $is_enum ? word(uc $w) : $decl{$w} // die "select $tn: $w?";
                $count++;
            }
        } else {
            my ($rank, $inner) = aggregate($def);
            $base = $decl{$inner} // -1;
        }
        push @t, sprintf('{%d,%d,%d,%d,%d,%d}', word($tn), $base, $first, $count, $kind{$k}, $r);
    }
    open my $f, '>', "$dir/tables_$id.c" or die $!;
    print $f "/* $name. Generated by gen.pl from ", basename($path), "; do not edit. Rows: see tables.h. */\n",
             "#include \"tables.h\"\n\n";
    rows($f, "static const struct schema_entity entities[]", \@e);
    rows($f, "static const struct schema_attr attrs[]", \@a);
    rows($f, "static const struct schema_type types[]", \@t);
    rows($f, "static const uint32_t items[]", \@items);
    printf $f "const struct trm_schema trm_schema_%s = {\"%s\", entities, attrs, types, items, %d, %d};\n", $id, $name,
        scalar @entities, scalar @types;
    close $f or die $!;
}

die "usage: gen.pl IFC2X3.exp IFC4.exp IFC4X3.exp\n" unless @ARGV == 3;
generate($ARGV[0], 'IFC2X3');
generate($ARGV[1], 'IFC4');
generate($ARGV[2], 'IFC4X3');

open my $f, '>', "$dir/tables_names.c" or die $!;
print $f "/* All words of the three schemas, each once, a zero behind each. Generated by gen.pl; do not edit. */\n",
         "#include \"tables.h\"\n\nconst char trm_schema_names[] =\n";
my $line = '';
for my $w (@words) {
    print($f "    \"$line\"\n"), $line = '' if length($line) + length($w) > 108;
    $line .= "$w\\0";
}
print $f "    \"$line\";\n";
close $f or die $!;
