/**
 * The prober that runs on another host: Perl, because every Debian has it in its base system and a
 * shell cannot open two hundred connections a second. Only core parts of perl-base are used.
 *
 * Arguments: file, address, port, interval, timeout and longest run in seconds, request (empty: a
 * connection is enough). Appends one line per probe to the file: `SENT DONE KIND HEX` with times in
 * seconds of CLOCK_MONOTONIC; KIND is c (connected), r (response), e (error text).
 */
export const REMOTE_PROGRAM = String.raw`
use strict; use warnings; use Socket qw(:all); use Errno qw(EINPROGRESS); use Fcntl; use Config;
my ($file, $address, $port, $interval, $timeout, $longest, $request) = @ARGV;
my %number = (x86_64 => 228, aarch64 => 113, i686 => 265, i386 => 265);
my ($architecture) = split /-/, $Config{archname};
my $clock = $number{$architecture} or die "no clock known for $architecture\n";
sub now { my $t = pack 'q2', 0, 0; syscall($clock, 1, $t) == 0 or die "clock: $!\n";
  my ($s, $n) = unpack 'q2', $t; return $s + $n / 1e9 }
if ($file eq 'clock') { printf "%.6f\n", now(); exit }
my ($error, @found) = getaddrinfo($address, $port, { flags => AI_NUMERICHOST, socktype => SOCK_STREAM });
die "address $address: $error\n" if $error;
open my $out, '>>', $file or die "$file: $!\n"; { my $old = select $out; $| = 1; select $old }
print $out "pid $$\n";
my $stop = 0; $SIG{TERM} = sub { $stop = 1 }; $SIG{PIPE} = 'IGNORE';
my %open; my $begin = now(); my $started = 0;
sub finish { my ($fd, $kind, $text) = @_; my $probe = delete $open{$fd} or return;
  printf $out "%.6f %.6f %s %s\n", $probe->{at}, now(), $kind, unpack('H*', $text);
  setsockopt $probe->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0); close $probe->{socket} }
sub start { my $socket;
  socket $socket, $found[0]{family}, SOCK_STREAM, 0 or die "socket: $!\n";
  fcntl $socket, F_SETFL, O_NONBLOCK;
  my $fd = fileno $socket; $open{$fd} = { socket => $socket, at => now(), waits => 1, got => '' };
  return if connect $socket, $found[0]{addr}; return if $! == EINPROGRESS; finish($fd, 'e', "$!") }
while (1) {
  my $t = now(); $stop = 1 if $t - $begin > $longest;
  last if $stop && !%open;
  if (!$stop) { my $due = int(($t - $begin) / $interval) + 1; $started = $due - 4 if $started < $due - 4;
    while ($started < $due) { start(); $started++ } }
  for my $fd (keys %open) { next if $t - $open{$fd}{at} <= $timeout;
    finish($fd, 'e', $open{$fd}{waits} ? 'connect timed out' : 'answer timed out') }
  my $rest = $stop ? 0.05 : $begin + $started * $interval - now();
  $rest = 0 if $rest < 0; $rest = 0.05 if $rest > 0.05;
  my ($read, $write) = ('', '');
  for my $fd (keys %open) { if ($open{$fd}{waits}) { vec($write, $fd, 1) = 1 } else { vec($read, $fd, 1) = 1 } }
  my $ready = select my $r = $read, my $w = $write, undef, $rest;
  next if $ready <= 0;
  for my $fd (keys %open) { my $probe = $open{$fd};
    if ($probe->{waits} && vec($w, $fd, 1)) {
      my $code = unpack 'i', getsockopt($probe->{socket}, SOL_SOCKET, SO_ERROR);
      if ($code) { $! = $code; finish($fd, 'e', "$!"); next }
      if ($request eq '') { finish($fd, 'c', ''); next }
      $probe->{waits} = 0; syswrite $probe->{socket}, $request
    } elsif (!$probe->{waits} && vec($r, $fd, 1)) {
      my $count = sysread $probe->{socket}, my $some, 4096;
      if (!defined $count) { finish($fd, 'e', "$!"); next }
      if ($count == 0) { finish($fd, 'r', $probe->{got}); next }
      $probe->{got} .= $some if length $probe->{got} < 4096 } } }
`;
