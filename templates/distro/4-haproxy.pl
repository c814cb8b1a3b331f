sub ask_haproxy {
    my ($question) = @_;
    my $socket = IO::Socket::UNIX->new(Peer => $MASTER, Timeout => 2) or return '';
    local $SIG{ALRM} = sub { die "late\n" };
    my $answer = eval {
        alarm 3;
        print $socket "$question\n";
        $socket->flush;
        # Without an end of the questions the master waits for the next one.
        $socket->shutdown(1);
        local $/;
        <$socket>;
    };
    alarm 0;
    return $answer // '';
}

sub workers {
    my ($current) = ask_haproxy('show proc') =~ /^# workers\n(.*?)(?=^#|\z)/ms or return ();
    return $current =~ /^(\d+)\s+worker/mg;
}

my @COUNTED = qw(stot bin bout dreq dresp ereq econ eresp wretr wredis req_tot cli_abrt srv_abrt chkfail chkdown
    lbtot hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other);

sub proxy_status {
    my ($text) = @_;
    my ($head, @lines) = grep { /\S/ } split /\n/, ask_haproxy('@1 show stat');
    my ($names) = ($head // '') =~ /^# (.*)/ or return undef;
    my @columns = split /,/, $names;
    my (@frontends, @backends, %backend);
    for my $line (@lines) {
        my %row;
        @row{@columns} = fields($line);
        my $traffic = { map { ($_ => number($row{$_})) } grep { ($row{$_} // '') =~ /^[1-9]\d*$/ } @COUNTED };
        if ($row{svname} eq 'FRONTEND') {
            push @frontends, {
                name => $row{pxname}, mode => $row{mode} // '', binds => [binds($text, $row{pxname})],
                listening => bool($row{status} eq 'OPEN'), connections => number($row{scur} || 0),
                requests => number($row{req_tot} || 0), traffic => $traffic,
            };
        }
        elsif ($row{svname} eq 'BACKEND') {
            my $own = { name => $row{pxname}, mode => $row{mode} // '', traffic => $traffic, servers => $backend{ $row{pxname} } // [] };
            push @backends, $own;
        }
        # Lines of listeners are of type 3; their frontend has their sums.
        elsif ($row{type} eq '2') { push @{ $backend{ $row{pxname} } }, server_status(\%row) }
    }
    return { frontends => \@frontends, backends => \@backends };
}

# The cells of a line; those with commas stand in quotes.
sub fields {
    my ($line) = @_;
    my @cells;
    push @cells, $1 // $2 while $line =~ /\G(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g;
    return @cells;
}

sub server_status {
    my ($row) = @_;
    my $check = $row->{check_status} || undef;
    $check .= "/$row->{check_code}" if defined $check && ($row->{check_code} // '') ne '';
    return {
        name => $row->{svname}, address => $row->{addr} // '', state => $row->{status}, weight => number($row->{weight} || 0),
        check => $check, connections => number($row->{scur} || 0), since => number(ms() - 1000 * ($row->{lastchg} || 0)),
    };
}

sub binds {
    my ($text, $name) = @_;
    my ($lines) = $text =~ /^(?:frontend|listen) \Q$name\E(?: .*)?\n((?:[ \t]+.*\n)*)/m or return ();
    return $lines =~ /^\s+bind (\S+)/mg;
}
