import { HostPaths } from "../../render/release.ts";
import { StatePaths, UNIT } from "../layout.ts";
import { DISARM } from "./disarm-script.ts";
import { KEEP_FAILED } from "./failed-copy.ts";
import { TAKE_BACK } from "./give-way-script.ts";
import { GUARD } from "./guard.ts";

/**
 * Brings the host back to what the folder `pending` says it was; stored in that folder, so that it
 * needs nobody. Run by the controller when an apply fails, and by the timer when the controller is
 * lost, also after a reboot. Runs to its end whatever fails on the way; a second run finds nothing
 * to do. Whatever could not be restored is said on standard error, with exit code 1.
 */
export const ROLLBACK = `#!/bin/sh
# Brings this host back to what it was before an apply that was not confirmed.
trap '' HUP PIPE
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
p=${StatePaths.pending}
bad=0
${GUARD}
complain() { bad=1; echo "$*" >&2; logger -p user.err -t tandem -- "rollback: $*" 2>/dev/null; }

# put SAVED TARGET: the saved copy, mode and owner included, or nothing when there was nothing. What was not
# changed is left alone, so that a full disk is no obstacle.
put() {
  if [ -e "$p/$1" ]; then
    cmp -s "$p/$1" "$2" && [ "$(stat -c '%a %u %g' "$p/$1")" = "$(stat -c '%a %u %g' "$2")" ] && return
    { cp -p "$p/$1" "$2.tandem-old" && sync "$2.tandem-old" && mv -f "$2.tandem-old" "$2"; } ||
      { rm -f "$2.tandem-old"; complain "cannot restore $2"; }
  else
    rm -f "$2" || complain "cannot remove $2"
  fi
}

link() {
  if [ -e "$p/link" ]; then
    ln -sfn "$(cat "$p/link")" ${HostPaths.current}.old && mv -fT ${HostPaths.current}.old ${HostPaths.current} ||
      complain "cannot restore ${HostPaths.current}"
  else
    rm -f ${HostPaths.current}
  fi
}

sysctls() {
  [ -e "$p/sysctls.old" ] || return 0
  while read -r path value; do
    printf '%s\\n' "$value" 2>/dev/null >"$path" || complain "cannot restore $path"
  done <"$p/sysctls.old"
}

service() {
  systemctl daemon-reload
  if [ "$(cat "$p/active")" = no ]; then
    systemctl stop ${UNIT} 2>/dev/null
    systemctl reset-failed ${UNIT} 2>/dev/null
    return
  fi
  if [ "$(cat "$p/action")" = reload ] && systemctl is-active --quiet ${UNIT}; then
    systemctl reload ${UNIT} 2>/dev/null && return
  fi
  if [ "$(cat "$p/action")" = upgrade ] && systemctl is-active --quiet ${UNIT}; then
    "$(cat "$p/program.old")" upgrade --run-dir ${HostPaths.runtime} >/dev/null 2>&1 &&
      systemctl reload ${UNIT} 2>/dev/null && return
  fi
  case $(cat "$p/action") in
  none) systemctl is-active --quiet ${UNIT} || systemctl start ${UNIT} || complain "cannot start ${UNIT}" ;;
  *) systemctl restart ${UNIT} || complain "cannot restart ${UNIT}" ;;
  esac
}

enablement() {
  if [ "$(cat "$p/enabled")" = yes ]; then
    systemctl enable --quiet ${UNIT} || complain "cannot enable ${UNIT}"
  else
    systemctl disable --quiet ${UNIT} 2>/dev/null
  fi
}

${DISARM}${TAKE_BACK}
${KEEP_FAILED}
# Why it is undone: what the controller said, when there was one to say it.
reason() { cat "$p/reason" 2>/dev/null || echo "it was not confirmed in time: the controller, or the way to it, was lost"; }

main() {
  guard
  [ -e "$p/attempt" ] || return 0
  # The link of an enabled unit goes while its unit file is still there to tell about it.
  [ "$(cat "$p/enabled")" = yes ] || systemctl disable --quiet ${UNIT} 2>/dev/null
  [ "$(cat "$p/active")" = yes ] && [ "$(cat "$p/action")" != replace ] || systemctl stop ${UNIT} 2>/dev/null
  if [ -x /usr/sbin/nft ]; then /usr/sbin/nft delete table inet tandem_quiet 2>/dev/null; fi
  link
  # From here on nothing reads them.
  keep_failed "${StatePaths.stagePrefix}$(cat "$p/attempt")" "$(reason)"
  # First what makes room; the service has what it opened. Halves are of a host that lost its power.
  rm -f ${HostPaths.current}.new
  for path in ${HostPaths.unit} ${HostPaths.sysctl} ${HostPaths.baseline}; do rm -f "$path.tandem-new"; done
  if [ -e "$p/created" ]; then
    while read -r path; do rm -rf -- "$path"; done <"$p/created"
  fi
  if [ -e "$p/binary.path" ]; then put binary.old "$(cat "$p/binary.path")"; fi
  put unit.old ${HostPaths.unit}
  put sysctl.old ${HostPaths.sysctl}
  sysctls
  service
  if [ -e "$p/unit.old" ]; then enablement; fi
  take_back "$p/give-way"
  put baseline.old ${HostPaths.baseline}
  logger -p user.warning -t tandem -- "rolled back an apply by $(cat "$p/owner")" 2>/dev/null
  disarm
  # Whole or not at all: from half of it the next rollback would remove what it does not find.
  mv "$p" ${StatePaths.dir}/.undone && rm -rf ${StatePaths.dir}/.undone
  rm -rf ${StatePaths.stagePrefix}* ${StatePaths.binaryStagePrefix}*
  rmdir ${HostPaths.releases} /etc/tandem ${HostPaths.binaryDir} /opt/tandem ${StatePaths.dir} 2>/dev/null
  rm -f ${StatePaths.guard}
  return "$bad"
}
main
exit
`;

/** The timer that runs the way back; `AccuracySec` is a minute by default. */
export function rollbackUnits(seconds: number): { readonly service: string; readonly timer: string } {
  return {
    service: `[Unit]
Description=Tandem: undo an apply that was not confirmed
ConditionPathExists=${StatePaths.pending}/rollback.sh

[Service]
Type=oneshot
ExecStart=/bin/sh ${StatePaths.pending}/rollback.sh
`,
    timer: `[Unit]
Description=Tandem: wait for the confirmation of an apply

[Timer]
OnActiveSec=${seconds}s
AccuracySec=100ms

[Install]
WantedBy=timers.target
`,
  };
}
