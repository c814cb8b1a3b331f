import { execFile } from "node:child_process";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Shell } from "../../src/host/host.ts";
import { ask, judgeResponse } from "../../src/verify/probe/ask.ts";
import type { ProbePlan } from "../../src/verify/probe/plan.ts";
import { startLocalProber } from "../../src/verify/probe/prober.ts";
import { startRemoteProber } from "../../src/verify/probe/remote.ts";
import { waitFor } from "../../src/verify/wait.ts";

const open: (Server | TcpServer)[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen<T extends Server | TcpServer>(server: T): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function plan(port: number, change: Partial<ProbePlan> = {}): ProbePlan {
  return { kind: "http", address: "127.0.0.1", port, path: "/", intervalMs: 5, timeoutMs: 300, ...change };
}

describe("one probe", () => {
  it("says who answered", async () => {
    const port = await listen(createServer((_, response) => response.end("web-1\nmore\n")));
    expect(await ask(plan(port))).toEqual({ ok: true, detail: "web-1" });
  });

  it("takes an error of the server as no answer, one of the client as an answer", async () => {
    const port = await listen(
      createServer((request, response) => {
        response.statusCode = request.url === "/gone" ? 404 : 503;
        response.end();
      }),
    );
    expect(await ask(plan(port))).toEqual({ ok: false, detail: "HTTP 503" });
    expect(await ask(plan(port, { path: "/gone" }))).toEqual({ ok: true, detail: "HTTP 404" });
  });

  it("is content with a connection when it asks on layer 4", async () => {
    const port = await listen(createTcpServer((socket) => socket.on("error", () => undefined)));
    expect(await ask(plan(port, { kind: "tcp" }))).toEqual({ ok: true, detail: "connected" });
  });

  it("names a refused connection and a server that accepts and says nothing", async () => {
    const silent = await listen(createTcpServer((socket) => socket.on("error", () => undefined)));
    expect(await ask(plan(silent))).toEqual({ ok: false, detail: "answer timed out" });
    const closed = createTcpServer();
    const port = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(await ask(plan(port))).toEqual({ ok: false, detail: "ECONNREFUSED" });
  });

  it("does not take half a response for an answer", () => {
    expect(judgeResponse("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")).toEqual({
      ok: false,
      detail: "response cut short",
    });
    expect(judgeResponse("HTTP/1.1 200 OK\r\nConte")).toEqual({ ok: false, detail: "response cut short" });
    expect(judgeResponse("SSH-2.0-OpenSSH\r\n").detail).toBe("not HTTP");
    expect(judgeResponse("").detail).toBe("closed without an answer");
  });
});

/** A shell on this machine. */
const here: Shell = {
  name: "here",
  run: ([program = "", ...args], options = {}) =>
    new Promise((resolve) => {
      const child = execFile(
        program,
        args,
        { encoding: "buffer", timeout: options.timeout },
        (error, stdout, stderr) => {
          const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : 127;
          resolve({ exitCode, stdout, stderr: stderr.toString() });
        },
      );
      child.stdin?.end();
    }),
  close: async () => undefined,
};

describe("the prober on another host", () => {
  it("sees what the local one sees, on the drill's clock", async () => {
    const port = await listen(createServer((_, response) => response.end("web-1")));
    const begin = performance.now();
    const now = () => performance.now() - begin;
    const prober = await startRemoteProber(plan(port), now, here);
    const signal = new AbortController().signal;
    await waitFor(() => (prober.samples.length >= 40 ? true : undefined), { deadlineMs: 10_000, signal });
    for (const server of open.splice(0)) {
      server.close();
      (server as Server).closeAllConnections();
    }
    const refused = () => prober.samples.find((sample) => sample.detail === "Connection refused");
    expect(await waitFor(refused, { deadlineMs: 10_000, signal })).toMatchObject({ met: true });
    const samples = await prober.stop();
    expect(samples[0]).toMatchObject({ ok: true, detail: "web-1" });
    expect(samples.every((sample) => sample.sentAt > -50 && sample.doneAt < now() + 50)).toBe(true);
    const span = (samples.at(-1)?.sentAt ?? 0) - (samples[0]?.sentAt ?? 0);
    expect(span / (samples.length - 1)).toBeGreaterThan(4);
  });

  it("asks on layer 4 as well, and counts what is not answered in time", async () => {
    const port = await listen(createTcpServer((socket) => socket.on("error", () => undefined)));
    const signal = new AbortController().signal;
    for (const [kind, detail] of [
      ["tcp", "connected"],
      ["http", "answer timed out"],
    ] as const) {
      const prober = await startRemoteProber(
        plan(port, { kind, timeoutMs: 100 }),
        () => performance.now(),
        here,
      );
      const seen = () => (prober.samples.length > 5 ? true : undefined);
      await waitFor(seen, { deadlineMs: 10_000, signal });
      expect((await prober.stop()).map((sample) => sample.detail)).toContain(detail);
    }
  });

  it("says what is missing on a host that cannot ask", async () => {
    const bare: Shell = {
      ...here,
      run: async () => ({ exitCode: 127, stdout: Buffer.alloc(0), stderr: "perl: not found" }),
    };
    await expect(startRemoteProber(plan(1), () => 0, bare)).rejects.toThrow(/perl: not found/);
  });
});

describe("the prober", () => {
  it("keeps its pace, and shows the time in which nobody answered", async () => {
    const server = createServer((_, response) => response.end("web-1"));
    const port = await listen(server);
    const begin = performance.now();
    const prober = startLocalProber(plan(port), () => performance.now() - begin);
    const signal = new AbortController().signal;
    const enough = (count: number) => () => (prober.samples.length >= count ? true : undefined);
    await waitFor(enough(40), { deadlineMs: 10_000, everyMs: 5, signal });
    server.close();
    server.closeAllConnections();
    await waitFor(() => (prober.samples.some((sample) => !sample.ok) ? true : undefined), {
      deadlineMs: 10_000,
      everyMs: 5,
      signal,
    });
    const samples = await prober.stop();
    const span = (samples.at(-1)?.sentAt ?? 0) - (samples[0]?.sentAt ?? 0);
    // A busy machine may stall it; it never asks faster than it should.
    expect(span / (samples.length - 1)).toBeGreaterThan(4);
    expect(samples.filter((sample) => !sample.ok).every((sample) => sample.detail !== "")).toBe(true);
    const count = samples.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(prober.samples).toHaveLength(count);
  });
});
