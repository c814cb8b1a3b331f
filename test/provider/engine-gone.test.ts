import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../../lab/setup/paths.ts";

// What the engine starts, as it starts it: a pipe on standard input, the port on the first line of output.
const PROGRAMS = ["src/provider/main.ts", "src/provider/langhost/main.ts"];

async function start(program: string, stdin: "pipe" | "ignore"): Promise<readonly [ChildProcess, number]> {
  const argv = ["--import", import.meta.resolve("tsx"), join(repository, program), "127.0.0.1:9"];
  const child = spawn(process.execPath, argv, { stdio: [stdin, "pipe", "ignore"] });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return [child, Number(line.toString())];
}

test.each(PROGRAMS)("%s ends by itself when its engine is gone", async (program) => {
  const [child] = await start(program, "pipe");
  const exited = once(child, "exit");
  // The system does the same when the process at the other end is killed.
  child.stdin?.destroy();
  expect(await exited).toEqual([0, null]);
});

test.each(PROGRAMS)("%s stays when it was started by hand, without a pipe", async (program) => {
  const [child, port] = await start(program, "ignore");
  const exited = once(child, "exit");
  for (let i = 0; i < 5; i++) {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.destroy();
  }
  child.kill("SIGINT");
  expect(await exited).toEqual([0, null]);
});
