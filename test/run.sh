#!/bin/sh
# Everything `npm test` checks: first what needs the processor, then, side by side, what waits most of its time.
# A failing part does not stop the others.
# usage: test/run.sh [PART...]     parts: lint rust unit integration lab (default: all)
# Ends with "N passed, N failed, N skipped" and exit code 1 when anything failed.
set -u
cd "$(dirname "$0")/.." || exit 1
. lab/setup/toolchain.sh
export CARGO_TERM_COLOR=never
[ -t 1 ] || export NO_COLOR=1

results=$(mktemp -d) || exit 1
# Says that a quiet part is still at work; ends with this script.
heartbeat() {
  trap 'kill "$nap" 2>/dev/null; exit 0' TERM
  while :; do
    sleep 45 </dev/null >/dev/null 2>&1 &
    nap=$!
    wait "$nap"
    echo "... still at work: $(cat "$results/part")"
  done
}
# Its errors are only the shell's words on how its nap ended.
heartbeat 2>/dev/null &
heart=$!
lanes=
# ended PID: the process and everything below it; timeout puts its command into a group of its own
ended() {
  for child in $(pgrep -P "$1"); do ended "$child"; done
  kill "$1" 2>/dev/null
}
leave() {
  for lane in $lanes $heart; do ended "$lane"; done
  rm -rf "$results"
}
trap leave EXIT
trap 'exit 130' INT TERM

# check NAME COMMAND...: one test that passes when the command does
check() {
  name=$1
  shift
  if "$@"; then
    echo "$name: ok"
    echo "pass $name" >>"$results/checks"
  else
    echo "$name: FAILED"
    echo "fail $name" >>"$results/checks"
  fi
}

# cargo reads daemon/.cargo/config.toml (static linking) only from inside that folder
in_daemon() (cd daemon && "$@")

part_lint() {
  check "biome (format, lint, layer rules)" npx --no-install biome check .
  check "tsc (types)" npx --no-install tsc -p tsconfig.json --noEmit
  check "knip (files and packages that nothing uses)" npx --no-install knip --include files,dependencies
  check "rustfmt" in_daemon cargo fmt --check --all -- -l
}

# After the build and in its folder: what build scripts compile, cryptography in C above all, is compiled once.
part_clippy() {
  check "clippy, warnings are errors" in_daemon timeout -k 30 1800 \
    cargo clippy --locked --quiet --workspace --all-targets -- -D warnings
}

# Built before anything that measures time runs beside it.
part_build() {
  check "the daemon's tests compile" in_daemon timeout -k 30 1800 cargo test --locked --quiet --workspace --no-run
}

part_rust() {
  # Beside the lab one program at a time, first those that wait for most of theirs: the lab's faults are measured in
  # milliseconds, and whatever keeps the processors busy would be seen in them.
  after=
  wanted lab && after=$results/lab.code
  timeout -k 30 1800 node test/programs.mjs "$results" $after
  echo $? >"$results/rust.code"
}

# vitest PROJECT SECONDS REPORTER
vitest() {
  TANDEM_TEST_RESULTS=$results/$1.jsonl timeout -k 30 "$2" \
    npx --no-install vitest run --project "$1" --reporter="$3" --reporter=./test/reporter.ts
  echo $? >"$results/$1.code"
}
part_unit() { vitest unit 900 default; }
part_integration() { vitest integration 1800 verbose; }
part_rollout() { vitest rollout 1800 verbose; }
part_lab() { vitest lab 2700 verbose; }

# wanted PART: whether it was asked for, by its name or by the part it belongs to
wanted() {
  case " $parts " in *" $1 "*) return 0 ;; esac
  case $1 in
    clippy | build) case " $parts " in *" rust "*) return 0 ;; esac ;;
    rollout) case " $parts " in *" integration "*) return 0 ;; esac ;;
  esac
  return 1
}

run_part() {
  begin=$(date +%s)
  printf '\n== %s\n' "$1"
  "part_$1"
  echo "== $1 took $(($(date +%s) - begin)) s"
}
# What is said by parts that run beside others comes when they are through, in one piece.
quiet_part() {
  run_part "$1" >"$results/$1.out" 2>&1
  cat "$results/$1.out"
}

# side_by_side LANE...: each lane is a list of parts, one after the other; waits for all of them. In the background
# and waited for, so that Ctrl-C is heard at once.
side_by_side() {
  at_work=
  for lane in "$@"; do
    for part in $lane; do wanted "$part" && at_work="$at_work $part"; done
  done
  [ -n "$at_work" ] || return 0
  echo "$at_work" >"$results/part"
  last=${at_work##* }
  for lane in "$@"; do
    for part in $lane; do
      wanted "$part" || continue
      # One part may speak while it works: the one that would be waited for longest.
      if [ "$part" = "$last" ]; then run_part "$part"; else quiet_part "$part"; fi
    done &
    lanes="$lanes $!"
  done
  for lane in $lanes; do wait "$lane"; done
  lanes=
}

parts=${*:-lint unit rust integration lab}
side_by_side "lint unit" "build clippy"
side_by_side rust integration "lab rollout"

node test/summary.mjs "$results"
