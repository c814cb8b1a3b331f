# Sourced by ensure.sh. What is built: in the checkout (node_modules, dist), in the cache (Debian root, Pulumi).

lock_digest() { sha256sum package-lock.json | cut -d' ' -f1; }

need_npm() {
  [ "$(cat node_modules/.tandem-lock 2>/dev/null)" != "$(lock_digest)" ] || return 1
  # Installed by hand from the same lock: nothing to do but to remember it.
  if [ node_modules/.package-lock.json -nt package-lock.json ]; then
    lock_digest >node_modules/.tandem-lock
    return 1
  fi
  return 0
}

do_npm() {
  locked "npm-$checkout" npm_install
}

npm_install() {
  ! need_npm || { npm ci --no-audit --no-fund && lock_digest >node_modules/.tandem-lock; }
}

# newer STAMP PATH...: something below the paths is newer than the stamp, or there is no stamp; what cargo
# writes beside the sources does not count
newer() {
  stamp=$1
  shift
  [ ! -e "$stamp" ] || [ -n "$(find "$@" -name target -prune -o -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

need_typescript() { newer dist/.typescript src templates tsconfig.json tsconfig.build.json package-lock.json; }

do_typescript() {
  locked "dist-$checkout" typescript_build
}

typescript_build() {
  mkdir -p dist
  touch dist/.typescript.new
  npm run --silent build:ts && mv dist/.typescript.new dist/.typescript
}

need_daemon() {
  [ ! -x dist/tandemd ] || [ ! -e dist/tandemd.json ] || newer dist/.daemon daemon
}

do_daemon() {
  locked "daemon-$checkout" daemon_build
}

# The stamp is older than the build, so that a source edited meanwhile is built the next time.
daemon_build() {
  mkdir -p dist
  touch dist/.daemon.new
  npm run --silent build:daemon && mv dist/.daemon.new dist/.daemon
}

need_test_programs() { newer dist/.test-programs daemon; }

do_test_programs() {
  mkdir -p dist
  touch dist/.test-programs.new
  (cd daemon && cargo test --locked --workspace --no-run) && mv dist/.test-programs.new dist/.test-programs
}

# The conformance suite of HTTP/2, which no Debian package has. Without it its tests say that they were skipped.
h2spec_version=v2.2.1+incompatible

need_h2spec() { ! command -v h2spec >/dev/null && command -v go >/dev/null; }

do_h2spec() {
  locked h2spec h2spec_build
}

h2spec_build() {
  ! need_h2spec || GOBIN=$cache/bin go install "github.com/summerwind/h2spec/cmd/h2spec@$h2spec_version"
}

# The one program of Debian's package prometheus that tests use: the package itself would start a server.
need_promtool() { ! command -v promtool >/dev/null; }

do_promtool() {
  locked promtool promtool_unpack
}

promtool_unpack() (
  need_promtool || exit 0
  folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT && mkdir -p "$cache/bin" || exit 1
  chmod 755 "$folder"
  (cd "$folder" && apt-get download -q prometheus) || exit 1
  dpkg-deb --fsys-tarfile "$folder"/prometheus_*.deb | tar -xO ./usr/bin/promtool >"$folder/promtool" || exit 1
  chmod 755 "$folder/promtool" && mv "$folder/promtool" "$cache/bin/promtool"
)

# The CLI on PATH will do when it is of the same major version and not ancient.
pulumi_on_path() {
  command -v pulumi >/dev/null && version=$(pulumi version 2>/dev/null) &&
    case $version in v3.*) version_at_least "${version#v}" 3.150.0 ;; *) false ;; esac
}

need_pulumi() {
  [ -z "${TANDEM_PULUMI:-}" ] && [ ! -x "$pulumi" ] && ! pulumi_on_path
}

do_pulumi() {
  locked pulumi pulumi_build
}

pulumi_build() {
  need_pulumi || return 0
  part=$cache/pulumi-$pulumi_version.part.$$
  mkdir -p "$part"
  version_flag="-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$pulumi_version"
  (cd lab/setup/pulumi-cli && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w $version_flag" \
    -o "$part/pulumi" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi) &&
    rm -rf "${pulumi%/pulumi}" && mv "$part" "${pulumi%/pulumi}"
}

need_root() { [ ! -d "$root/services" ]; }

do_root() {
  locked root root_build
}

root_build() {
  ! need_root || sh lab/setup/root.sh "$root"
}
