import { fstatSync } from "node:fs";
import process from "node:process";

/**
 * Calls `leave` when the engine that started this process is gone. The engine holds the other end of standard input
 * and never writes there: however it ends, by SIGKILL too, the system closes it. Nothing is watched where input is
 * no pipe: somebody else than an engine has started the process then, and ends it.
 */
export function whenEngineGone(leave: () => void): void {
  // What is said to nobody must not be what ends the process.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  if (!isPipe(0)) return;
  let left = false;
  const once = (): void => {
    if (left) return;
    left = true;
    leave();
  };
  process.stdin.on("end", once);
  process.stdin.on("error", once);
  process.stdin.resume();
}

function isPipe(descriptor: number): boolean {
  try {
    const found = fstatSync(descriptor);
    return found.isFIFO() || found.isSocket();
  } catch {
    return false;
  }
}
