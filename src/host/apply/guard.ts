import { StatePaths } from "../layout.ts";

/**
 * `guard`: from here to the end of the script no switch, confirmation, rollback or removal is at work on the host,
 * whichever controller it came from. The argument is for how many seconds to wait for that, at most; without it
 * there is no end. Whoever has it may remove its file.
 */
export const GUARD = `
guard() {
  while :; do
    exec 9>>${StatePaths.guard} && flock \${1:+-w "$1"} 9 || return 1
    # A file that its last holder removed while we waited keeps nobody else out.
    [ "$(stat -L -c %i /proc/self/fd/9)" = "$(stat -c %i ${StatePaths.guard} 2>/dev/null)" ] && return 0
  done
}
`;
