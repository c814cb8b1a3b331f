import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BinaryRef } from "../../src/render/index.ts";
import { sha256 } from "../../src/render/index.ts";

/**
 * A program with tandemd's command line and nothing behind it, so that every way an apply can end
 * can be brought about. What a line of haproxy.cfg says decides: `bad-directive` is refused by
 * check, `refuse-to-start` ends run at once, `never-listens` reports a frontend without listener,
 * `ignore-reload` makes reload succeed without taking anything over, `stops-sshd` lets nobody in any more.
 */
const PROGRAM = String.raw`#!/usr/bin/perl
# VARIANT
use strict; use warnings; use Socket; use IO::Socket::UNIX;
my $verb = shift @ARGV // '';
my %opt; my @rest;
while (@ARGV) { my $a = shift @ARGV; if ($a =~ /^--(json|tolerant)$/) { $opt{$1} = 1 } elsif ($a =~ /^--(.*)$/) { $opt{$1} = shift @ARGV } else { push @rest, $a } }
my $dir = $opt{'run-dir'} // '/run/tandem';
sub slurp { my $f = shift; return undef unless defined $f; open(my $h, '<', $f) or die "$f: $!\n"; local $/; return scalar <$h> }
sub digest { my $f = shift; return 'null' unless defined $f; my ($d) = split / /, qx(sha256sum "$f"); return qq("$d") }
sub ask { my $c = IO::Socket::UNIX->new(Peer => "$dir/control.sock") or die "no service at $dir/control.sock: $!\n"; print $c "$_[0]\n"; $c->flush; local $/; my $r = <$c>; print $r; return $r }
if ($verb eq '--version') { print "tandemd 0.1.0-standin\n"; exit 0 }
if ($verb eq 'check') {
  my @bad;
  for my $kind ('haproxy', 'keepalived') {
    my $n = 0;
    for my $line (split /\n/, slurp($opt{$kind}) // '') {
      $n++;
      if ($line =~ /^(\s*)(bad-directive)/) {
        my $c = length($1) + 1;
        push @bad, qq({"severity":"error","code":"E0001","message":"unknown directive bad-directive","file":"$opt{$kind}","line":$n,"column":$c,"length":13,"suggestion":"write server","source":"$line"});
      }
    }
  }
  print '[' . join(',', @bad) . "]\n"; exit(@bad ? 1 : 0);
}
if ($verb eq 'probe-address') {
  my @taken;
  for my $a (@rest) { if (-e "/run/answers-$a") { my $m = slurp("/run/answers-$a"); chomp $m; push @taken, qq({"address":"$a","mac":"$m"}) } }
  print '[' . join(',', @taken) . "]\n"; exit(@taken ? 1 : 0);
}
if ($verb eq 'status') { ask('status'); exit 0 }
if ($verb eq 'reload') { my $r = ask('reload'); exit($r =~ /"applied":true/ ? 0 : 1) }
die "unknown command $verb\n" unless $verb eq 'run';
my ($h, $k, $text, $generation, $started) = ('null', 'null', '', 0, time);
sub load {
  my $t = slurp($opt{haproxy}) // '';
  return 0 if $t =~ /bad-directive/;
  return 1 if $t =~ /ignore-reload/ && $generation;
  system('systemctl', 'stop', 'ssh.socket', 'ssh') if $t =~ /stops-sshd/;
  $text = $t; $h = digest($opt{haproxy}); $k = digest($opt{keepalived}); $generation++;
  return 1;
}
load() or die "configuration refused\n";
die "refusing to start\n" if $text =~ /refuse-to-start/;
mkdir $dir; unlink "$dir/control.sock";
my $s = IO::Socket::UNIX->new(Local => "$dir/control.sock", Listen => 8) or die "$dir: $!\n";
$SIG{TERM} = sub { unlink "$dir/control.sock"; exit 0 };
if (my $n = $ENV{NOTIFY_SOCKET}) { socket(my $u, AF_UNIX, SOCK_DGRAM, 0); send($u, "READY=1", 0, sockaddr_un($n)) }
while (1) {
  my $c = $s->accept or next; my $q = <$c> // '';
  if ($q =~ /reload/) { my $ok = load() ? 'true' : 'false'; print $c qq({"applied":$ok,"generation":$generation,"changes":[],"diagnostics":[]}\n) }
  else {
    my $l = $text =~ /never-listens/ ? 'false' : 'true';
    my $f = $text =~ /fault-state/ ? 'FAULT' : 'BACKUP';
    print $c qq({"version":"0.1.0","commit":"standin","protocol":1,"pid":$$,"startedAt":$started,"configuration":{"generation":$generation,"haproxySha256":$h,"keepalivedSha256":$k,"loadedAt":$started},"processes":[{"name":"vrrp","pid":$$,"restarts":0}],"vrrp":{"instances":[{"name":"web","state":"$f","reasons":["interface eth9 is down"],"interface":"eth0","virtualRouterId":51,"version":2,"family":"ipv4","priority":100,"effectivePriority":100,"advertIntervalMs":1000,"addresses":[],"held":[],"master":null,"lastAdvertHeardMs":null,"since":0,"transitions":0,"counters":{}}]},"proxy":{"frontends":[{"name":"web","mode":"http","binds":["*:80"],"listening":$l,"connections":0,"requests":0}],"backends":[]}}\n);
  }
  close $c;
}
`;

export interface StandIn {
  readonly path: string;
  readonly ref: BinaryRef;
}

/** Writes a stand-in; another variant has another digest. */
export function writeStandIn(dir: string, variant = "1"): StandIn {
  const text = PROGRAM.replace("# VARIANT", `# variant ${variant}`);
  const path = join(dir, `tandemd-${variant}`);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return { path, ref: { sha256: sha256(text), version: `0.1.${variant}` } };
}
