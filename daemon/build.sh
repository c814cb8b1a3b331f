#!/bin/sh
# Builds the daemon for the hosts: dist/tandemd, one static binary, release profile, with its
# digest (dist/tandemd.sha256) and manifest (dist/tandemd.json). The same sources give the same
# bytes on any machine: no path of this machine gets into the binary, and the commit it names is
# the last one that touched the daemon.
set -eu
cd "$(dirname "$0")"

triple=x86_64-unknown-linux-gnu
here=$(pwd -P)
cargo_home=${CARGO_HOME:-$HOME/.cargo}
target=${CARGO_TARGET_DIR:-$here/target}
dist=$here/../dist

commit=$(git log -1 --format=%h --abbrev=12 -- . 2>/dev/null || true)
if [ -n "$commit" ] && [ -n "$(git status --porcelain -- . 2>/dev/null)" ]; then
  commit=$commit-modified
fi
TANDEM_COMMIT=${TANDEM_COMMIT:-${commit:-unknown}}
export TANDEM_COMMIT

# These replace the flags of .cargo/config.toml, so static linking is said again here. Units are
# separated by the character 0x1f.
unit=$(printf '\037')
CARGO_ENCODED_RUSTFLAGS="-Ctarget-feature=+crt-static${unit}--remap-path-prefix=$here=/tandem${unit}--remap-path-prefix=$cargo_home=/cargo"
export CARGO_ENCODED_RUSTFLAGS

cargo build --locked --release -p tandemd --target "$triple"
binary=$target/$triple/release/tandemd

if readelf --program-headers "$binary" | grep -q INTERP; then
  echo "build.sh: $binary asks for a dynamic loader: it would not run on every host" >&2
  exit 1
fi
for path in "$here" "$cargo_home"; do
  if grep -qF "$path" "$binary"; then
    echo "build.sh: $binary contains the path $path: it would differ from machine to machine" >&2
    exit 1
  fi
done

mkdir -p "$dist"
sha256=$(sha256sum "$binary" | cut -d' ' -f1)
version=$("$binary" --version --json | sed -n 's/.*"version":"\([^"]*\)".*/\1/p')
# Into place in one step each: a running copy keeps its old file.
if ! cmp -s "$binary" "$dist/tandemd"; then
  cp "$binary" "$dist/tandemd.new"
  mv "$dist/tandemd.new" "$dist/tandemd"
fi
printf '%s  tandemd\n' "$sha256" > "$dist/tandemd.sha256.new"
mv "$dist/tandemd.sha256.new" "$dist/tandemd.sha256"
printf '{"version":"%s","sha256":"%s","target":"%s"}\n' "$version" "$sha256" "$triple" > "$dist/tandemd.json.new"
mv "$dist/tandemd.json.new" "$dist/tandemd.json"
echo "dist/tandemd: version $version, sha256 $sha256"
