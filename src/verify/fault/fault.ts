import { TandemError } from "../../diagnostics/index.ts";
import type { CommandResult, RunOptions, Shell } from "../../host/host.ts";

/** The host that gets the fault, and what a fault must know of it. */
export interface FaultTarget {
  readonly node: string;
  /** A shell that works: opened again when the fault has cut the last one. */
  readonly shell: () => Promise<Shell>;
  /** Path of tandemd on the host. */
  readonly program: string;
  /** Units of systemd that have the processes. */
  readonly units: readonly string[];
  /** Interface of the instance's adverts. */
  readonly interface: string;
  /** Addresses that the daemon holds there, which must not be restored by others. */
  readonly held: readonly string[];
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A fault that is under way. */
export interface Injected {
  /** Brings the host back; called once, also when the drill fails. */
  recover(): Promise<void>;
}

/** Makes a host fail in one way, with a way back that works even when this machine dies meanwhile. */
export type Fault = (target: FaultTarget) => Promise<Injected>;

export const SERVICE = "tandem.service";

/** Milliseconds after which a host undoes a fault by itself. */
export const SELF_RECOVERY_MS = 60_000;

/** Runs argv; an exit code other than 0 is an error that says what the host said. */
export async function must(
  target: FaultTarget,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  const shell = await target.shell();
  const result = await shell.run(argv, { timeout: 15_000, signal: target.signal, ...options });
  if (result.exitCode === 0) return result;
  throw new TandemError([
    {
      code: "VERIFY_FAULT_FAILED",
      severity: "error",
      message: `${argv.join(" ")} ended with exit code ${result.exitCode}: ${result.stderr.trim() || "no message"}`,
      where: { kind: "host", host: target.node },
      why: "without the fault a drill proves nothing",
    },
  ]);
}

/** Has the host run argv later by itself, without us. Returns the name of the timer's unit. */
export async function armLater(target: FaultTarget, delayMs: number, name: string, argv: readonly string[]) {
  const unit = `tandem-drill-${name}-${process.pid}-${Date.now().toString(36)}`;
  await must(target, [
    "systemd-run",
    `--unit=${unit}`,
    "--collect",
    "--quiet",
    `--on-active=${delayMs}ms`,
    "--timer-property=AccuracySec=1ms",
    "--",
    ...argv,
  ]);
  return unit;
}

/** Takes back what `armLater` promised; no error when it has already happened. */
export async function disarm(target: FaultTarget, unit: string): Promise<void> {
  const shell = await target.shell();
  await shell.run(["systemctl", "stop", `${unit}.timer`], { timeout: 15_000 });
}
