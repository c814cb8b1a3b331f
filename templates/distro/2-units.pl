my %DROP_INS = (
    $HAPROXY => "[Unit]\nStartLimitIntervalSec=0\n\n[Service]\nEnvironmentFile=\n"
        . "Environment=CONFIG=$CURRENT/haproxy.cfg\nEnvironment=\"EXTRAOPTS=-S $MASTER\"\nLimitNOFILE=1048576\n",
    $KEEPALIVED => "[Unit]\nConditionFileNotEmpty=\nStartLimitIntervalSec=0\n\n[Service]\nEnvironmentFile=\n"
        . "Environment=\"DAEMON_ARGS=-f $CURRENT/keepalived.conf\"\nRestart=always\nRestartSec=500ms\n"
        . "ExecStopPost=-$0 sweep\n",
);

# The proxy first: an address arrives where it is served.
sub units { return ((-e "$CURRENT/haproxy.cfg" ? $HAPROXY : ()), $KEEPALIVED) }

sub systemctl {
    my @words = @_;
    my ($said, $code) = run('systemctl', @words);
    return 1 if $code == 0;
    my ($journal) = run('journalctl', '-u', $words[-1], '-n', '15', '--no-pager', '-o', 'cat');
    print STDERR "systemctl @words: $said$journal";
    return 0;
}

sub is_active { my ($unit) = @_; my (undef, $code) = run('systemctl', 'is-active', '--quiet', $unit); return $code == 0 }

# In /run: a boot without this service, or its end, leaves the packages as they are.
sub place_drop_ins {
    my $changed = 0;
    for my $unit (keys %DROP_INS) {
        my $folder = "/run/systemd/system/$unit.d";
        next if (slurp("$folder/$DROP_IN") // '') eq $DROP_INS{$unit};
        mkdir $_ for '/run/systemd/system', $folder;
        spill("$folder/$DROP_IN", $DROP_INS{$unit});
        $changed = 1;
    }
    return !$changed || systemctl('daemon-reload');
}

sub start {
    mkdir $STATES;
    unlink glob("$STATES/*");
    place_drop_ins() or return 1;
    for my $unit (units()) {
        run('systemctl', 'reset-failed', $unit);
        systemctl('restart', $unit) or do { stop(); return 1 };
    }
    taken();
    return 0;
}

sub stop {
    systemctl('stop', $_) for $KEEPALIVED, $HAPROXY;
    unlink "/run/systemd/system/$_.d/$DROP_IN" and rmdir "/run/systemd/system/$_.d" for keys %DROP_INS;
    systemctl('daemon-reload');
    unlink glob("$TAKEN/* $STATES/*");
    rmdir $_ for $TAKEN, $STATES;
    return 0;
}

sub reload {
    place_drop_ins() or return 1;
    for my $unit (units()) {
        if (!is_active($unit)) { systemctl('restart', $unit) or return 1; next }
        my %before = map { $_ => 1 } $unit eq $HAPROXY ? workers() : ();
        systemctl('reload', $unit) or return 1;
        next unless $unit eq $HAPROXY;
        # The signal is only sent by then: a new worker is what tells that the files were taken.
        my $deadline = time + 15;
        until (grep { !$before{$_} } workers()) {
            fail('haproxy goes on with its old configuration: no new worker came up') if time > $deadline;
            sleep 0.05;
        }
    }
    taken();
    return 0;
}

# Addresses go in good order; the units' next start takes part in the election again.
sub handover { return systemctl('stop', $KEEPALIVED) ? 0 : 1 }

# What keepalived leaves on the host when it is killed: nobody may hold an address that nobody announces.
sub sweep {
    for my $instance (instances(slurp("$TAKEN/keepalived.conf") // '')) {
        run('ip', 'address', 'del', $_->[0], 'dev', $_->[1]) for @{ $instance->{places} };
    }
    unlink glob("$STATES/*");
    return 0;
}

# Both texts as they are now are what runs.
sub taken {
    mkdir $TAKEN, 0700;
    my ($generation, $started) = split ' ', slurp("$TAKEN/state") // '';
    for my $name ('haproxy.cfg', 'keepalived.conf') {
        my $text = slurp("$CURRENT/$name");
        unlink "$TAKEN/$name" unless defined $text;
        spill("$TAKEN/$name", $text) if defined $text;
    }
    spill("$TAKEN/state", join(' ', ($generation // 0) + 1, $started // ms(), ms()) . "\n");
}

sub ms { return int(time * 1000) }
