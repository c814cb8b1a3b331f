import { HostPaths } from "../../render/release.ts";
import { StatePaths, UNIT } from "../layout.ts";
import { DISARM } from "./disarm-script.ts";
import { GIVE_WAY } from "./give-way-script.ts";
import { GUARD } from "./guard.ts";

/**
 * Arms the way back, then takes over what was staged. Argument: the attempt. Everything it needs
 * is in the stage folder, so that it runs to its end even when the connection breaks; until it
 * has armed the rollback it changes nothing that the service or the kernel sees.
 *
 * Stage folder: `release/`, `tandem.service`, `90-tandem.conf` (each only when it is to be
 * written), `remove` (paths to remove), `sysctls` (path and value), `release.path`,
 * `binary.path`, `enable` (yes, no or keep), `reload-units`, `baseline.json`,
 * `rollback.service`, `rollback.timer`, `pending/`.
 */
export const SWITCH = `${GUARD}
trap '' HUP PIPE
attempt=$1
s=${StatePaths.stagePrefix}$attempt
p=${StatePaths.pending}
guard 60 || fail "another switch or rollback is running on the host"
# The next run takes what a lost controller has staged for a leftover.
[ -e "$s/pending/attempt" ] || fail "what was staged has been cleared by another run"

# place SOURCE TARGET MODE: whole or not at all, on disk before it counts.
place() {
  out=$({ cp "$1" "$2.tandem-new" && chmod "$3" "$2.tandem-new" && chown 0:0 "$2.tandem-new" &&
    sync "$2.tandem-new" && mv -f "$2.tandem-new" "$2"; } 2>&1) || { rm -f "$2.tandem-new"; fail "cannot write $2: $out"; }
}
act() {
  out=$(systemctl "$@" 2>&1) ||
    fail "systemctl $*: $out" "$(journalctl -u ${UNIT} -n 25 --no-pager -o cat 2>/dev/null)"
}

# keep FILE NAME: a copy of what stands there now, when something does.
keep() { [ ! -e "$1" ] || cp -p "$1" "$w/$2"; }
save() {
  cp -a "$s/pending" "$w" &&
    keep ${HostPaths.unit} unit.old && keep ${HostPaths.sysctl} sysctl.old && keep ${HostPaths.baseline} baseline.old &&
    { [ ! -L ${HostPaths.current} ] || readlink ${HostPaths.current} >"$w/link"; } &&
    { [ ! -e "$w/binary.path" ] || keep "$(cat "$w/binary.path")" binary.old; } &&
    cp "$s/rollback.service" ${StatePaths.rollbackUnit} && cp "$s/rollback.timer" ${StatePaths.rollbackTimer} &&
    chmod 644 ${StatePaths.rollbackUnit} ${StatePaths.rollbackTimer} &&
    sync -f ${StatePaths.dir} /etc && mv "$w" "$p"
}

${GIVE_WAY}
# What belongs to another engine stops by its own unit, which the next step takes away. tandemd serves until
# another one does, so nobody has to wait; the packages let go first.
replace() {
  [ "$(cat "$s/pending/action")" = replace ] || return 0
  if grep -q '^X-Tandem-Engine=distro$' ${HostPaths.unit}; then quiet; fi
  act stop ${UNIT}
  loud
}

arm() {
  [ ! -e "$p" ] || fail "a rollback is already armed"
  mkdir -p -m 700 ${StatePaths.dir}
  w=${StatePaths.dir}/.pending-$attempt
  # What is missing here would be removed on the way back, so half of it must never be armed.
  out=$(save 2>&1) || { rm -rf "$w" ${StatePaths.rollbackUnit} ${StatePaths.rollbackTimer}; fail "cannot arm the way back: $(printf '%s\\n' "$out" | head -n 1)"; }
  # systemd reads all units of the host again each time: once is enough.
  act enable --quiet --no-reload tandem-rollback.timer
  act daemon-reload
  act start tandem-rollback.timer
  systemctl is-active --quiet tandem-rollback.timer || fail "the rollback timer does not run"
}

switch_files() {
  if [ -e "$s/binary.path" ]; then
    mv -f ${StatePaths.binaryStagePrefix}$attempt "$(cat "$s/binary.path")" || fail "cannot place the executable"
  fi
  if [ -e "$s/release.path" ]; then
    mkdir -p -m 755 ${HostPaths.releases}
    target=$(cat "$s/release.path")
    mv -T "$s/release" "$target" || fail "cannot place $target"
    sync -f "$target"
    ln -sfn "$target" ${HostPaths.current}.new && mv -fT ${HostPaths.current}.new ${HostPaths.current} ||
      fail "cannot swap ${HostPaths.current}"
  fi
  if [ -e "$s/tandem.service" ]; then place "$s/tandem.service" ${HostPaths.unit} "$(stat -c %a "$s/tandem.service")"; fi
  if [ -e "$s/90-tandem.conf" ]; then place "$s/90-tandem.conf" ${HostPaths.sysctl} "$(stat -c %a "$s/90-tandem.conf")"; fi
  place "$s/baseline.json" ${HostPaths.baseline} 600
}

switch_kernel() {
  while read -r path value; do
    printf '%s\\n' "$value" 2>/dev/null >"$path" || fail "the kernel refuses $value for $path"
  done <"$s/sysctls"
}

# The running daemon goes on as the new executable, then takes up the new texts. One that cannot, because
# it is older than this, is started again.
upgrade() {
  if out=$("$(cat "$s/pending/program")" upgrade --run-dir ${HostPaths.runtime} 2>&1); then
    act reload ${UNIT}
  else
    record note "the running service could not be upgraded in place and is restarted: $out"
    act restart ${UNIT}
  fi
}

switch_service() {
  reload=$(cat "$s/reload-units")
  case $(cat "$s/enable") in
  yes) act enable --quiet --no-reload ${UNIT} && reload=yes ;;
  no) act disable --quiet --no-reload ${UNIT} && reload=yes ;;
  esac
  if [ "$reload" = yes ]; then act daemon-reload; fi
  case $(cat "$s/pending/action") in
  start | restart) systemctl reset-failed ${UNIT} 2>/dev/null ;;
  esac
  case $(cat "$s/pending/action") in
  start | replace) act start ${UNIT} ;;
  restart) act restart ${UNIT} ;;
  reload) act reload ${UNIT} ;;
  upgrade) upgrade ;;
  stop) act stop ${UNIT} ;;
  esac
  # After the stop, which needs the unit file.
  while read -r path; do rm -f -- "$path"; done <"$s/remove"
}

arm
record step armed
give_way
replace
switch_files
record step switched
switch_kernel
switch_service
record step done
`;

