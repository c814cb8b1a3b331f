#!/bin/sh
# Everything `npm test` checks, part after part; a failing part does not stop the next one.
# usage: test/run.sh [PART...]     parts: lint rust unit integration lab (default: all)
# Ends with "N passed, N failed, N skipped" and exit code 1 when anything failed.
set -u
cd "$(dirname "$0")/.." || exit 1
. lab/setup/toolchain.sh
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
[ -t 1 ] || export NO_COLOR=1

results=$(mktemp -d) || exit 1
# Says that a quiet part is still at work; ends with this script.
heartbeat() {
  trap 'kill "$nap" 2>/dev/null; exit 0' TERM
  while :; do
    sleep 45 </dev/null >/dev/null 2>&1 &
    nap=$!
    wait "$nap"
    echo "... still in part \"$(cat "$results/part")\""
  done
}
heartbeat &
heart=$!
trap 'kill "$heart" 2>/dev/null; rm -rf "$results"' EXIT
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

part_rust() {
  check "clippy, warnings are errors" in_daemon timeout -k 30 1800 \
    cargo clippy --locked --quiet --workspace --all-targets -- -D warnings
  in_daemon timeout -k 30 1800 cargo test --locked --workspace --no-fail-fast >"$results/cargo.log" 2>&1
  echo $? >"$results/cargo.code"
  # Passed tests go uncounted by name: what failed or was left out is what a reader wants.
  grep -v -E '^(test .* ok|running [0-9]+ tests?|)$' "$results/cargo.log"
}

# vitest PROJECT SECONDS REPORTER
vitest() {
  TANDEM_TEST_RESULTS=$results/vitest-$1.jsonl timeout -k 30 "$2" \
    npx --no-install vitest run --project "$1" --reporter="$3" --reporter=./test/reporter.ts
  echo $? >"$results/vitest-$1.code"
}
part_unit() { vitest unit 900 default; }
part_integration() { vitest integration 1800 verbose; }
part_lab() { vitest lab 2700 verbose; }

for part in ${*:-lint unit rust integration lab}; do
  echo "$part" >"$results/part"
  begin=$(date +%s)
  printf '\n== %s\n' "$part"
  "part_$part"
  echo "== $part took $(($(date +%s) - begin)) s"
done

node test/summary.mjs "$results"
