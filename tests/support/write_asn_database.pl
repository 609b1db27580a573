#!/usr/bin/perl
# Writes a database of networks in MaxMind's format: lines "198.18.1.0/24 64513 Orange" on standard
# input become the file named as the only argument. Debian: libmaxmind-db-writer-perl.
use strict;
use warnings;
use MaxMind::DB::Writer::Tree;

my ($path) = @ARGV or die "usage: write_asn_database.pl FILE < LINES\n";
my %types = (
    autonomous_system_number       => 'uint32',
    autonomous_system_organization => 'utf8_string',
);
my $tree = MaxMind::DB::Writer::Tree->new(
    ip_version               => 6,
    record_size              => 24,
    database_type            => $ENV{DATABASE_TYPE} // 'Foyer-Test-ASN',
    languages                => ['en'],
    description              => { en => 'networks of a test' },
    map_key_type_callback    => sub { $types{ $_[0] } },
    remove_reserved_networks => 0,    # tests live in them
);
while ( my $line = <STDIN> ) {
    my ( $network, $number, $holder ) = $line =~ /^(\S+) (\d+) (.*)$/ or die "bad line: $line";
    $network = "::$network" =~ s{/(\d+)$}{'/' . ($1 + 96)}er if $network !~ /:/;
    $tree->insert_network(
        $network,
        {
            autonomous_system_number       => $number,
            autonomous_system_organization => $holder,
        }
    );
}
open my $file, '>:raw', "$path.new" or die "$path.new: $!\n";
$tree->write_tree($file);
close $file or die "$path.new: $!\n";
rename "$path.new", $path or die "$path: $!\n";
