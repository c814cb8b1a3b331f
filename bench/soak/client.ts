// A client: one request after the other on a kept connection, and what became of each.
import { connect, type Socket } from "node:net";
import type { Random } from "./random.ts";

/** What the client saw of a request. */
export interface Outcome {
  readonly id: string;
  /** `answered`: whole; `wrong`: bytes that are no answer to this request. */
  readonly kind: "answered" | "wrong" | "cut" | "closed" | "refused" | "timeout" | "abandoned";
  readonly status: number | undefined;
  readonly detail: string;
}

/** How a client asks: `idle` leaves and `breaker` resets before the answer is there. */
const ways = ["slowWriter", "slowReader", "idle", "breaker"] as const;
type Way = "plain" | (typeof ways)[number];

/** The proxy's own timeouts are far shorter. */
const PATIENCE_MS = 15_000;

export class Client {
  private socket: Socket | undefined;
  private left = 0;
  private serial = 0;
  private readonly name: string;
  private readonly port: number;
  private readonly random: Random;

  constructor(name: string, port: number, random: Random) {
    this.name = name;
    this.port = port;
    this.random = random;
  }

  async next(): Promise<Outcome> {
    this.serial += 1;
    const way: Way = this.random.below(20) === 0 ? this.random.pick(ways) : "plain";
    // What is read slowly is to be more than fits into the buffers on its way.
    const id = `/${this.name}-${this.serial}${way === "slowReader" ? "-big" : ""}`;
    const socket = await this.connected();
    if (socket === undefined) return { id, kind: "refused", status: undefined, detail: "not connected" };
    this.left -= 1;
    const last = this.left <= 0;
    const outcome = await exchange(socket, id, last, way, this.random.between(0, 20));
    if (last || outcome.kind !== "answered") this.drop();
    return outcome;
  }

  /** Milliseconds until the next request. */
  thinks(): number {
    return this.random.below(20);
  }

  drop(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private async connected(): Promise<Socket | undefined> {
    if (this.socket !== undefined && !this.socket.destroyed && this.socket.readable) return this.socket;
    this.drop();
    this.left = this.random.between(1, 40);
    const socket = connect(this.port, "127.0.0.1");
    socket.setNoDelay(true);
    const connected = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.on("error", () => socket.destroy());
    if (!connected) return undefined;
    this.socket = socket;
    return socket;
  }
}

function exchange(
  socket: Socket,
  id: string,
  last: boolean,
  way: Way,
  milliseconds: number,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let text = "";
    const timers = [setTimeout(() => finish("timeout", "no answer"), PATIENCE_MS)];
    const finish = (kind: Outcome["kind"], detail: string) => {
      for (const timer of timers) clearTimeout(timer);
      socket.resume();
      socket.off("data", onData).off("end", onEnd).off("close", onEnd);
      const status = /^HTTP\/1\.[01] (\d{3}) /.exec(text)?.[1];
      resolve({ id, kind, status: status === undefined ? undefined : Number(status), detail });
    };
    const onData = (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (way === "slowReader" && !socket.destroyed) {
        socket.pause();
        timers.push(setTimeout(() => socket.resume(), milliseconds));
      }
      const whole = judge(text, id);
      if (whole !== undefined) finish(whole.kind, whole.detail);
    };
    const onEnd = () => finish(text === "" ? "closed" : "cut", `${text.length} bytes`);
    socket.on("data", onData).on("end", onEnd).on("close", onEnd);
    const connection = last ? "Connection: close\r\n" : "";
    const request = `GET ${id} HTTP/1.1\r\nHost: soak.example\r\n${connection}\r\n`;
    if (way === "slowWriter") {
      // One after the other: timers that are set at once may end in another order when it is late.
      const write = (at: number) => {
        socket.write(request.slice(at, at + 9));
        if (at + 9 < request.length) timers.push(setTimeout(() => write(at + 9), 9 * milliseconds));
      };
      write(0);
    } else {
      socket.write(request);
    }
    // Some clients lose interest: whatever the proxy logs of it, nobody misses the answer.
    if (way === "idle" || way === "breaker") {
      timers.push(
        setTimeout(() => {
          if (way === "breaker") socket.resetAndDestroy();
          finish("abandoned", "");
        }, milliseconds),
      );
    }
  });
}

/** Whether the answer is whole; a page of the proxy itself is one too. */
function judge(text: string, id: string): { kind: "answered" | "wrong"; detail: string } | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1] ?? Number.NaN);
  const body = text.slice(end + 4);
  if (Number.isNaN(length)) return { kind: "wrong", detail: `no length: ${text.slice(0, end)}` };
  if (body.length < length) return undefined;
  const own = !text.startsWith("HTTP/1.1 200");
  if (body.length > length || !(own || body.split("\n").every((line) => line === id || line === "")))
    return { kind: "wrong", detail: `for ${id}: ${text.slice(0, 200)}` };
  return { kind: "answered", detail: "" };
}
