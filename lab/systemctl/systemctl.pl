#!/usr/bin/perl
# Stand-in for systemctl(1) on hosts of tests and benchmarks that have no systemd of their own. Units are loaded from
# /etc/systemd/system and held until daemon-reload; a service of Type=notify has started when it says so, is in the
# control group of its name where the host has one, and is started again when it ends; a timer counts from its start.
# Nothing is sandboxed. What it cannot do is refused. `boot` is what a host does when it comes up.
use strict;
use warnings;
use POSIX ();
use Socket;

my $etc     = '/etc/systemd/system';
my $held    = '/run/units/held';
my $state   = '/run/units/state';
my $journal = '/run/journal';
mkdir $_ for '/run/units', $held, $state;

my @SHOWN = qw(LoadState ActiveState SubState UnitFileState MainPID NeedDaemonReload FragmentPath);
my @SILENT = qw(--no-pager --no-ask-password --no-reload --system --full -l --timestamp=unix);
my @VERBS = qw(start stop restart reload enable disable is-active is-enabled show daemon-reload reset-failed boot
  list-unit-files is-failed is-system-running);

sub refuse { print STDERR "systemctl stand-in: $_[0]\n"; exit 64 }

my ( $quiet, $now, $value, @words, @properties ) = ( 0, 0, 0 );
while (@ARGV) {
    my $word = shift @ARGV;
    if    ( $word eq '--quiet' || $word eq '-q' )  { $quiet = 1 }
    elsif ( $word eq '--now' )                     { $now   = 1 }
    elsif ( $word eq '--value' )                   { $value = 1 }
    elsif ( $word eq '-p' )                        { push @properties, split /,/, shift(@ARGV) // '' }
    elsif ( $word =~ /^--property=(.*)$/ )         { push @properties, split /,/, $1 }
    elsif ( grep { $_ eq $word } @SILENT )         { }
    elsif ( $word =~ /^-/ )                        { refuse("no option $word") }
    else                                           { push @words, $word }
}
my $verb = shift @words // '';
refuse("no verb '$verb'") unless grep { $_ eq $verb } @VERBS;
my @units = map { /\.(service|timer)$/ ? $_ : "$_.service" } @words;

sub slurp { my $path = shift; open my $file, '<', $path or return undef; local $/; return scalar <$file> }
sub write_to { my ( $path, $text ) = @_; open my $file, '>', $path or die "$path: $!\n"; print $file $text; close $file }

# The directives of a unit as it was loaded, each with all its values.
sub unit {
    my $name = shift;
    my $text = slurp("$held/$name") // slurp("$etc/$name") // return undef;
    write_to( "$held/$name", $text ) unless -e "$held/$name";
    my %lines;
    for ( split /\n/, $text ) { push @{ $lines{$1} }, $2 if /^(\w+)=(.*)$/ }
    return \%lines;
}

sub last_of { my ( $unit, $key, $default ) = @_; my $all = $unit->{$key}; return $all ? $all->[-1] : $default }

sub seconds {
    my $text = shift;
    return $text =~ /^([\d.]+)ms$/ ? $1 / 1000 : $text =~ /^([\d.]+)s?$/ ? $1 : refuse("no time $text");
}

sub alive { my $pid = slurp("$state/$_[0].watcher"); return defined $pid && -d "/proc/$pid" ? $pid : undef }
sub is { my ( $name, $what ) = @_; return ( slurp("$state/$name") // '' ) eq $what }
sub active { my $name = shift; return alive($name) && is( $name, 'active' ) }

sub wanted {
    my $name   = shift;
    my $usual  = $name =~ /timer$/ ? 'timers.target' : 'multi-user.target';
    my $target = last_of( unit($name) // {}, 'WantedBy', $usual );
    return "$etc/$target.wants/$name";
}

sub in_background {
    my $what = shift;
    return if fork;
    POSIX::setsid();
    open STDIN,  '<',  '/dev/null';
    open STDOUT, '>>', $journal;
    open STDERR, '>>', $journal;
    POSIX::close($_) for 3 .. 63;
    $SIG{$_} = 'DEFAULT' for qw(HUP PIPE INT TERM CHLD);
    # The faked clock of the session that started this; its name goes when the session does.
    delete $ENV{FAKETIME_SHARED};
    $what->();
    exit 0;
}

# A line's command, and whether its failure is none. Everything runs as root here, so the other prefixes say nothing.
sub command {
    my ( $marks, $line ) = $_[0] =~ /^([-@:+!]*)(.*)$/;
    refuse("no name of its own for $line") if $marks =~ /@/;
    return ( $line, $marks =~ /-/ );
}

sub all_run {
    for ( @{ $_[0] // [] } ) {
        my ( $line, $may_fail ) = command($_);
        return 0 if system( 'sh', '-c', $line ) != 0 && !$may_fail;
    }
    return 1;
}

sub group_of { my $group = "/sys/fs/cgroup/$_[0]"; return -e "$group/cgroup.procs" ? $group : undef }

# Starts the service, waits for its word, starts it again when it ends.
sub watch {
    my ( $name, $unit ) = @_;
    my $path   = "$state/$name.notify";
    my $notifies = last_of( $unit, 'Type', 'simple' ) eq 'notify';
    my $again  = last_of( $unit, 'Restart', 'no' ) eq 'always';
    my $pause  = seconds( last_of( $unit, 'RestartSec', '100ms' ) );
    my $group  = group_of($name);
    my ($line) = command( $unit->{ExecStart}[0] );
    my ( $pid, $stopping ) = ( 0, 0 );
    $SIG{TERM} = sub { $stopping = 1; kill 'TERM', -$pid if $pid };
    until ($stopping) {
        mkdir "/run/$_", 0755 for map { split } @{ $unit->{RuntimeDirectory} // [] };
        unlink $path;
        socket( my $notify, AF_UNIX, SOCK_DGRAM, 0 ) or die "socket: $!\n";
        bind( $notify, sockaddr_un($path) ) or die "$path: $!\n";
        if ( all_run( $unit->{ExecStartPre} ) && !$stopping ) {
            $pid = fork // die "fork: $!\n";
            if ( !$pid ) {
                POSIX::setpgid( 0, 0 );
                write_to( "$group/cgroup.procs", $$ ) if $group;
                $SIG{TERM} = 'DEFAULT';
                $ENV{NOTIFY_SOCKET} = $path;
                exec( 'sh', '-c', "exec $line" ) or POSIX::_exit(127);
            }
            write_to( "$state/$name.pid", $pid );
            write_to( "$state/$name", 'active' ) unless $notifies;
            until ( waitpid( $pid, POSIX::WNOHANG() ) ) {
                my $ready = '';
                vec( $ready, fileno($notify), 1 ) = 1;
                next unless select( $ready, undef, undef, 0.02 ) > 0;
                recv( $notify, my $said, 4096, 0 );
                write_to( "$state/$name", 'active' ) if ( $said // '' ) =~ /^READY=1/m;
            }
            kill 'KILL', -$pid;
            write_to( "$group/cgroup.kill", 1 ) if $group;
        }
        $pid = 0;
        all_run( $unit->{ExecStopPost} );
        write_to( "$state/$name", 'failed' );
        last unless $again;
        select undef, undef, undef, $pause unless $stopping;
    }
    system "rm -rf /run/$_" for map { split } @{ $unit->{RuntimeDirectory} // [] };
    unlink "$state/$name.pid", $path;
    unlink "$state/$name" if $stopping;
}

# Counts down, then runs the service of the same name.
sub count_down {
    my ( $name, $unit ) = @_;
    my $seconds = seconds( $unit->{OnActiveSec}[0] );
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
    my $unit = unit($name) or do { print STDERR "Failed to start $name: Unit $name not found.\n"; exit 5 };
    return all_run( $unit->{ExecStart} ) if last_of( $unit, 'Type', '' ) eq 'oneshot';
    unlink "$state/$name";
    in_background( sub { write_to( "$state/$name.watcher", $$ ); $name =~ /timer$/ ? count_down( $name, $unit ) : watch( $name, $unit ) } );
    for ( 1 .. 1500 ) {
        return 1 if is( $name, 'active' );
        last if is( $name, 'failed' );
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
    my ( $loaded, $file ) = ( slurp("$held/$name"), slurp("$etc/$name") );
    return ( defined( $loaded // $file ) ? 'loaded' : 'not-found' ) if $key eq 'LoadState';
    return ( -l wanted($name) ? 'enabled' : defined $file ? 'disabled' : '' ) if $key eq 'UnitFileState';
    return ( active($name) ? 'active' : alive($name) ? 'activating' : is( $name, 'failed' ) ? 'failed' : 'inactive' ) if $key eq 'ActiveState';
    return ( active($name) ? 'running' : 'dead' ) if $key eq 'SubState';
    return slurp("$state/$name.pid") // 0 if $key eq 'MainPID';
    return ( defined $loaded && $loaded ne ( $file // '' ) ? 'yes' : 'no' ) if $key eq 'NeedDaemonReload';
    return defined $file ? "$etc/$name" : '' if $key eq 'FragmentPath';
    return '';
}

my ( $code, $shown ) = ( 0, 0 );
# Nothing else is ever there to be listed.
exit 1 if $verb =~ /^(list-unit-files|is-failed|is-system-running)$/;
if ( $verb eq 'daemon-reload' ) {
    for my $path ( glob "$held/*" ) { my ($name) = $path =~ m{([^/]+)$}; my $text = slurp("$etc/$name"); defined $text ? write_to( $path, $text ) : unlink $path }
}
if ( $verb eq 'boot' ) {
    unlink glob "$held/* $state/*";
    @units = map { m{([^/]+)$} } glob "$etc/multi-user.target.wants/* $etc/timers.target.wants/*";
    $verb = 'start';
}
for my $name (@units) {
    if ( $verb eq 'enable' ) {
        if ( !-e "$etc/$name" ) { print STDERR "Failed to enable unit: Unit file $name does not exist.\n"; exit 1 }
        my $link = wanted($name);
        ( my $dir = $link ) =~ s{/[^/]+$}{};
        mkdir $dir;
        unlink $link;
        symlink "$etc/$name", $link or die "$link: $!\n";
    }
    unlink wanted($name) if $verb eq 'disable';
    unlink "$state/$name" if $verb eq 'reset-failed' && !alive($name);
    stop($name) if $verb eq 'stop' || $verb eq 'restart' || $verb eq 'disable' && $now;
    $code ||= !start($name) if $verb eq 'start' || $verb eq 'restart' || $verb eq 'enable' && $now;
    if ( $verb eq 'reload' && !( active($name) && all_run( ( unit($name) // {} )->{ExecReload} ) ) ) {
        print STDERR "Job for $name failed: it is not active, or its reload ended with an error.\n";
        $code = 1;
    }
    if ( $verb =~ /^is-(active|enabled)$/ ) {
        my $is = property( $name, $1 eq 'active' ? 'ActiveState' : 'UnitFileState' );
        print "$is\n" unless $quiet;
        $code ||= $1 eq 'active' ? 3 : 1 unless $is eq $1;
    }
    # One paragraph for each.
    print "\n" if $verb eq 'show' && $shown++;
    if ( $verb eq 'show' ) { print $value ? '' : "$_=", property( $name, $_ ), "\n" for @properties ? @properties : @SHOWN }
}
exit( $code );
