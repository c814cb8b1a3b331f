#!/bin/sh
# Builds the daemon for this machine's kind of host: dist/tandemd, one static binary, release profile.
set -eu
cd "$(dirname "$0")"

TANDEM_COMMIT=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
export TANDEM_COMMIT
triple=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-target}

cargo build --locked --release -p tandemd --target "$triple"

mkdir -p ../dist
# Into place in one step: a running copy keeps its old file.
cp "$target/$triple/release/tandemd" ../dist/tandemd.new
mv ../dist/tandemd.new ../dist/tandemd
