# The first process of a host: sshd for each connection to a socket, which is reached from other network
# namespaces too. Whoever loses its parent is its child, and is waited for.
use strict;
use warnings;
use IO::Socket::UNIX;
my ($path) = @ARGV;
my $server = IO::Socket::UNIX->new( Local => $path, Listen => 64 ) or die "$path: $!\n";
$SIG{CHLD} = 'IGNORE';
while (1) {
    my $client = $server->accept or next;
    if ( !fork ) {
        $SIG{CHLD} = 'DEFAULT';
        open STDIN,  '<&', $client;
        open STDOUT, '>&', $client;
        exec '/usr/sbin/sshd', '-i', '-f', '/run/sshd/sshd_config';
    }
    close $client;
}
