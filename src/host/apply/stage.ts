import { open } from "node:fs/promises";
import {
  fillSecrets,
  HostPaths,
  ownProgram,
  type Release,
  type ReleaseFileName,
  type SecretValues,
} from "../../render/index.ts";
import { bareAddress } from "../address.ts";
import type { RunOptions, Shell } from "../host.ts";
import { binaryPath, isInRelease, procPath, StatePaths } from "../layout.ts";
import { expectSuccess, runScript } from "../script.ts";
import type { Setting } from "./baseline.ts";
import type { Plan } from "./plan.ts";
import { ROLLBACK, rollbackUnits } from "./rollback-script.ts";
import { type TarFile, tar } from "./tar.ts";

/** Milliseconds for the executable to cross a slow line. */
const UPLOAD_TIMEOUT = 600_000;

/** Arguments: the attempt, the digest. Standard input: the executable. */
const UPLOAD = `
umask 022
mkdir -p ${HostPaths.binaryDir} || fail "cannot make ${HostPaths.binaryDir}"
file=${StatePaths.binaryStagePrefix}$1
trap 'rm -f "$file"; rmdir ${HostPaths.binaryDir} /opt/tandem 2>/dev/null' EXIT
cat >"$file" || fail "cannot write $file"
sync "$file" || fail "cannot write $file"
found=$(sha256sum <"$file" | cut -d ' ' -f 1)
[ "$found" = "$2" ] || fail "the executable arrived with digest $found, not $2"
chmod 755 "$file" && chown 0:0 "$file" || fail "cannot set the mode of $file"
trap - EXIT
`;

/** Argument: the attempt. Standard input: the stage folder as an archive. */
const UNPACK = `
stage=${StatePaths.stagePrefix}$1
(umask 022; mkdir -p /etc/tandem) || fail "cannot make /etc/tandem"
mkdir -m 700 "$stage" || fail "cannot make $stage"
trap 'rm -rf "$stage"; rmdir /etc/tandem 2>/dev/null' EXIT
mkdir -m 755 "$stage/release" && mkdir "$stage/pending" || fail "cannot make $stage/release"
tar -xpf - -C "$stage" || fail "cannot unpack into $stage"
sync -f "$stage" || fail "cannot write $stage"
trap - EXIT
`;

/** Sends the executable to a name of the attempt's own, whole and verified, or leaves nothing. */
export async function uploadBinary(
  shell: Shell,
  plan: Plan,
  release: Release,
  path: string,
  options: RunOptions,
): Promise<void> {
  const send = async (stdin: RunOptions["stdin"] & {}): Promise<void> => {
    const args = [plan.attempt, release.binary.sha256];
    const result = await runScript(shell, UPLOAD, args, { timeout: UPLOAD_TIMEOUT, ...options, stdin });
    expectSuccess(shell, "sending the executable", result);
  };
  const own = ownProgram(release.binary);
  if (own !== undefined) return await send(own);
  const file = await open(path);
  try {
    await send(file.createReadStream({ autoClose: false }));
  } finally {
    await file.close();
  }
}

/** Sends the files with their secrets, the plan and the way back. */
export async function stageFiles(
  shell: Shell,
  plan: Plan,
  release: Release,
  secrets: SecretValues,
  settings: StageSettings,
  options: RunOptions,
): Promise<void> {
  const stdin = tar(stageFolder(plan, release, secrets, settings));
  expectSuccess(
    shell,
    "sending the files",
    await runScript(shell, UNPACK, [plan.attempt], { ...options, stdin }),
  );
}

export interface StageSettings {
  readonly owner: string;
  readonly rollbackAfter: number;
}

/** Where the executable is before the switch. */
export function stagedBinary(plan: Plan, release: Release): string {
  return plan.upload ? `${StatePaths.binaryStagePrefix}${plan.attempt}` : binaryPath(release.binary.sha256);
}

/** Everything that the switch and the rollback need, so that they depend on nobody. */
function stageFolder(
  plan: Plan,
  release: Release,
  secrets: SecretValues,
  { owner, rollbackAfter }: StageSettings,
): readonly TarFile[] {
  const entry = (name: string, content: string, mode = 0o600): TarFile => ({
    name,
    mode,
    bytes: Buffer.from(content),
  });
  const units = rollbackUnits(rollbackAfter);
  const binary = binaryPath(release.binary.sha256);
  const created = [
    ...(plan.releasePath === undefined ? [] : [plan.releasePath]),
    ...(plan.upload ? [binary] : []),
  ];
  const yes = (value: boolean) => (value ? "yes" : "no");
  const giveWay = lines(
    plan.giveWay.map(({ unit, enabled, active }) => `${unit} ${yes(enabled)} ${yes(active)}`),
  );
  return [
    ...Object.entries(release.files).flatMap(([name, file]) => {
      const text = fillSecrets(file.text, secrets);
      if (isInRelease(name as ReleaseFileName)) return [entry(`release/${name}`, text, file.mode)];
      const written = name === "tandem.service" ? plan.writeUnit : plan.writeSysctlFile;
      return written ? [entry(name, text, file.mode)] : [];
    }),
    ...(plan.releasePath === undefined ? [] : [entry("release.path", plan.releasePath)]),
    ...(plan.upload ? [entry("binary.path", binary), entry("pending/binary.path", binary)] : []),
    entry("remove", lines(plan.remove)),
    entry("sysctls", settingLines(plan.set)),
    entry("enable", plan.enable),
    entry("vips", lines(release.requires.vips.map((vip) => `${vip.interface} ${bareAddress(vip.address)}`))),
    entry("give-way", giveWay),
    entry("pending/give-way", giveWay),
    entry("reload-units", plan.writeUnit || plan.remove.length > 0 ? "yes" : "no"),
    entry("baseline.json", `${JSON.stringify(plan.baseline, null, 2)}\n`),
    entry("rollback.service", units.service, 0o644),
    entry("rollback.timer", units.timer, 0o644),
    entry("pending/attempt", plan.attempt),
    entry("pending/owner", owner),
    entry("pending/release", release.id),
    entry("pending/rollback.sh", ROLLBACK, 0o700),
    entry("pending/action", plan.action),
    entry("pending/program", binary),
    entry("pending/program.old", plan.was.program ?? binary),
    entry("pending/enabled", plan.was.enabled ? "yes" : "no"),
    entry("pending/active", plan.was.active ? "yes" : "no"),
    entry("pending/sysctls.old", settingLines(plan.setBack)),
    entry("pending/created", lines(created)),
  ];
}

function lines(items: readonly string[]): string {
  return items.map((item) => `${item}\n`).join("");
}

function settingLines(settings: readonly Setting[]): string {
  return lines(settings.map(({ key, value }) => `${procPath(key)} ${value.trim()}`));
}
