import { HostPaths } from "../../render/release.ts";
import { UNIT } from "../layout.ts";

/**
 * Reads what tells when a host was changed and by whom, what the next boot would set, and what the packet
 * filter does; changes nothing. Standard input: the wanted nftables.nft, or nothing. Arguments: paths.
 */
export const AUDIT = `
wanted=$(cat)
for path; do
  if [ -e "$path" ]; then
    record changed "$path" "$(stat -L -c '%Y %Z' -- "$path")"
    if command -v ausearch >/dev/null 2>&1; then
      record event "$path" "$(ausearch -i -f "$(readlink -f -- "$path")" 2>/dev/null | grep -E '^type=SYSCALL' | tail -n 1)"
    fi
  fi
done
if [ -L ${HostPaths.current} ]; then record link "$(stat -c '%Y %Z' ${HostPaths.current})"; fi
if command -v systemctl >/dev/null 2>&1; then
  record unit "$(systemctl show ${UNIT} --timestamp=unix -p InactiveEnterTimestamp -p ActiveEnterTimestamp 2>/dev/null)"
fi
if command -v systemd-analyze >/dev/null 2>&1; then
  printf '@boot'
  systemd-analyze cat-config sysctl.d 2>/dev/null | head -c 1048576 | field
  printf '\\n'
fi
if command -v journalctl >/dev/null 2>&1; then
  printf '@journal'
  journalctl -q --no-pager -o short-unix --since=-30d -n 2000 -t sshd -t sshd-session -t sudo -t su -t login 2>/dev/null | field
  printf '\\n'
fi
if command -v nft >/dev/null 2>&1; then
  printf '@ruleset'
  nft -s list ruleset 2>/dev/null | head -c 1048576 | field
  printf '\\n'
  # The kernel's own way of writing the wanted rules: loaded where they reach nothing.
  if [ -n "$wanted" ] && command -v unshare >/dev/null 2>&1; then
    printf '@wanted'
    printf '%s\\n' "$wanted" | unshare -n sh -c 'nft -f - && nft -s list ruleset' 2>/dev/null | field
    printf '\\n'
  fi
fi
record end
`;
