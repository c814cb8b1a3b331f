sub status {
    my ($generation, $started, $loaded) = split ' ', slurp("$TAKEN/state") // '';
    fail('nothing was started') unless defined $loaded;
    my $haproxy = slurp("$TAKEN/haproxy.cfg");
    my @units = ((defined $haproxy ? $HAPROXY : ()), $KEEPALIVED);
    my ($shown) = run('systemctl', 'show', @units, '-p', 'Id', '-p', 'MainPID', '-p', 'NRestarts', '-p', 'ActiveState');
    my %unit = map { my %own = /^(\w+)=(.*)$/mg; ($own{Id} => \%own) } split /\n\n/, $shown;
    my $runs = sub { ($unit{ $_[0] }{ActiveState} // '') =~ /^(active|reloading)$/ };
    my $answer = {
        version => $VERSION, commit => 'distro', protocol => number(1), units => \@units,
        pid => number($unit{$KEEPALIVED}{MainPID}), startedAt => number($started),
        configuration => {
            generation => number($generation), loadedAt => number($loaded), keepalivedSha256 => digest("$TAKEN/keepalived.conf"),
            haproxySha256 => defined $haproxy ? digest("$TAKEN/haproxy.cfg") : undef,
        },
        processes => [map { { name => s/\.service$//r, pid => number($runs->($_) ? $unit{$_}{MainPID} : 0), restarts => number($unit{$_}{NRestarts}) } } @units],
        vrrp => $runs->($KEEPALIVED) ? vrrp_status(slurp("$TAKEN/keepalived.conf") // '') : undef,
        proxy => defined $haproxy && $runs->($HAPROXY) ? proxy_status($haproxy) : undef,
    };
    print json($answer), "\n";
    return 0;
}
