import { spawn } from "node:child_process";
import { durationMs } from "../../stack/index.ts";
import type { Gate } from "../definition/schema.ts";
import type { WantedStage } from "../release/wanted.ts";
import type { GateContext, GateVerdict } from "../run/driver.ts";
import type { GateTools } from "./ask.ts";

/** How much of a program's output is shown. */
const SHOWN = 2000;

/** Values that only Pulumi itself may see. */
const PRIVATE = /^PULUMI_(CONFIG_PASSPHRASE(_FILE)?|ACCESS_TOKEN|CONFIG)$/;

/** Runs a program, without a shell; exit 0 passes. It learns the stage and the release. */
export async function runCommand(
  stage: WantedStage,
  gate: Extract<Gate, { readonly kind: "command" }>,
  context: GateContext,
  tools: GateTools,
): Promise<GateVerdict> {
  const [program = "", ...args] = gate.command;
  const given = Object.entries(tools.env).filter(([name]) => !PRIVATE.test(name));
  const env = { ...Object.fromEntries(given), TANDEM_STAGE: stage.name, TANDEM_RELEASE: context.release };
  const child = spawn(program, args, {
    cwd: tools.folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: durationMs(gate.timeout),
    signal: context.signal,
  });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString("utf8")).slice(-SHOWN);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => {
      if (code === 0) resolve("");
      else resolve(signal === null ? `exit code ${code}` : `ended by ${signal} (allowed ${gate.timeout})`);
    });
  });
  const told = output.trim().split("\n").at(-1) ?? "";
  if (ended === "")
    return { outcome: "passed", detail: `${program} passed${told === "" ? "" : `: ${told}`}` };
  return { outcome: "failed", detail: `${program}: ${ended}${told === "" ? "" : `: ${told}`}` };
}
