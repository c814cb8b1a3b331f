# usage: perl unvdso.pl PROGRAM ARG...
# Runs the program without PR_GET_AUXV (Linux 6.4). Valgrind 3.19 does not know it, lets it through,
# and so the program finds the kernel's clock page, which valgrind has taken away.
use strict;
use warnings;
my ($LOAD, $EQUAL, $RETURN) = (0x20, 0x15, 0x06);
my ($PRCTL, $GET_AUXV, $EINVAL, $ALLOW) = (157, 0x41555856, 0x00050016, 0x7fff0000);
my $filter = join '', map { pack 'SCCL', @$_ } (
  [$LOAD, 0, 0, 0],                # the number of the system call
  [$EQUAL, 0, 3, $PRCTL],
  [$LOAD, 0, 0, 16],               # its first argument
  [$EQUAL, 0, 1, $GET_AUXV],
  [$RETURN, 0, 0, $EINVAL],
  [$RETURN, 0, 0, $ALLOW],
);
my $program = pack 'S x6 P', 6, $filter;
my ($NO_NEW_PRIVILEGES, $SECCOMP, $FILTER) = (38, 22, 2);
syscall($PRCTL, $NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 or die "prctl: $!";
syscall($PRCTL, $SECCOMP, $FILTER, $program) == 0 or die "seccomp: $!";
exec @ARGV or die "$ARGV[0]: $!";
