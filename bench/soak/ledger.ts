// What the proxy logged of each request, beside what its client saw.
import { createSocket, type Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import type { Outcome } from "./client.ts";

interface Line {
  readonly status: number;
  readonly state: string;
  readonly text: string;
}

const HTTPLOG = / (\d{3}|-1) \d+ \S+ \S+ (\S{4}) .*"[A-Z]+ (\S+) HTTP/;

export interface Verdict {
  readonly requests: number;
  readonly lost: number;
  /** How many lost requests were logged with which status and termination state. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly unexplained: readonly string[];
  /** Lines of the log on their way here. */
  readonly log: Lines;
}

export interface Lines {
  /** Lines that the proxy sent, and such that it could not send, as it counts them itself. */
  readonly sent: number;
  readonly dropped: number;
  readonly received: number;
  /** Datagrams that the kernel dropped before they were read. */
  readonly unread: number;
  /** Answered requests without a line. */
  readonly missing: number;
}

export class Ledger {
  private readonly lines = new Map<string, Line[]>();
  private readonly failures: Outcome[] = [];
  private readonly socket: Socket = createSocket("udp4");
  /** Answered requests, which must be logged too, and their statuses. */
  private readonly answered = new Map<string, number>();
  private requests = 0;
  private readonly reasons: Record<string, number> = {};
  private readonly unexplained: string[] = [];
  /** Answered requests that no line tells of. */
  private readonly missing: string[] = [];
  private received = 0;
  /** Lines of connections whose request could not be read. */
  private readonly nameless: string[] = [];

  /** Where the proxy shall log to. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.socket.bind(0, "127.0.0.1", resolve));
    this.socket.setRecvBufferSize(8 << 20);
    this.socket.on("message", (message) => {
      this.received += 1;
      this.read(message.toString("latin1"));
    });
    return this.socket.address().port;
  }

  record(outcome: Outcome): void {
    this.requests += 1;
    if (outcome.kind === "abandoned") this.lines.delete(outcome.id);
    else if (outcome.kind === "answered" && (outcome.status ?? 500) < 500)
      this.answered.set(outcome.id, outcome.status ?? 0);
    else this.failures.push(outcome);
  }

  /** Judges what has been recorded so far; its lines have had time to arrive. */
  settle(): void {
    for (const failure of this.failures.splice(0)) this.judge(failure);
    for (const [id, status] of this.answered) {
      const [line, more] = this.lines.get(id) ?? [];
      if (line === undefined) this.missing.push(`${id} (${status})`);
      else if (more !== undefined || line.status >= 500)
        this.unexplained.push(`answered ${id}, logged: ${line.text} ${more?.text ?? ""}`);
    }
    this.answered.clear();
    this.lines.clear();
  }

  /** `counted`: what the proxy says of its log, over the whole run and after its last line. */
  verdict(counted: Pick<Lines, "sent" | "dropped">): Verdict {
    const { requests, reasons, received } = this;
    const unread = unreadDatagrams(this.socket.address().port);
    const log = { ...counted, received, unread, missing: this.missing.length };
    const unexplained = [...this.unexplained, ...astray(log, this.missing, this.nameless)];
    const lost = Object.values(reasons).reduce((sum, n) => sum + n, 0) + unexplained.length;
    return { requests, lost, reasons, unexplained, log };
  }

  close(): void {
    this.socket.close();
  }

  private judge(failure: Outcome): void {
    const line = this.lines.get(failure.id)?.find((one) => explains(one, failure));
    if (line === undefined) {
      const logged = this.lines.get(failure.id)?.map(({ text }) => text) ?? ["nothing"];
      const { id, kind, status, detail } = failure;
      this.unexplained.push(`${id}: ${kind} ${status ?? ""} ${detail}; logged: ${logged.join("\n")}`);
      return;
    }
    const reason = `${failure.kind} ${line.status} ${line.state}`;
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
  }

  private read(datagram: string): void {
    const match = HTTPLOG.exec(datagram);
    const id = match?.[3];
    if (id === undefined) {
      if (datagram.includes("<BADREQ>")) this.nameless.push(datagram.trim());
      return;
    }
    const line = { status: Number(match?.[1]), state: match?.[2] ?? "", text: datagram.trim() };
    const lines = this.lines.get(id);
    if (lines === undefined) this.lines.set(id, [line]);
    else lines.push(line);
  }
}

/** Every line that was sent has arrived or was dropped by the kernel, and only as many are missing. */
export function astray(log: Lines, missing: readonly string[], nameless: readonly string[]): string[] {
  const { sent, dropped, received, unread } = log;
  const found = [];
  if (received + unread !== sent)
    found.push(`the proxy sent ${sent} lines: ${received} came and ${unread} were dropped by the kernel`);
  if (missing.length > dropped + unread)
    found.push(
      `${missing.length} answered requests have no line, and only ${dropped + unread} lines were lost: ` +
        `${missing.slice(0, 10).join(" ")}; without a request: ${nameless.slice(0, 10).join("\n")}`,
    );
  return found;
}

/** Of the socket on that port, since it was opened: `drops` of /proc/net/udp, proc(5). */
function unreadDatagrams(port: number): number {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, "0");
  const rows = readFileSync("/proc/self/net/udp", "utf8").trim().split("\n").slice(1);
  const row = rows
    .map((line) => line.trim().split(/\s+/))
    .find(([, local]) => local?.endsWith(`:${hexadecimal}`));
  return Number(row?.at(-1) ?? Number.NaN);
}

/** A line explains a failure when it names the server's or the proxy's part in it and agrees with what was seen. */
function explains(line: Line, failure: Outcome): boolean {
  if (failure.kind === "wrong" || failure.kind === "refused" || failure.kind === "timeout") return false;
  const theirs = "SsPRIKU".includes(line.state[0] ?? "-");
  return theirs && (failure.status === undefined || failure.status === line.status);
}
