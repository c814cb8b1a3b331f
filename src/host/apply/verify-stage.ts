import type { Problem } from "../../diagnostics/index.ts";
import { HostPaths, type Release, type SecretValues } from "../../render/index.ts";
import type { RunOptions, Shell } from "../host.ts";
import { StatePaths } from "../layout.ts";
import { hostProblem } from "../problem.ts";
import { expectSuccess, runScript, text } from "../script.ts";
import { type Probe, probeProblems } from "./address-probe.ts";
import { checkProblems } from "./config-check.ts";
import type { Plan } from "./plan.ts";
import { stagedBinary } from "./stage.ts";

/**
 * Lets the very executable that will run judge the very files that it will read, and asks the
 * segment whether anybody has the addresses. Arguments: the attempt, the executable, then pairs
 * of interface and addresses with commas.
 */
const VERIFY = `
attempt=$1 binary=$2
stage=${StatePaths.stagePrefix}$attempt/release
shift 2
version=$(timeout 10 "$binary" --version 2>&1) || { record broken "$version"; exit 0; }
set --  "$@" --
set -- "$@" --json
[ -f "$stage/keepalived.conf" ] && set -- "$@" --keepalived "$stage/keepalived.conf"
if [ -f "$stage/haproxy.cfg" ]; then
  # What the release brings is not at its place yet.
  judged=${StatePaths.stagePrefix}$attempt/judged
  (umask 077; mkdir "$judged" && sed "s|${HostPaths.current}/|$stage/|g" "$stage/haproxy.cfg" >"$judged/haproxy.cfg") ||
    fail "cannot write $judged"
  set -- "$@" --haproxy "$judged/haproxy.cfg"
fi
probes=
while [ "$1" != -- ]; do
  probes="$probes $1=$2"
  shift 2
done
shift
said=${StatePaths.stagePrefix}$attempt/said
out=$(timeout 30 "$binary" check "$@" 2>"$said")
record check "$?" "\${out:-$(cat "$said")}"
set -f
for probe in $probes; do
  out=$(IFS=,; timeout 20 "$binary" probe-address --interface "\${probe%%=*}" \${probe#*=} --timeout-ms 500 --json 2>&1)
  record probe "\${probe%%=*}" "$?" "$out"
done
`;

/** Everything that speaks against taking over what is staged; changes nothing. */
export async function verifyStage(
  shell: Shell,
  plan: Plan,
  release: Release,
  secrets: SecretValues,
  probes: readonly Probe[],
  peerMacs: readonly string[],
  options: RunOptions,
): Promise<readonly Problem[]> {
  const pairs = probes.flatMap((probe) => [probe.interface, probe.addresses.join(",")]);
  const args = [plan.attempt, stagedBinary(plan, release), ...pairs];
  const { records } = expectSuccess(
    shell,
    "checking the files",
    await runScript(shell, VERIFY, args, options),
  );
  return records.flatMap((record): readonly Problem[] => {
    if (record.kind === "broken") return [brokenBinary(shell.name, text(record, 0))];
    if (record.kind === "check") {
      const said = text(record, 1).replaceAll(
        `${StatePaths.stagePrefix}${plan.attempt}/release/`,
        `${HostPaths.current}/`,
      );
      return checkProblems(shell.name, release, secrets, text(record, 0), said);
    }
    return record.kind === "probe" ? probeProblems(shell.name, record, release, peerMacs) : [];
  });
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
