import { StatePaths } from "../layout.ts";

/** `disarm`: no rollback is to come any more. systemd reads all units of the host again each time: once is enough. */
export const DISARM = `
disarm() {
  systemctl disable --quiet --no-reload --now tandem-rollback.timer 2>/dev/null
  rm -f ${StatePaths.rollbackUnit} ${StatePaths.rollbackTimer}
  systemctl daemon-reload
}
`;
