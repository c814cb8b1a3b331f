# Sourced by ensure.sh. What the machine must have, and the Debian packages that are added when they miss.

# version_at_least HAVE WANT: dotted numbers
version_at_least() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

# complain WHAT REMEDY
complain() {
  say FAIL "$1"
  printf '      %s\n' "$2"
  missing=1
}

check_machine() {
  missing=0
  [ "$(uname -s)" = Linux ] || complain "this is $(uname -s)" \
    "The lab's hosts are Linux containers: use a Debian 12 machine, real or virtual."
  [ "$(id -u)" = 0 ] || complain "not running as root" \
    "The lab makes network namespaces, mounts and a bridge: run the same command as root (sudo -i)."
  if ! command -v node >/dev/null; then
    complain "Node.js is missing" "Install Node.js 20.19 or later, with npm."
  elif ! version_at_least "$(node -p process.versions.node)" 20.19.0; then
    complain "Node.js $(node -p process.versions.node) is too old" "Install Node.js 20.19 or later."
  fi
  command -v npm >/dev/null || complain "npm is missing" "It comes with Node.js; Debian has it as a package of its own."
  if [ "$mode" != lab ]; then
    command -v cargo >/dev/null || complain "cargo is missing" \
      "The daemon is built from source: install Rust 1.95 or later with rustup (https://rustup.rs)."
    if need_pulumi && ! command -v go >/dev/null; then
      complain "neither the Pulumi CLI nor Go is there" \
        "Install Go 1.25 or later (https://go.dev/dl), so that the CLI can be built, or Pulumi 3.150 or later."
    fi
  fi
  command -v apt-get >/dev/null || complain "apt-get is missing" \
    "The lab builds its hosts from Debian packages: use a Debian 12 machine."
  [ "$missing" = 0 ]
}

lab_packages="debootstrap debian-archive-keyring systemd-container iproute2 openssh-client util-linux mount perl-base procps"
build_packages="gcc libc6-dev git ca-certificates"
# Servers and tools that tests start by themselves and compare with.
test_packages="systemd openssh-server nftables tcpdump iputils-arping curl sudo psmisc
nginx-light
keepalived
haproxy
openssl
testssl.sh
gnutls-bin
nghttp2-client
nghttp2-server
exim4-daemon-light
mariadb-server-core mariadb-client-core
redis-server
dnsmasq-base
socat
libfaketime
prometheus-haproxy-exporter
python3-prometheus-client
chromium
frr
tshark
strace
valgrind"

wanted_packages() {
  printf '%s ' $lab_packages
  [ "$mode" = lab ] || printf '%s ' $build_packages
  [ "$mode" != test ] || printf '%s ' $test_packages
}

absent_packages() {
  for package in $(wanted_packages); do
    # nginx, nginx-light and their like, and the two arpings, stand in for each other.
    case $package in
      nginx-light) ! command -v nginx >/dev/null || continue ;;
      iputils-arping) ! command -v arping >/dev/null || continue ;;
    esac
    case $installed in *" $package "*) ;; *) printf '%s ' "$package" ;; esac
  done
}

need_packages() {
  installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | tr '\n' ' ')"
  absent=$(absent_packages)
  [ -n "$absent" ]
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 $absent
}

unit_of() {
  case $1 in openssh-server) echo ssh ;; *) echo "$1" ;; esac
}

do_packages() {
  echo "installing: $absent"
  # Servers are for tests to start: none may be started by its installation, nor at the next boot.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 143' TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  apt_install || { apt-get update -q -o DPkg::Lock::Timeout=300 && apt_install; } || return 1
  for service in nginx keepalived haproxy openssh-server exim4 redis-server frr; do
    case " $absent " in *" $service"*) systemctl disable "$(unit_of "$service")" || true ;; esac
  done
}
