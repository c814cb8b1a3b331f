#!/bin/sh
# Makes a fresh Debian machine with Node, Rust and Go ready for one of the project's commands, and says what it
# does. Everything that is already there is left alone: a second run takes well under a second.
# usage: ensure.sh lab | demo | test
#   lab    the lab's hosts: Debian packages, npm packages, the Debian root the hosts start from
#   demo   lab, and the Pulumi CLI, dist/ with the daemon
#   test   demo, the packages of the servers that tests compare with, and the daemon's test programs
set -u

mode=${1:-test}
case $mode in lab | demo | test) ;; *)
  echo "usage: ensure.sh lab|demo|test" >&2
  exit 64
  ;;
esac

cd "$(dirname "$0")/../.." || exit 1
. lab/setup/toolchain.sh
. lab/setup/steps.sh

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/tandem
root=$cache/lab-root-$(sha256sum lab/setup/root.sh | cut -c1-12)
pulumi_version=$(sed -n 's|.*github.com/pulumi/pulumi/pkg/v3 v\([^ ]*\).*|\1|p' lab/setup/pulumi-cli/go.mod | head -n 1)
pulumi=$cache/pulumi-$pulumi_version/pulumi
checkout=$(pwd | cksum | cut -d' ' -f1)
mkdir -p "$cache" || exit 1
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT
# Steps run in the background and would not hear Ctrl-C: the whole group ends with this script.
trap 'trap - INT TERM; rm -rf "$logs"; kill -TERM 0' INT

. lab/setup/requirements.sh
. lab/setup/builds.sh

all_begin=$(now)
check_machine || exit 1
step "Debian packages" packages || exit 1

# Side by side: one lane waits for the network most of the time, one for the linker that optimises the whole daemon on
# one core.
first_lane() {
  step "npm packages" npm || return 1
  [ "$mode" = lab ] || step "dist/: TypeScript" typescript || return 1
  step "Debian root of the lab's hosts (cached)" root
}
second_lane() {
  [ "$mode" != lab ] || return 0
  step "dist/tandemd: the daemon, release build" daemon
  daemon_code=$?
  step "Pulumi CLI $pulumi_version (built once, cached)" pulumi && return "$daemon_code"
}
third_lane() {
  [ "$mode" = test ] || return 0
  step "h2spec (built once, cached)" h2spec
  step "promtool (unpacked once, cached)" promtool
  step "the daemon's test programs" test_programs
}
first_lane &
first=$!
second_lane &
second=$!
third_lane &
third=$!
code=0
wait "$first" || code=1
wait "$second" || code=1
# What does not compile is named by the test run, as one failed check among the others.
wait "$third" || :
[ "$code" = 0 ] || exit 1
say ok "everything is there ($(since "$all_begin"))"
