#!/bin/sh
# Failover of tandemd, Debian's keepalived and mixed pairs, side by side: builds what is missing and runs the
# benchmark with the words given (`--help` lists them). bench/README.md says what is measured.
set -eu
here=$(pwd)
cd "$(dirname "$0")/../.."
root=$(pwd)
. lab/setup/toolchain.sh
target=${CARGO_TARGET_DIR:-$root/daemon/target}

[ -x dist/tandemd ] || sh daemon/build.sh
# cargo reads daemon/.cargo/config.toml (static linking) only from inside that folder
(cd daemon && cargo build --locked --quiet --profile measure -p failover-bench)
cd "$here"
case ${1:-} in
  report | --help) exec "$target/x86_64-unknown-linux-gnu/measure/failover-bench" "$@" ;;
  *) exec "$target/x86_64-unknown-linux-gnu/measure/failover-bench" run --tandemd "$root/dist/tandemd" "$@" ;;
esac
