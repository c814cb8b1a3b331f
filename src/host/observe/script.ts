import { HostPaths, PROXY_USER } from "../../render/release.ts";
import { dropIn, PACKAGE_UNITS, StatePaths, UNIT } from "../layout.ts";

/**
 * Reads everything there is to know in one round trip and changes nothing.
 * Arguments: wanted digest, number of files, path of each, then the /proc/sys path of each sysctl.
 */
export const OBSERVE = `
digest=$1 files=$2
shift 2
record machine $(uname -nrm)
i=0
while [ "$i" -lt "$files" ]; do
  if [ -f "$1" ]; then
    record file "$i" $(stat -L -c '%a %U %G' -- "$1") | tr -d '\n'
    head -c 8388608 -- "$1" | field
    printf '\n'
  fi
  i=$((i + 1))
  shift
done
if [ $# -gt 0 ]; then
  # One line for each: the path, a colon and the value, without those that cannot be read.
  printf '@sysctls'
  grep -sH '' -- "$@" | field
  printf '\n'
fi
if command -v systemctl >/dev/null 2>&1; then
  units=
  for unit in ${PACKAGE_UNITS.join(" ")}; do
    if [ -e "/lib/systemd/system/$unit" ] && [ ! -e "${dropIn("$unit")}" ]; then units="$units $unit"; fi
  done
  # One paragraph for each, in this order.
  record units ${UNIT} $units
  record unit "$(systemctl show ${UNIT} $units -p LoadState -p UnitFileState -p ActiveState -p NeedDaemonReload -p MainPID 2>&1)"
fi
if [ -L ${HostPaths.current} ]; then record link "$(readlink ${HostPaths.current})"; fi
binary=$(sed -n 's|^ExecStart=[-@:+!]*\\(${HostPaths.binaryDir}/tandemd-[0-9a-f]*\\).*|\\1|p' ${HostPaths.unit} 2>/dev/null | head -n 1)
if [ -f "$binary" ]; then
  record binary "$binary" "$(sha256sum <"$binary" | cut -d ' ' -f 1)"
  if [ -d ${HostPaths.runtime} ] && [ -x "$binary" ]; then
    record status "$(timeout 5 "$binary" status --json 2>/dev/null)"
  fi
fi
wanted=${HostPaths.binaryDir}/tandemd-$digest
if [ "$wanted" = "$binary" ]; then :; elif [ -f "$wanted" ]; then
  record stored "$(sha256sum <"$wanted" | cut -d ' ' -f 1)"
fi
record user "$(grep -m 1 '^${PROXY_USER}:' /etc/passwd 2>/dev/null)" "$(grep -m 1 '^${PROXY_USER}:' /etc/group 2>/dev/null)"
if command -v ip >/dev/null 2>&1; then
  printf '@interfaces'
  ip -j address show | field
  printf '\\n'
fi
for release in ${HostPaths.releases}/*; do
  if [ -d "$release" ]; then record release "$release"; fi
done
for stale in ${StatePaths.stagePrefix}* ${StatePaths.binaryStagePrefix}*; do
  if [ -e "$stale" ]; then record stale "$stale"; fi
done
if [ -f ${HostPaths.baseline} ]; then
  printf '@baseline'
  field <${HostPaths.baseline}
  printf '\\n'
  set -- $(sed -n 's|^ *"path": "\\(/proc/sys/[^"]*\\)",*$|\\1|p' ${HostPaths.baseline})
  if [ $# -gt 0 ]; then
    printf '@kept'
    grep -sH '' -- "$@" | field
    printf '\\n'
  fi
fi
if [ -f ${StatePaths.failed}/reason ]; then record failed "$(head -c 20000 ${StatePaths.failed}/reason)"; fi
if [ -e ${StatePaths.pending} ] || [ -e ${StatePaths.rollbackTimer} ]; then
  record pending "$(cat ${StatePaths.pending}/owner 2>/dev/null)"
fi
record end
`;
