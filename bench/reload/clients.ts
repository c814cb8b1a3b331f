// Clients that count everything that is not a whole answer.
import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";

const PATIENCE = 15_000;

export interface Tally {
  requests: number;
  readonly problems: string[];
  /** Milliseconds of each answer. */
  readonly latencies: number[];
}

export function tally(): Tally {
  return { requests: 0, problems: [], latencies: [] };
}

function request(path: string, last: boolean): string {
  return `GET ${path} HTTP/1.1\r\nHost: bench\r\n${last ? "Connection: close\r\n" : ""}\r\n`;
}

/** Asks for a page on a connection and waits for the whole of it. */
function ask(socket: Socket, last: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => end(new Error("no answer in time")), PATIENCE);
    const end = (error?: Error): void => {
      clearTimeout(timer);
      socket.removeListener("data", data).removeListener("close", closed).removeListener("error", end);
      if (error === undefined) resolve();
      else reject(error);
    };
    const data = (bytes: Buffer): void => {
      text += bytes.toString("latin1");
      if (!text.endsWith("\r\n\r\npage\n")) return;
      end(text.startsWith("HTTP/1.1 200 ") ? undefined : new Error(`not a page: ${text.slice(0, 40)}`));
    };
    const closed = (): void => end(new Error(`closed after ${text.length} bytes`));
    socket.on("data", data).once("close", closed).once("error", end);
    socket.write(request("/", last));
  });
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("error", reject).once("connect", () => {
      socket.removeListener("error", reject);
      // Between two requests an error is told by the next one.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function counted(count: Tally, kind: string, work: () => Promise<void>): Promise<boolean> {
  const start = performance.now();
  try {
    await work();
    count.requests += 1;
    count.latencies.push(performance.now() - start);
    return true;
  } catch (error) {
    count.problems.push(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** One connection for all requests, one every `every` ms. It is never replaced: a cut one is a problem. */
export async function kept(port: number, every: number, count: Tally, signal: AbortSignal): Promise<void> {
  const socket = await opened(port);
  await pause(Math.random() * every);
  while (!signal.aborted) {
    if (!(await counted(count, "kept", () => ask(socket, false)))) return;
    await pause(every);
  }
  socket.destroy();
}

/** A connection for each request, without pause. */
export async function fresh(port: number, count: Tally, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const good = await counted(count, "fresh", async () => {
      const socket = await opened(port);
      await ask(socket, true).finally(() => socket.destroy());
    });
    if (!good) await pause(10);
  }
}

/** SHA-256 of a long body, and its length. */
export async function transfer(port: number, blocks: number): Promise<{ sha256: string; bytes: number }> {
  const socket = await opened(port);
  socket.write(request(`/blocks/${blocks}`, true));
  const hash = createHash("sha256");
  let head: string | undefined = "";
  let bytes = 0;
  for await (const data of socket as AsyncIterable<Buffer>) {
    let body = data;
    if (head !== undefined) {
      head += data.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) continue;
      body = Buffer.from(head.slice(end + 4), "latin1");
      head = undefined;
    }
    bytes += body.length;
    hash.update(body);
  }
  return { sha256: hash.digest("hex"), bytes };
}
