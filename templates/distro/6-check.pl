# The real parsers judge; their words become findings with file and line.
sub check {
    my ($given) = options();
    my @findings;
    if (defined $given->{haproxy}) {
        my ($said, $code) = run('haproxy', '-c', '-f', $given->{haproxy});
        push @findings, findings('haproxy', $given->{haproxy}, $said, $code, qr/parsing \[([^\]]+):(\d+)\]\s*:\s*(.*)/);
    }
    if (defined $given->{keepalived}) {
        my ($said, $code) = run('keepalived', '--config-test', '--use-file', $given->{keepalived});
        push @findings, findings('keepalived', $given->{keepalived}, $said, $code, qr/\((?:(\S+): )?Line (\d+)\)\s*(.*)/);
    }
    print json(\@findings), "\n";
    return grep({ $_->{severity} eq 'error' } @findings) ? 1 : 0;
}

sub findings {
    my ($code, $file, $said, $exit, $pattern) = @_;
    return () if $exit == 0;
    my @lines = split /\n/, slurp($file) // '';
    my @found;
    for my $told (split /\n/, $said) {
        my ($path, $line, $text) = $told =~ $pattern;
        # What keepalived says of an instance as a whole has no line.
        next unless defined $line || $told =~ /^\(\S+\) \S/;
        push @found, {
            severity => $told =~ /WARNING/i ? 'warning' : 'error', code => $code, file => $path // $file,
            defined $line ? (message => $text, line => number($line), source => $lines[$line - 1]) : (message => $told),
        };
    }
    return @found if grep { $_->{severity} eq 'error' } @found;
    return (@found, { severity => 'error', code => $code, message => $said =~ s/\s+\z//r, file => $file });
}
