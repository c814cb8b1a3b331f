# Reads what keepalived writes into its FIFO; keepalived starts and ends it. One file for each instance.
sub notify {
    open(my $fifo, '<', $ARGV[-1]) or fail("cannot read $ARGV[-1]: $!");
    while (my $line = <$fifo>) {
        my ($name, $state, $priority) = $line =~ /^INSTANCE "([^"\/]+)" (MASTER|BACKUP|FAULT) (\d+)$/ or next;
        my ($was, undef, $since, $count) = split ' ', slurp("$STATES/$name") // '- - - 0';
        # After a reload it tells again what was known.
        ($since, $count) = (ms(), $count + 1) unless $was eq $state;
        spill("$STATES/$name", "$state $priority $since $count\n");
    }
    return 0;
}

# The instances of a rendered keepalived.conf.
sub instances {
    my ($text) = @_;
    my (@found, $block);
    for my $line (split /\n/, $text) {
        if ($line =~ /^vrrp_instance (\S+) \{/) { push @found, { name => $1, places => [] }; next }
        next unless @found;
        my $own = $found[-1];
        $block = $1 if $line =~ /^    (\w+) \{$/;
        $block = undef if $line =~ /^    \}$/;
        if ($line =~ /^    (interface|virtual_router_id|priority|version|advert_int) (\S+)$/) { $own->{$1} = $2 }
        elsif (($block // '') =~ /^virtual_ipaddress(_excluded)?$/ && $line =~ /^        (\S+) dev (\S+)/) {
            push @{ $own->{places} }, [$1, $2];
        }
    }
    return @found;
}

sub vrrp_status {
    my ($text) = @_;
    my ($shown) = run('ip', '-o', 'address', 'show');
    my %held = map { $_ => 1 } $shown =~ /\binet6? (\S+)/g;
    return { instances => [map { instance_status($_, \%held) } instances($text)] };
}

sub instance_status {
    my ($instance, $held) = @_;
    my ($told, $priority, $since, $count) = split ' ', slurp("$STATES/$instance->{name}") // '';
    my $state = ($told // '') =~ /^(MASTER|BACKUP|FAULT)$/ ? $1 : "INIT";
    my @addresses = map { $_->[0] } @{ $instance->{places} };
    my $interval = $instance->{advert_int} * 1000;
    # A backup that nobody advertises to becomes master after three intervals and less than a fourth.
    my $hears = $state eq 'BACKUP' && ms() - $since > 4 * $interval;
    return {
        name => $instance->{name}, state => $state,
        reasons => $state eq 'FAULT' ? ['a tracked interface or script failed'] : [],
        interface => $instance->{interface}, virtualRouterId => number($instance->{virtual_router_id}),
        version => number($instance->{version}), family => $addresses[0] =~ /:/ ? 'ipv6' : 'ipv4',
        priority => number($instance->{priority}), effectivePriority => number($priority // $instance->{priority}),
        advertIntervalMs => number($interval), addresses => \@addresses,
        held => [grep { $held->{$_} } @addresses], master => undef,
        lastAdvertHeardMs => $hears ? number($interval) : undef,
        since => number($since), transitions => number($count), counters => {},
    };
}
