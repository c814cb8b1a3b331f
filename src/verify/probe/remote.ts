import { randomBytes } from "node:crypto";
import { TandemError } from "../../diagnostics/index.ts";
import type { Shell } from "../../host/host.ts";
import type { ProbeSample } from "../drill.ts";
import { judgeResponse, requestText } from "./ask.ts";
import type { ProbePlan } from "./plan.ts";
import type { Prober } from "./prober.ts";
import { REMOTE_PROGRAM } from "./remote-program.ts";

/** The prober ends by itself after this long, should this machine be lost. */
const LONGEST_MS = 300_000;
const POLL_MS = 100;

/** Probes from the host of `shell`. `now` is the drill's clock, milliseconds. */
export async function startRemoteProber(plan: ProbePlan, now: () => number, shell: Shell): Promise<Prober> {
  const offset = await clockOffset(shell, now);
  const prober = new RemoteProber(plan, offset, shell);
  await prober.begin();
  return prober;
}

/** Milliseconds to add to the host's clock to get the drill's: from the quickest of five exchanges. */
async function clockOffset(shell: Shell, now: () => number): Promise<number> {
  let best = { trip: Number.POSITIVE_INFINITY, offset: 0 };
  for (let i = 0; i < 5; i += 1) {
    const before = now();
    const answer = await shell.run(["perl", "-e", REMOTE_PROGRAM, "clock"], { timeout: 10_000 });
    const after = now();
    if (answer.exitCode !== 0) throw cannotProbe(shell, answer.stderr);
    const there = Number(answer.stdout.toString("utf8")) * 1000;
    if (after - before < best.trip) best = { trip: after - before, offset: (before + after) / 2 - there };
  }
  return best.offset;
}

class RemoteProber implements Prober {
  readonly samples: ProbeSample[] = [];
  readonly #plan: ProbePlan;
  readonly #offset: number;
  readonly #shell: Shell;
  readonly #file = `/tmp/tandem-probe-${randomBytes(8).toString("hex")}`;
  #read = 0;
  #rest = "";
  #pid: string | undefined;
  #stopped = false;
  #following: Promise<void> = Promise.resolve();
  #running: Promise<{ readonly exitCode: number; readonly stderr: string }> | undefined;

  constructor(plan: ProbePlan, offset: number, shell: Shell) {
    this.#plan = plan;
    this.#offset = offset;
    this.#shell = shell;
  }

  async begin(): Promise<void> {
    const { address, port, intervalMs, timeoutMs, kind } = this.#plan;
    const numbers = [intervalMs, timeoutMs, LONGEST_MS].map((ms) => String(ms / 1000));
    const request = kind === "http" ? requestText(this.#plan) : "";
    const argv = ["perl", "-e", REMOTE_PROGRAM, this.#file, address, String(port), ...numbers, request];
    let failure: string | undefined;
    this.#running = this.#shell.run(argv, { timeout: LONGEST_MS + 60_000 });
    this.#running.then(
      ({ exitCode, stderr }) => {
        if (exitCode !== 0) failure = stderr;
      },
      (error: unknown) => {
        failure = String(error);
      },
    );
    while (this.#pid === undefined) {
      if (failure !== undefined) throw cannotProbe(this.#shell, failure);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await this.#poll();
    }
    this.#following = this.#follow();
  }

  async stop(): Promise<readonly ProbeSample[]> {
    if (this.#stopped) return this.samples;
    this.#stopped = true;
    await this.#following;
    if (this.#pid !== undefined) await this.#shell.run(["kill", "-TERM", this.#pid], { timeout: 10_000 });
    await this.#running?.catch(() => undefined);
    await this.#poll();
    await this.#shell.run(["rm", "-f", this.#file], { timeout: 10_000 });
    return this.samples;
  }

  async #follow(): Promise<void> {
    while (!this.#stopped) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      await this.#poll();
    }
  }

  /** Reads what was added to the file; a host that is out of reach for a moment is asked again. */
  async #poll(): Promise<void> {
    const argv = ["tail", "-c", `+${this.#read + 1}`, this.#file];
    const answer = await this.#shell.run(argv, { timeout: 10_000 }).catch(() => undefined);
    if (answer === undefined || answer.exitCode !== 0) return;
    this.#read += answer.stdout.length;
    const lines = (this.#rest + answer.stdout.toString("latin1")).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    const [first = "", second = "", kind = "", hex = ""] = line.split(" ");
    if (first === "pid") {
      this.#pid = second;
      return;
    }
    const text = Buffer.from(hex, "hex").toString("latin1");
    const [sentAt, doneAt] = [first, second].map((seconds) => Number(seconds) * 1000 + this.#offset);
    this.samples.push({ sentAt: sentAt ?? 0, doneAt: doneAt ?? 0, ...answerOf(kind, text) });
  }
}

function answerOf(kind: string, text: string) {
  if (kind === "c") return { ok: true, detail: "connected" };
  return kind === "r" ? judgeResponse(text) : { ok: false, detail: text };
}

function cannotProbe(shell: Shell, reason: string): TandemError {
  return new TandemError([
    {
      code: "VERIFY_CANNOT_PROBE",
      severity: "error",
      message: `cannot ask from here: ${reason.trim() || "no message"}`,
      where: { kind: "host", host: shell.name },
      why: "the outage is what a client sees, so somebody has to ask",
      hint: "install perl-base on that host, or leave `from` out to ask from this machine",
    },
  ]);
}
