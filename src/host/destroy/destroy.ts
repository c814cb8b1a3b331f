import { HostPaths, PROXY_USER } from "../../render/index.ts";
import { givingBack, parseBaseline } from "../apply/baseline.ts";
import { TAKE_BACK } from "../apply/give-way-script.ts";
import { GUARD } from "../apply/guard.ts";
import { lockHost } from "../apply/lock.ts";
import { tar } from "../apply/tar.ts";
import { clearLeftovers } from "../apply/undo.ts";
import type { ApplyOptions, Shell } from "../host.ts";
import { procPath, StatePaths, UNIT } from "../layout.ts";
import { readHost } from "../observe/observe.ts";
import { hostError } from "../problem.ts";
import { expectSuccess, runScript } from "../script.ts";

/** No release: only what may be there of any. */
const NOTHING = { binary: { sha256: "none" }, files: {}, sysctls: {} };

/**
 * Removes everything that was shipped. Arguments: who, then pairs of interface and virtual
 * address. Standard input: an archive with `sysctls` (path and value) and `files/N` with
 * `files` (N, mode, path) for what stood there before the first apply; its last entry says that it is whole,
 * as an archive without entries is one as well, and all that comes from a controller that has just died.
 */
const DESTROY = `${GUARD}
trap '' HUP PIPE
complain() { record note "$*"; }
${TAKE_BACK}
who=$1
shift
work=$(mktemp -d) || fail "cannot make a temporary folder"
trap 'rm -rf "$work"' EXIT
tar -xpf - -C "$work" || fail "cannot unpack the baseline"
[ -e "$work/whole" ] || fail "what was there before the first apply did not arrive"
guard 60 || fail "another switch or rollback is running on the host"
systemctl disable --quiet --now tandem-rollback.timer 2>/dev/null
if [ -e ${HostPaths.unit} ]; then
  out=$(systemctl disable --quiet --now ${UNIT} 2>&1) || fail "cannot stop the service: $out"
fi
while [ $# -gt 1 ]; do
  ip address del "$2" dev "$1" 2>/dev/null && record note "removed $2 from $1, which the service had left there"
  shift 2
done
if [ -x /usr/sbin/nft ]; then /usr/sbin/nft delete table inet tandem 2>/dev/null; fi
while read -r path value; do
  printf '%s\\n' "$value" 2>/dev/null >"$path" || record note "cannot restore $path to $value"
done <"$work/sysctls"
[ ! -e ${HostPaths.current}/sysusers.conf ] || record note "the user ${PROXY_USER} stays: its number shall not become somebody else's"
rm -f ${HostPaths.unit} ${HostPaths.sysctl} ${StatePaths.rollbackUnit} ${StatePaths.rollbackTimer} ${HostPaths.current} ||
  fail "cannot remove the unit"
while read -r n mode path; do
  cp "$work/file-$n" "$path" && chmod "$mode" "$path" || record note "cannot restore $path"
done <"$work/files"
rm -rf /etc/tandem /opt/tandem ${HostPaths.runtime} || fail "cannot remove the files"
systemctl daemon-reload
systemctl reset-failed ${UNIT} tandem-rollback.service 2>/dev/null
take_back "$work/give-way"
rm -f ${StatePaths.guard}
# Last: with it a run that was cut short can be finished.
rm -rf ${StatePaths.dir} || fail "cannot remove ${StatePaths.dir}"
logger -t tandem -- "removed by $who" 2>/dev/null
record done
`;

/** Milliseconds: systemd waits that long for a service to stop. */
const DESTROY_TIMEOUT = 180_000;

/**
 * Removes everything and gives back the kernel parameters that still hold our value. Idempotent:
 * a host without Tandem is left alone. Throws TandemError when the host cannot be reached.
 */
export async function destroyHost(
  shell: Shell,
  options: Pick<ApplyOptions, "owner" | "onProgress" | "signal">,
): Promise<void> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const tell = (message: string) => options.onProgress?.({ step: "destroy", message });
  const lock = await lockHost(shell, options.owner);
  try {
    const found = await readHost(shell, NOTHING, signal);
    const cleared = await clearLeftovers(shell, found, tell);
    const facts = cleared ? await readHost(shell, NOTHING, signal) : found;
    const baseline = parseBaseline(facts.baseline);
    if (facts.baseline !== undefined && baseline === undefined) throw unreadable(shell.name);
    const { restore, foreign } = givingBack(baseline, facts.kept, new Set());
    for (const { key, value } of foreign)
      tell(`sysctl ${key} stays ${value}: somebody else has set it since`);
    tell("stopping the service and removing its files");
    const files = Object.entries(baseline?.files ?? {});
    const vips = baseline?.vips ?? [];
    const args = [options.owner, ...vips.flatMap((vip) => [vip.interface, vip.address])];
    const lines = (all: readonly string[]) => Buffer.from(all.map((line) => `${line}\n`).join(""));
    const stdin = tar([
      {
        name: "sysctls",
        mode: 0o600,
        bytes: lines(restore.map(({ key, value }) => `${procPath(key)} ${value}`)),
      },
      {
        name: "files",
        mode: 0o600,
        bytes: lines(files.map(([path, { mode }], n) => `${n} ${mode.toString(8)} ${path}`)),
      },
      {
        name: "give-way",
        mode: 0o600,
        bytes: lines(
          Object.entries(baseline?.units ?? {}).map(
            ([unit, { enabled, active }]) => `${unit} ${enabled ? "yes" : "no"} ${active ? "yes" : "no"}`,
          ),
        ),
      },
      ...files.map(([, { base64 }], n) => ({
        name: `file-${n}`,
        mode: 0o600,
        bytes: Buffer.from(base64, "base64"),
      })),
      { name: "whole", mode: 0o600, bytes: Buffer.alloc(0) },
    ]);
    const result = await runScript(shell, DESTROY, args, { stdin, timeout: DESTROY_TIMEOUT });
    for (const { kind, fields } of result.records) if (kind === "note") tell(fields[0]?.toString() ?? "");
    expectSuccess(shell, "removing Tandem", result);
    tell("removed");
  } finally {
    await lock.release();
  }
}

function unreadable(host: string): unknown {
  return hostError(host, "HOST_BASELINE_UNREADABLE", `${HostPaths.baseline} cannot be understood`, {
    why: "it says what the kernel parameters were before the first apply; without it they cannot be given back",
    hint: "restore it from a backup, or remove it to destroy without giving anything back",
  });
}
