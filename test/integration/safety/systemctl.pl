#!/usr/bin/perl
# What the scripts of an apply ask of systemctl(1), for a host that has no systemd of its own: units are
# loaded from /etc/systemd/system and held until daemon-reload, a service of Type=notify has started when it
# says so and is started again when it ends, a timer counts from its start. Nothing is sandboxed.
use strict;
use warnings;
use POSIX ();
use Socket;

my $etc     = '/etc/systemd/system';
my $held    = '/run/units/held';
my $state   = '/run/units/state';
my $journal = '/run/journal';
mkdir $_ for '/run/units', $held, $state;

my ( $quiet, $now, @words, @properties ) = ( 0, 0 );
while (@ARGV) {
    my $word = shift @ARGV;
    if    ( $word eq '--quiet' ) { $quiet = 1 }
    elsif ( $word eq '--now' )   { $now   = 1 }
    elsif ( $word eq '-p' )      { push @properties, shift @ARGV }
    elsif ( $word =~ /^-/ )      { }
    else                         { push @words, $word }
}
my $verb  = shift @words // '';
my @units = map { /\.(service|timer)$/ ? $_ : "$_.service" } @words;

sub slurp { my $path = shift; open my $file, '<', $path or return undef; local $/; return scalar <$file> }
sub write_to { my ( $path, $text ) = @_; open my $file, '>', $path or die "$path: $!\n"; print $file $text; close $file }

sub unit {
    my $name = shift;
    my $text = slurp("$held/$name") // slurp("$etc/$name") // return undef;
    write_to( "$held/$name", $text ) unless -e "$held/$name";
    my %lines;
    for ( split /\n/, $text ) { push @{ $lines{$1} }, $2 if /^(\w+)=(.*)$/ }
    return \%lines;
}

