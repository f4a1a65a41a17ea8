# Writes databases of RPM in Berkeley DB, by Perl's DB_File: make_packages.pl OUT BYTE_ORDER HEADER...
# `Packages.little.gz` and `Packages.big.gz` were made so (libdb 5.3, orders 1234 and 4321) of the headers that
# `tests/unit/intent/sbom/ecosystems/rpm_headers.py` makes, in their order.
use strict;
use DB_File;
use Fcntl;

my ($out, $order, @headers) = @ARGV;
my $info = DB_File::HASHINFO->new;
$info->{lorder} = $order;
$info->{bsize} = 512;
unlink $out;
tie my %packages, 'DB_File', $out, O_RDWR | O_CREAT, 0644, $info or die $!;
my $number = $order == 1234 ? 'V' : 'N';
$packages{pack($number, 0)} = pack($number, scalar @headers);
for my $at (0 .. $#headers) {
    open my $file, '<:raw', $headers[$at] or die $!;
    local $/;
    $packages{pack($number, $at + 1)} = <$file>;
}
untie %packages;
