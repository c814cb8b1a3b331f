// The origins of a run and the faults that come over them.
import { type ChildProcess, fork } from "node:child_process";
import { createServer } from "node:net";
import { type Manner, manners } from "./manner.ts";
import type { Random } from "./random.ts";

interface Origin {
  readonly port: number;
  process: ChildProcess | undefined;
  /** A fault is upon it. */
  suffers: boolean;
}

const PROGRAM = new URL("origin.ts", import.meta.url).pathname;
const faults = [...manners.filter((manner) => manner !== "good"), "kill", "freeze"] as const;
export type Fault = (typeof faults)[number];

export class Origins {
  readonly ports: number[] = [];
  readonly counts = new Map<Fault, number>();
  private readonly origins: Origin[] = [];
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  async start(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      const origin: Origin = { port: await listenerPort(this.random), process: undefined, suffers: false };
      this.origins.push(origin);
      this.ports.push(origin.port);
      await launch(origin);
    }
  }

  /** Faults on up to so many origins at a time, until the signal; then all are well again. */
  async torment(most: number, signal: AbortSignal, say: (line: string) => void): Promise<void> {
    await Promise.all(Array.from({ length: most }, () => this.one(signal, say)));
  }

  private async one(signal: AbortSignal, say: (line: string) => void): Promise<void> {
    while (!signal.aborted) {
      await pause(this.random.between(100, 900), signal);
      const origin = this.random.pick(this.origins.filter(({ suffers }) => !suffers));
      const fault = this.random.pick(faults);
      const lasts = this.random.between(200, 3000);
      this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
      say(`${origin.port}: ${fault} for ${lasts} ms`);
      origin.suffers = true;
      await this.inflict(origin, fault, lasts, signal);
      origin.suffers = false;
    }
  }

  stop(): void {
    for (const { process } of this.origins) process?.kill("SIGKILL");
  }

  private async inflict(origin: Origin, fault: Fault, lasts: number, signal: AbortSignal): Promise<void> {
    const child = origin.process;
    if (child === undefined) return;
    if (fault === "kill") {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
      await pause(lasts, signal);
      await launch(origin);
    } else if (fault === "freeze") {
      child.kill("SIGSTOP");
      await pause(lasts, signal);
      child.kill("SIGCONT");
    } else {
      child.send(fault satisfies Manner);
      await pause(lasts, signal);
      child.send("good" satisfies Manner);
    }
  }
}

async function launch(origin: Origin): Promise<void> {
  const child = fork(PROGRAM, [String(origin.port)], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await new Promise<void>((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", (code) => reject(new Error(`an origin ended with ${code} before it listened`)));
  });
  child.removeAllListeners("exit");
  origin.process = child;
}

/** A free port that the kernel gives to no outgoing connection: an origin that was killed finds it free again. */
export async function listenerPort(random: Random): Promise<number> {
  for (;;) {
    const port = random.between(10_000, 31_999);
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer().once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** Ends early when the signal comes. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
