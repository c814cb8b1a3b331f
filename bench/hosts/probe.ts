// Runs in the client's network namespace: asks the virtual address for a page at a steady pace and prints every
// outcome as a JSON line, times on this machine's monotonic clock. Ends when its standard input does.
import { startLocalProber } from "../../src/verify/probe/prober.ts";
import { monotonicMs } from "./clock.ts";

const [address = "", interval = "5"] = process.argv.slice(2);
const prober = startLocalProber(
  { kind: "http", address, port: 80, path: "/", intervalMs: Number(interval), timeoutMs: 1000 },
  monotonicMs,
);
let printed = 0;
const flush = (): void => {
  const lines = prober.samples.slice(printed).map((sample) => `${JSON.stringify(sample)}\n`);
  printed += lines.length;
  if (lines.length > 0) process.stdout.write(lines.join(""));
};
const timer = setInterval(flush, 50);
process.stdin.resume().once("end", async () => {
  await prober.stop();
  clearInterval(timer);
  flush();
});
