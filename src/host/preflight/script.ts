import { dropIn, UNIT } from "../layout.ts";

/** Programs that the scripts of an apply call; each is in Debian's essential packages but for ip and systemd. */
export const TOOLS: readonly string[] = [
  "base64",
  "cp",
  "cut",
  "flock",
  "head",
  "ip",
  "ln",
  "mv",
  "readlink",
  "sha256sum",
  "sort",
  "stat",
  "sync",
  "systemctl",
  "tar",
  "timeout",
];

/**
 * Looks at what an apply needs; changes nothing. Arguments: the ports and the packages with spaces, then the
 * tools. Records: package (missing), tool (missing), disk (mount point, free KiB), listen (address:port, pid, name, unit),
 * foreign (pid, name, unit), nft.
 */
export const PREFLIGHT = `
ports=$1 packages=$2
shift 2
for package in $packages; do
  [ "$(dpkg-query -W -f '\${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
    record package "$package"
done
for tool; do command -v "$tool" >/dev/null 2>&1 || record tool "$tool"; done
[ -x /usr/sbin/nft ] && record nft
for dir in /opt/tandem/bin /etc/tandem /var/lib/tandem; do
  at=$dir
  while [ ! -d "$at" ]; do at=\${at%/*}; at=\${at:-/}; done
  record disk "$dir" "$(df -Pk "$at" | { read -r _; read -r _ _ _ free _; printf %s "$free"; })" "$(stat -c %m "$at")"
  [ -w "$at" ] && ! grep -q " $(stat -c %m "$at") [^ ]* ro[, ]" /proc/mounts || record readonly "$dir"
done
# Units of packages that read our files are ours.
ours() { [ "$1" = ${UNIT} ] || [ -e "${dropIn("$1")}" ]; }
unit_of() { sed -n 's|^.*/\\([^/]*\\.service\\).*$|\\1|p' "/proc/$1/cgroup" 2>/dev/null | head -n 1; }
if command -v ss >/dev/null 2>&1; then
  set -f
  for port in $ports; do
    ss -H -ltnp "sport = :$port" 2>/dev/null | while read -r _ _ _ local _ users; do
      pid=$(printf %s "$users" | sed -n 's/^[^=]*pid=\\([0-9]*\\).*$/\\1/p')
      name=$(cat "/proc/$pid/comm" 2>/dev/null)
      unit=$(unit_of "$pid")
      ours "$unit" || record listen "$local" "$pid" "$name" "$unit"
    done
  done
  set +f
fi
for comm in /proc/[0-9]*/comm; do
  read -r name 2>/dev/null <"$comm" || continue
  case $name in keepalived | haproxy) ;; *) continue ;; esac
  pid=\${comm#/proc/}
  pid=\${pid%/comm}
  # A zombie has neither program nor sockets.
  [ -e "/proc/$pid/exe" ] || continue
  unit=$(unit_of "$pid")
  ours "$unit" || record foreign "$pid" "$name" "$unit"
done
record end
`;