sub alive { my $pid = slurp("$state/$_[0].watcher"); return defined $pid && -d "/proc/$pid" ? $pid : undef }
sub active { my $name = shift; return alive($name) && ( slurp("$state/$name") // '' ) eq 'active' }
sub wanted { my $name = shift; my $for = $name =~ /timer$/ ? 'timers' : 'multi-user'; return "$etc/$for.target.wants/$name" }

sub in_background {
    my $what = shift;
    return if fork;
    POSIX::setsid();
    open STDIN,  '<',  '/dev/null';
    open STDOUT, '>>', $journal;
    open STDERR, '>>', $journal;
    POSIX::close($_) for 3 .. 63;
    $SIG{$_} = 'DEFAULT' for qw(HUP PIPE INT TERM CHLD);
    $what->();
    exit 0;
}

sub all_run { for my $line ( @{ $_[0] // [] } ) { return 0 if system( 'sh', '-c', $line ) != 0 } return 1 }

# Starts the service, waits for its word, starts it again when it ends.
sub watch {
    my ( $name, $unit ) = @_;
    my $path = "$state/$name.notify";
    my ( $pid, $stopping ) = ( 0, 0 );
    $SIG{TERM} = sub { $stopping = 1; kill 'TERM', -$pid if $pid };
    until ($stopping) {
        mkdir "/run/$_" for map { split } @{ $unit->{RuntimeDirectory} // [] };
        unlink $path;
        socket( my $notify, AF_UNIX, SOCK_DGRAM, 0 ) or die "socket: $!\n";
        bind( $notify, sockaddr_un($path) ) or die "$path: $!\n";
        all_run( $unit->{ExecStartPre} );
        $pid = fork // die "fork: $!\n";
        if ( !$pid ) {
            POSIX::setpgid( 0, 0 );
            $SIG{TERM} = 'DEFAULT';
            $ENV{NOTIFY_SOCKET} = $path;
            exec( 'sh', '-c', "exec $unit->{ExecStart}[0]" ) or POSIX::_exit(127);
        }
        write_to( "$state/$name.pid", $pid );
        my $gone;
        until ( $gone = waitpid( $pid, POSIX::WNOHANG() ) ) {
            my $ready = '';
            vec( $ready, fileno($notify), 1 ) = 1;
            next unless select( $ready, undef, undef, 0.02 ) > 0;
            recv( $notify, my $said, 4096, 0 );
            write_to( "$state/$name", 'active' ) if ( $said // '' ) =~ /^READY=1/m;
        }
        kill 'KILL', -$pid;
        write_to( "$state/$name", 'failed' );
        select undef, undef, undef, 0.5 unless $stopping;
    }
    system "rm -rf /run/$_" for map { split } @{ $unit->{RuntimeDirectory} // [] };
    unlink "$state/$name", "$state/$name.pid", $path;
}

# Counts down, then runs the service of the same name.
sub count_down {
    my ( $name, $unit ) = @_;
    my ($seconds) = $unit->{OnActiveSec}[0] =~ /^([\d.]+)s$/ or die "$name: OnActiveSec\n";
    write_to( "$state/$name", 'active' );
    select undef, undef, undef, $seconds;
    ( my $service = $name ) =~ s/timer$/service/;
    my $wants = unit($service) or return;
    my $condition = $wants->{ConditionPathExists};
    return if $condition && !-e $condition->[0];
    # On its own feet: stopping the timer does not stop what it has started.
    in_background( sub { all_run( $wants->{ExecStart} ) } );
}

sub start {
    my $name = shift;
    return 1 if alive($name);
    my $unit = unit($name) or do { print STDERR "Unit $name not found.\n"; return 0 };
    unlink "$state/$name";
    in_background( sub { write_to( "$state/$name.watcher", $$ ); $name =~ /timer$/ ? count_down( $name, $unit ) : watch( $name, $unit ) } );
    for ( 1 .. 1500 ) {
        return 1 if ( slurp("$state/$name") // '' ) eq 'active';
        last if ( slurp("$state/$name") // '' ) eq 'failed';
        select undef, undef, undef, 0.02;
    }
    print STDERR "Job for $name failed because the control process exited with error code.\n";
    stop($name);
    return 0;
}

sub stop {
    my $name = shift;
    my $pid  = alive($name) or return 1;
    kill 'TERM', $pid;
    for ( 1 .. 750 ) { last unless -d "/proc/$pid"; select undef, undef, undef, 0.02 }
    kill 'KILL', $pid;
    my $main = slurp("$state/$name.pid");
    kill 'KILL', -$main if $main;
    unlink "$state/$name", "$state/$name.pid", "$state/$name.watcher";
    return 1;
}

sub property {
    my ( $name, $key ) = @_;
    return ( -e "$held/$name" || -e "$etc/$name" ? 'loaded' : 'not-found' ) if $key eq 'LoadState';
    return ( -l wanted($name) ? 'enabled' : -e "$etc/$name" ? 'disabled' : '' ) if $key eq 'UnitFileState';
    return ( active($name) ? 'active' : alive($name) ? 'activating' : 'inactive' ) if $key eq 'ActiveState';
    return slurp("$state/$name.pid") // 0 if $key eq 'MainPID';
    return 'no' if $key eq 'NeedDaemonReload';
    return '';
}

my $good = 1;
if ( $verb eq 'daemon-reload' ) {
    for my $path ( glob "$held/*" ) { my ($name) = $path =~ m{([^/]+)$}; my $text = slurp("$etc/$name"); defined $text ? write_to( $path, $text ) : unlink $path }
}
# What a host does when it comes up.
if ( $verb eq 'boot' ) {
    unlink glob "$held/* $state/*";
    @units = map { m{([^/]+)$} } glob "$etc/multi-user.target.wants/* $etc/timers.target.wants/*";
    $verb = 'start';
}
for my $name (@units) {
    if ( $verb eq 'enable' ) {
        if ( !-e "$etc/$name" ) { print STDERR "Failed to enable unit: Unit file $name does not exist.\n" unless $quiet; exit 1 }
        my $link = wanted($name);
        ( my $dir = $link ) =~ s{/[^/]+$}{};
        mkdir $dir;
        unlink $link;
        symlink "$etc/$name", $link or die "$link: $!\n";
    }
    unlink wanted($name) if $verb eq 'disable';
    $good &&= start($name) if $verb eq 'start' || $verb eq 'enable' && $now;
    stop($name) if $verb eq 'stop' || $verb eq 'restart' || $verb eq 'disable' && $now;
    $good &&= start($name) if $verb eq 'restart';
    $good &&= active($name) && all_run( ( unit($name) // {} )->{ExecReload} ) if $verb eq 'reload';
    if ( $verb eq 'is-active' ) { my $is = property( $name, 'ActiveState' ); print "$is\n" unless $quiet; $good &&= $is eq 'active' }
    if ( $verb eq 'show' ) { print "$_=", property( $name, $_ ), "\n" for @properties }
}
exit( $good ? 0 : 1 );
