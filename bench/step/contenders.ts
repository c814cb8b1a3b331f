// The two proxies, each with its way to take up the next configuration. Nothing of them outlives this program,
// however it ends.
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "../../lab/index.ts";

const run = promisify(execFile);

/** This program must not be in the way of what it measures; what it starts is as any other program. */
export const OWN_NICE = 19;
const PINNED = ["nice", "-n", String(-OWN_NICE), "taskset", "-c", "0"];

export interface Contender {
  readonly name: string;
  readonly port: number;
  /** Takes up the next configuration. */
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface Texts {
  readonly port: number;
  readonly each: readonly string[];
}

/** Files with the texts in turn, from the first. */
function writer(file: string, { each }: Texts): () => void {
  let turn = 0;
  return () => writeFileSync(file, each[turn++ % each.length] ?? "");
}

export async function tandemd(folder: string, texts: Texts, binary: string): Promise<Contender> {
  const file = join(folder, "tandem.cfg");
  const socket = join(folder, "run");
  const write = writer(file, texts);
  write();
  const args = [binary, "run", "--foreground", "--haproxy", file, "--run-dir", socket];
  const child = spawn("setpriv", ["--pdeathsig", "TERM", ...PINNED, ...args], { stdio: "ignore" });
  await until("tandemd answers", 30_000, () => {
    try {
      return execFileSync(binary, ["status", "--run-dir", socket], { stdio: ["ignore", "pipe", "ignore"] });
    } catch {
      return undefined;
    }
  });
  const [nice, ...pinned] = PINNED;
  return {
    name: "tandemd",
    port: texts.port,
    reload: async () => {
      write();
      const words = [...pinned, binary, "reload", "--run-dir", socket];
      await run(nice ?? "", words, { maxBuffer: 64 << 20 });
    },
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGINT");
      }),
  };
}

/** A reload is another process, which lets the one before go (management guide, 4). */
export async function haproxy(folder: string, texts: Texts): Promise<Contender> {
  const [file, pidFile] = [join(folder, "haproxy.cfg"), join(folder, "haproxy.pid")];
  // Those that serve their last connections are in no pid file of haproxy's any more.
  const former = join(folder, "haproxy.former");
  writeFileSync(former, "");
  const stop = endedWithUs(pidFile, former);
  const write = writer(file, texts);
  let before: string | undefined;
  const reload = async (): Promise<void> => {
    write();
    const args = ["haproxy", "-D", "-q", "-f", file, "-p", pidFile];
    const successor = before === undefined ? [] : ["-sf", before];
    await run("setpriv", ["--pdeathsig", "KILL", ...PINNED, ...args, ...successor]);
    before = readFileSync(pidFile, "utf8").trim();
    appendFileSync(former, `${before}\n`);
  };
  try {
    await reload();
  } catch (error) {
    await stop();
    throw error;
  }
  return { name: "haproxy", port: texts.port, reload, stop };
}

/** Numbers whose process has ended may be somebody else's: only haproxy is ended. */
const REAPER = `cat >/dev/null
for pid in $(cat "$@" 2>/dev/null); do
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = haproxy ] && kill -KILL "$pid"
done`;

/**
 * A daemon is nobody's child, so no signal tells it that this program is gone. A shell waits for the end of a pipe
 * that this program alone holds, and then ends the processes of the pid files: after any way out, a kill among them.
 */
export function endedWithUs(...pidFiles: readonly string[]): () => Promise<void> {
  // In a session of its own, so that an interrupt of the terminal does not end it first.
  const shell = spawn("sh", ["-c", REAPER, "sh", ...pidFiles], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const over = once(shell, "exit");
  return async () => {
    shell.stdin?.end();
    await over;
  };
}
