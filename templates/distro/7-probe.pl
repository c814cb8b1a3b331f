# Who answers for an address (RFC 5227, 2.1.1). Exit code 0: nobody.
sub probe_address {
    my ($given, @addresses) = options();
    my $name = $given->{interface} // fail('which interface?', 2);
    my @asked = map { s/\/.*//r } @addresses;
    my @ours = grep { !/:/ } @asked;
    my $index = slurp("/sys/class/net/$name/ifindex") // fail("there is no interface $name");
    my $mac = pack 'H12', (slurp("/sys/class/net/$name/address") // '') =~ s/[:\n]//gr;
    socket(my $socket, 17, 2, unpack('S', pack('n', 0x0806))) or fail("cannot open a packet socket: $!");
    my $place = sub { pack('S n i S C C a8', 17, 0x0806, $index, 1, 0, 6, $_[0]) };
    bind($socket, pack('S n i x12', 17, 0x0806, $index)) or fail("cannot listen on $name: $!");
    my %mac;
    my $end = time + ($given->{'timeout-ms'} // 500) / 1000;
    for my $round (1, 2) {
        for my $address (@ours) {
            my $question = pack('n n C C n a6 a4 a6 a4', 1, 0x0800, 6, 4, 1, $mac, "\0" x 4, "\0" x 6, pack('C4', split /\./, $address));
            send($socket, $question, 0, $place->("\xff" x 6)) or fail("cannot ask on $name: $!");
        }
        my $until = $round == 1 ? time + ($end - time) / 2 : $end;
        while ((my $left = $until - time) > 0) {
            my $ready = '';
            vec($ready, fileno($socket), 1) = 1;
            next unless select($ready, undef, undef, $left) > 0 && defined recv($socket, my $packet, 64, 0);
            my (undef, undef, undef, undef, $kind, $from, $address) = unpack 'n n C C n a6 a4', $packet;
            $mac{ join '.', unpack 'C4', $address } = join ':', unpack '(H2)6', $from if $kind == 2;
        }
    }
    my @answers = map { { address => $_, mac => $mac{$_} } } grep { $mac{$_} } @ours;
    if (@answers) { print json(\@answers), "\n"; return 1 }
    fail('who has IPv6 addresses is asked by tandemd alone') if @ours < @asked;
    print "[]\n";
    return 0;
}
