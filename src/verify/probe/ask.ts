import { connect, isIP } from "node:net";
import type { ProbePlan } from "./plan.ts";

/** What one probe found. */
export interface Answer {
  readonly ok: boolean;
  /** Who answered, or why nobody did. */
  readonly detail: string;
}

const MAX_BODY = 4096;

/** One question on a fresh connection. Never rejects: a failure is an answer. */
export function ask(plan: ProbePlan): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ host: plan.address, port: plan.port, family: isIP(plan.address) });
    let received = "";
    let finished = false;
    const finish = (ok: boolean, detail: string): void => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      // A reset leaves no TIME_WAIT: two hundred probes a second would use up the ports.
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
      resolve({ ok, detail });
    };
    const timer = setTimeout(
      () => finish(false, socket.connecting ? "connect timed out" : "answer timed out"),
      plan.timeoutMs,
    );
    socket.setNoDelay(true);
    socket.on("connect", () => {
      if (plan.kind === "tcp") finish(true, "connected");
      else socket.write(requestText(plan));
    });
    socket.on("data", (chunk) => {
      received = (received + chunk.toString("latin1")).slice(0, MAX_BODY);
    });
    socket.on("end", () => {
      const answer = judgeResponse(received);
      finish(answer.ok, answer.detail);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => finish(false, error.code ?? error.message));
    socket.on("close", () => finish(false, "closed without an answer"));
  });
}

/** `Connection: close` makes the end of the stream the end of the answer. */
export function requestText(plan: ProbePlan): string {
  const bare = plan.address.includes(":") ? `[${plan.address}]` : plan.address;
  const host = plan.host ?? (plan.port === 80 ? bare : `${bare}:${plan.port}`);
  return `GET ${plan.path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: tandem-probe\r\nConnection: close\r\n\r\n`;
}

/** A whole response with a status below 500 is an answer; the body says who gave it. */
export function judgeResponse(text: string): Answer {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  if (status === undefined)
    return { ok: false, detail: text === "" ? "closed without an answer" : "not HTTP" };
  const cut = text.indexOf("\r\n\r\n");
  if (cut < 0) return { ok: false, detail: "response cut short" };
  const body = text.slice(cut + 4);
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(text.slice(0, cut + 2))?.[1];
  const whole = length === undefined || body.length >= Math.min(Number(length), MAX_BODY - cut - 4);
  if (!whole) return { ok: false, detail: "response cut short" };
  if (Number(status) >= 500) return { ok: false, detail: `HTTP ${status}` };
  const said = body.split("\n")[0]?.trim().slice(0, 80) ?? "";
  return { ok: true, detail: said === "" ? `HTTP ${status}` : said };
}
