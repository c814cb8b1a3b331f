umask 077;
my %COMMANDS = (
    start => \&start, reload => \&reload, stop => \&stop, status => \&status, check => \&check,
    handover => \&handover, upgrade => sub { 0 }, notify => \&notify, sweep => \&sweep,
    'probe-address' => \&probe_address, '--version' => sub { print "tandem-distro $VERSION\n"; 0 },
);
my $word = shift(@ARGV) // '';
my $command = $COMMANDS{$word} or fail("unknown command '$word'", 2);
exit $command->();