/**
 * Ends an apply that has proved itself. Arguments: the attempt, who, from, to, number of releases
 * to keep, then the executables to keep. The rename is the point of no return; what follows is tidying.
 */
export const CONFIRM = `${GUARD}${DISARM}
trap '' HUP PIPE
attempt=$1 who=$2 from=$3 to=$4 keep=$5
shift 5
p=${StatePaths.pending}
guard 60 || fail "a rollback is running on the host"
[ "$(cat "$p/attempt" 2>/dev/null)" = "$attempt" ] || fail "the host has already gone back by itself"
mv "$p" ${StatePaths.dir}/.confirmed-$attempt || fail "cannot confirm"
logger -t tandem -- "applied by $who: release $from -> $to" 2>/dev/null
disarm
rm -rf ${StatePaths.dir}/.confirmed-* ${StatePaths.failed} ${StatePaths.stagePrefix}* ${StatePaths.binaryStagePrefix}*
current=$(readlink ${HostPaths.current})
n=1
ls -1dt ${HostPaths.releases}/* 2>/dev/null | while read -r release; do
  [ "$release" = "$current" ] && continue
  n=$((n + 1))
  if [ "$n" -gt "$keep" ]; then rm -rf -- "$release"; fi
done
for file in ${HostPaths.binaryDir}/tandemd-*; do
  wanted=no
  for path; do if [ "$path" = "$file" ]; then wanted=yes; fi; done
  if [ "$wanted" = no ]; then rm -f -- "$file"; fi
done
rm -f ${StatePaths.guard}
record step confirmed
`;

/**
 * Removes what was staged by an attempt, or by any when the argument is empty. Never under the hands of a
 * switch, which may go on without its controller.
 */
export const UNSTAGE = `${GUARD}
guard 60 || fail "another switch or rollback is running on the host"
rm -rf -- ${StatePaths.stagePrefix}$1* ${StatePaths.binaryStagePrefix}$1*
rmdir ${HostPaths.binaryDir} /opt/tandem ${HostPaths.releases} /etc/tandem 2>/dev/null
rm -f ${StatePaths.guard}
exit 0
`;
