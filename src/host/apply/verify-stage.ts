import type { Problem } from "../../diagnostics/index.ts";
import { HostPaths, PROXY_USER, type Release, type SecretValues } from "../../render/index.ts";
import type { RunOptions, Shell } from "../host.ts";
import { StatePaths } from "../layout.ts";
import { hostProblem } from "../problem.ts";
import { expectSuccess, runScript, text } from "../script.ts";
import { type Probe, probeProblems } from "./address-probe.ts";
import { checkProblems } from "./config-check.ts";
import type { Plan } from "./plan.ts";
import { stagedBinary } from "./stage.ts";

/** Lets the very executable that will run judge the very files that it will read. Arguments: the attempt, the executable. */
const CHECK = `
attempt=$1 binary=$2
stage=${StatePaths.stagePrefix}$attempt/release
version=$(timeout 10 "$binary" --version 2>&1) || { record broken "$version"; exit 0; }
set -- --json
[ -f "$stage/keepalived.conf" ] && set -- "$@" --keepalived "$stage/keepalived.conf"
if [ -f "$stage/haproxy.cfg" ]; then
  # What the release brings is not at its place yet.
  judged=${StatePaths.stagePrefix}$attempt/judged
  (umask 077; mkdir "$judged" && sed "s|${HostPaths.current}/|$stage/|g" "$stage/haproxy.cfg" >"$judged/haproxy.cfg") ||
    fail "cannot write $judged"
  set -- "$@" --haproxy "$judged/haproxy.cfg"
fi
said=${StatePaths.stagePrefix}$attempt/said
out=$(timeout 30 "$binary" check "$@" 2>"$said")
record check "$?" "\${out:-$(cat "$said")}"
`;

/** Asks the segments whether anybody has the addresses. Arguments: the executable, then pairs of interface and addresses with commas. */
const PROBE = `
binary=$1
shift
set -f
while [ $# -gt 0 ]; do
  out=$(IFS=,; timeout 20 "$binary" probe-address --interface "$1" $2 --timeout-ms 500 --json 2>&1)
  record probe "$1" "$?" "$out"
  shift 2
done
`;

/** What the executable says of the staged files, but for what the preflight told; changes nothing. */
export async function checkStage(
  shell: Shell,
  plan: Plan,
  release: Release,
  secrets: SecretValues,
  preflight: readonly Problem[],
  options: RunOptions,
): Promise<readonly Problem[]> {
  const args = [plan.attempt, stagedBinary(plan, release)];
  const result = await runScript(shell, CHECK, args, options);
  const { records } = expectSuccess(shell, "checking the files", result);
  const hasInterfaces = preflight.every(({ code }) => code !== "HOST_NO_INTERFACE");
  const lacks = (code: string, message: string) =>
    (code === "host/no-interface" && !hasInterfaces) || comesWithIt(release, code, message);
  return records.flatMap((record): readonly Problem[] => {
    if (record.kind === "broken") return [brokenBinary(shell.name, text(record, 0))];
    if (record.kind !== "check") return [];
    const said = text(record, 1).replaceAll(
      `${StatePaths.stagePrefix}${plan.attempt}/release/`,
      `${HostPaths.current}/`,
    );
    return checkProblems(shell.name, release, secrets, text(record, 0), said, lacks);
  });
}

/** What is not there while the files are judged: the apply makes the user, the unit the folder. */
function comesWithIt({ files }: Release, code: string, message: string): boolean {
  const named = (name: string) => message.includes(`'${name}'`);
  return (
    (code === "host/no-user" && files["sysusers.conf"] !== undefined && named(PROXY_USER)) ||
    (code === "host/no-chroot" && named(HostPaths.empty))
  );
}

/** Who has the addresses already, each interface asked for half a second; changes nothing. */
export async function probeAddresses(
  shell: Shell,
  plan: Plan,
  release: Release,
  probes: readonly Probe[],
  peerMacs: readonly string[],
  options: RunOptions,
): Promise<readonly Problem[]> {
  if (probes.length === 0) return [];
  const pairs = probes.flatMap((probe) => [probe.interface, probe.addresses.join(",")]);
  const result = await runScript(shell, PROBE, [stagedBinary(plan, release), ...pairs], options);
  const { records } = expectSuccess(shell, "asking for the virtual addresses", result);
  return records.flatMap((record) => probeProblems(shell.name, record, release, peerMacs));
}

function brokenBinary(host: string, said: string): Problem {
  return hostProblem(
    host,
    "HOST_BINARY_BROKEN",
    `tandemd does not run on this host: ${said.trim() || "no output"}`,
    {
      why: "the service could not start",
      hint: "build tandemd for the host's architecture (npm run build) and check that /opt is not mounted noexec",
    },
  );
}
