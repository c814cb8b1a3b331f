import { runDrill } from "../../../src/verify/index.ts";
import { type Demo, holders } from "../demo.ts";
import type { StepNotes } from "../terminal.ts";

const faults = ["handover", "kill", "linkDown"] as const;
const told = {
  handover: "graceful handover",
  kill: "kill -9 of every process of the daemon on the master",
  linkDown: "link of the master down",
} as const;

/** Three faults on the master, each as a client saw it, with the way back. */
export async function drills(demo: Demo, notes: StepNotes): Promise<void> {
  for (const fault of faults) {
    const before = await holders(demo);
    notes.doing(`${told[fault]} (held by ${before.join(", ")})`);
    const result = await runDrill({
      pair: "web",
      instance: "VI_1",
      hosts: demo.hosts,
      fault,
      probe: { kind: "http", address: demo.vip, port: 80, path: "/", intervalMs: 5, timeoutMs: 1000 },
      maxOutageMs: 1000,
      preempts: true,
      preemptDelayMs: 0,
      signal: AbortSignal.timeout(180_000),
    });
    demo.drills.push(result);
    notes.saw(
      `${told[fault]}: ${result.outageMs.toFixed(0)} ms without an answer, ${result.lost} of ${result.requests} requests lost, ` +
        `${result.masterBefore} → ${result.masterAfter}` +
        (result.failback.happened
          ? `, back to ${result.masterBefore} with ${result.failback.outageMs.toFixed(0)} ms`
          : ""),
    );
    notes.expect(result.passed, `a verdict within ${result.maxOutageMs} ms`, result.failures.join("; "));
  }
}
