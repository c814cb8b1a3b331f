import { dropIn } from "../layout.ts";

/**
 * How what ran before goes out of service without a lost request, as sh functions. `$s/vips`: interface and
 * address of each virtual address, `$s/give-way`: unit, enabled, active.
 *
 * `quiet` keeps new connections waiting: the client repeats its first packet after a second, and by then the
 * other host answers. What is under way ends meanwhile, so that the address leaves with nothing on it.
 */
export const GIVE_WAY = `
holds_address() {
  while read -r link address; do
    if [ -n "$(ip -o address show dev "$link" to "$address" 2>/dev/null)" ]; then return 0; fi
  done <"$s/vips"
  return 1
}
under_way() {
  while read -r _ address; do
    if [ -n "$(ss -Htn state established src "$address" 2>/dev/null)" ]; then return 0; fi
  done <"$s/vips"
  return 1
}
quiet() {
  [ -x /usr/sbin/nft ] && holds_address || return 0
  {
    echo 'table inet tandem_quiet { chain input { type filter hook input priority -20;'
    while read -r _ address; do
      case $address in *:*) family=ip6 ;; *) family=ip ;; esac
      echo "$family daddr $address tcp flags & (syn | ack) == syn drop;"
    done <"$s/vips"
    echo '}; }'
  } | /usr/sbin/nft -f - 2>/dev/null || return 0
  n=0
  while under_way && [ "$n" -lt 30 ]; do
    n=$((n + 1))
    sleep 0.01
  done
}
loud() { if [ -x /usr/sbin/nft ]; then /usr/sbin/nft delete table inet tandem_quiet 2>/dev/null; fi; }
trap loud EXIT

give_way() {
  [ -s "$s/give-way" ] || return 0
  quiet
  while read -r unit enabled active; do
    [ ! -e "${dropIn("$unit")}" ] || continue
    if [ "$active" = yes ]; then act stop "$unit"; fi
    if [ "$enabled" = yes ]; then act disable --quiet "$unit"; fi
  done <"$s/give-way"
  loud
}
`;

/** Gives the units of a list back what they were; `complain` is the caller's. Argument: the list. */
export const TAKE_BACK = `
take_back() {
  [ -s "$1" ] || return 0
  # The proxy first: an address arrives where it is served.
  # Not through a pipe: what is complained of counts in this shell.
  while read -r unit enabled active; do
    if [ "$enabled" = yes ]; then systemctl enable --quiet "$unit" || complain "cannot enable $unit"; fi
    if [ "$active" = yes ]; then systemctl start "$unit" || complain "cannot start $unit"; fi
  done <<LIST
$(sort "$1")
LIST
}
`;
