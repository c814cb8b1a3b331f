#!/usr/bin/perl
# Runs the files of a release on Debian's own haproxy and keepalived, through the units of their packages, and
# answers for both with the commands of tandemd: to whoever applies, observes and drills they are one service.
# Needs nothing but perl-base, systemd, iproute2 and the two packages.
use strict;
use warnings;
use IO::Socket::UNIX;
use POSIX ();
use Time::HiRes qw(time sleep);

my $VERSION = '1.0.0';
my $CURRENT = '/etc/tandem/current';
my $RUN     = '/run/tandem';
my $TAKEN   = "$RUN/running";     # what was taken up last: copies of both files, and since when
my $STATES  = "$RUN/vrrp";        # what keepalived tells of its instances
my $MASTER  = "$RUN/haproxy.sock";
my $DROP_IN = '50-tandem.conf';
my ($HAPROXY, $KEEPALIVED) = ('haproxy.service', 'keepalived.service');

sub fail { my ($text, $code) = @_; print STDERR "$text\n"; exit($code // 1) }

# Words behind options, and the rest.
sub options {
    my (%given, @rest);
    while (@ARGV) {
        my $next = shift @ARGV;
        if ($next eq '--json') { next }
        elsif ($next =~ /^--(.+)/) { $given{$1} = shift @ARGV }
        else { push @rest, $next }
    }
    return (\%given, @rest);
}

sub slurp { my ($path) = @_; open(my $file, '<', $path) or return undef; local $/; return scalar(<$file>) // '' }

sub spill {
    my ($path, $text) = @_;
    open(my $file, '>', "$path.new") or fail("cannot write $path: $!");
    print $file $text;
    close($file) && rename("$path.new", $path) or fail("cannot write $path: $!");
}

# What a program prints on both of its outputs, and its exit code; no shell between.
sub run {
    my @argv = @_;
    my $pid = open(my $out, '-|') // fail("cannot fork: $!");
    if ($pid == 0) {
        open(STDERR, '>&', \*STDOUT);
        exec(@argv) or POSIX::_exit(127);
    }
    my $said = do { local $/; <$out> } // '';
    close($out);
    return ($said, $? >> 8);
}

sub digest { my ($path) = @_; my ($said) = run('sha256sum', $path); return $said =~ /^([0-9a-f]{64})/ ? $1 : undef }

# Strings are strings; number() and bool() are what they are.
sub number { my $n = ($_[0] // 0) + 0; return \"$n" }
sub bool { return $_[0] ? \'true' : \'false' }

sub json {
    my ($value) = @_;
    return 'null' unless defined $value;
    return $$value if ref $value eq 'SCALAR';
    return '[' . join(',', map { json($_) } @$value) . ']' if ref $value eq 'ARRAY';
    return '{' . join(',', map { json("$_") . ':' . json($value->{$_}) } sort keys %$value) . '}' if ref $value eq 'HASH';
    my $text = $value;
    $text =~ s/(["\\])/\\$1/g;
    $text =~ s/([\x00-\x1f])/sprintf('\\u%04x', ord $1)/ge;
    return "\"$text\"";
}
