import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { durationMs } from "../../stack/index.ts";
import type { Gate } from "../definition/schema.ts";
import type { WantedStage } from "../release/wanted.ts";
import type { GateContext, GateVerdict } from "../run/driver.ts";
import type { GateTools } from "./ask.ts";

/** How much of a program's output is shown. */
const SHOWN = 2000;
/** Milliseconds for a program that is to end, until it is ended for good. */
const GRACE = 3_000;
/** Milliseconds for the last output of a program that has ended, while what it started keeps the pipe open. */
const LAST_WORDS = 500;

/** Values that only Pulumi itself may see. */
const PRIVATE = /^PULUMI_(CONFIG_PASSPHRASE(_FILE)?|ACCESS_TOKEN|CONFIG)$/;

type CommandGate = Extract<Gate, { readonly kind: "command" }>;

/** Runs a program, without a shell; exit 0 passes. It learns the stage and the release. */
export async function runCommand(
  stage: WantedStage,
  gate: CommandGate,
  context: GateContext,
  tools: GateTools,
): Promise<GateVerdict> {
  const [program = "", ...args] = gate.command;
  const given = Object.entries(tools.env).filter(([name]) => !PRIVATE.test(name));
  const env = { ...Object.fromEntries(given), TANDEM_STAGE: stage.name, TANDEM_RELEASE: context.release };
  // A group of its own, so that what it starts ends with it.
  const child = spawn(program, args, {
    cwd: tools.folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString("utf8")).slice(-SHOWN);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = await end(child, gate, tools.folder, context.signal);
  const told = output.trim().split("\n").at(-1) ?? "";
  if (ended === "")
    return { outcome: "passed", detail: `${program} passed${told === "" ? "" : `: ${told}`}` };
  return { outcome: "failed", detail: `${program}: ${ended}${told === "" ? "" : `: ${told}`}` };
}

/** How a program ended: empty when with 0. Whatever it does, it ends soon after its time is over. */
async function end(
  child: ChildProcess,
  { command, timeout }: CommandGate,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  let late = false;
  const closed = new Promise<void>((resolve) => child.once("close", resolve));
  const stop = () => void stopGroup(child, closed);
  const deadline = setTimeout(() => {
    late = true;
    stop();
  }, durationMs(timeout));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const ended = await new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(notStarted(error, command[0] ?? "", folder)));
      child.once("exit", (code, by) => {
        if (late) resolve(`did not end within ${timeout}, so it was ended`);
        else if (code === 0) resolve("");
        else resolve(by === null ? `exit code ${code}` : `ended by ${by}`);
      });
    });
    await Promise.race([closed, sleep(LAST_WORDS)]);
    return ended;
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener("abort", stop);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

/** Asks a program and what it has started to end, and ends what does not. */
async function stopGroup(child: ChildProcess, closed: Promise<void>): Promise<void> {
  const send = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // Nothing of it is left.
    }
  };
  send("SIGTERM");
  await Promise.race([closed, sleep(GRACE)]);
  send("SIGKILL");
}

function notStarted(error: NodeJS.ErrnoException, program: string, folder: string): string {
  const where = program.includes("/") ? `seen from ${folder}` : "on PATH";
  if (error.code === "ENOENT") return `cannot be started: there is no such program ${where}`;
  if (error.code === "EACCES")
    return `cannot be started: it may not be executed (chmod +x), or is a folder, ${where}`;
  return `cannot be started: ${error.message}`;
}
