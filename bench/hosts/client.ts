import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Lab, until } from "../../lab/index.ts";
import type { ProbeSample } from "../../src/verify/drill.ts";
import { monotonicMs } from "./clock.ts";

/** The client as it asks one address: what it has found so far. */
export interface Client {
  readonly samples: readonly ProbeSample[];
  /** Waits until every probe of the last `ms` milliseconds was answered. */
  steady(ms: number, timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startClient(lab: Lab, address: string, intervalMs: number): Promise<Client> {
  const program = fileURLToPath(new URL("./probe.ts", import.meta.url));
  const argv = [process.execPath, "--import", "tsx", program, address, String(intervalMs)];
  const child = lab.spawnInNetwork("client", argv, { stdio: ["pipe", "pipe", "inherit"] });
  const samples: ProbeSample[] = [];
  if (child.stdout === null) throw new Error("the probe has no output");
  createInterface({ input: child.stdout }).on("line", (line) =>
    samples.push(JSON.parse(line) as ProbeSample),
  );
  return {
    samples,
    steady: async (ms, timeoutMs) => {
      await until(`${address} answers for ${ms} ms on end`, timeoutMs, () => {
        const from = monotonicMs() - ms;
        const recent = samples.filter((sample) => sample.doneAt >= from);
        const enough = recent.length >= ms / intervalMs / 2;
        return enough && recent.every((sample) => sample.ok) ? true : undefined;
      });
    },
    stop: async () => {
      child.stdin?.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
