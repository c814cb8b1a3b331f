import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../../lab/index.ts";
import { absent } from "../../../lab/pictures/browser.ts";
import { tandemd } from "../../../lab/setup/paths.ts";
import { Bench, host } from "./bench.ts";
import { digest, long } from "./bodies.ts";

const missing = existsSync(tandemd) ? absent() : "dist/tandemd is not built";

/** Both engines with the same text; haproxy only where it is installed. */
const engines = [
  {
    name: "tandemd",
    command: (file: string, folder: string) => {
      const run = join(folder, "run");
      mkdirSync(run);
      return [tandemd, "run", "--foreground", "--haproxy", file, "--run-dir", run];
    },
  },
  { name: "haproxy", command: (file: string) => ["haproxy", "-db", "-f", file] },
].filter(({ name }) => name !== "haproxy" || existsSync("/usr/sbin/haproxy"));

/** What the browser does on the page; it runs there. */
async function visit(page: Page) {
  return page.evaluate(async (host) => {
    const names = Array.from({ length: 80 }, (_, at) => `/n/${at}`);
    const texts = await Promise.all(names.map(async (name) => (await fetch(name)).text()));
    const size = (await (await fetch("/long")).arrayBuffer()).byteLength;
    const body = new Uint8Array(1 << 20).fill(7);
    const seen = await (await fetch("/digest", { method: "POST", body })).text();
    const talk = await new Promise<string[]>((resolve, reject) => {
      const socket = new WebSocket(`wss://${host}/chat`);
      const heard: string[] = [];
      const says = ["one", "x".repeat(5000), "three"];
      socket.onopen = () => {
        for (const word of says) socket.send(word);
      };
      socket.onmessage = ({ data }) => {
        heard.push(String(data));
        if (heard.length === says.length) socket.close(1000);
      };
      socket.onclose = ({ code, wasClean }) => resolve([...heard, `${code} ${wasClean}`]);
      socket.onerror = () => reject(new Error("the websocket failed"));
    });
    const entries = performance.getEntriesByType("resource") as unknown as { nextHopProtocol: string }[];
    return { texts, size, seen, talk, spoken: [...new Set(entries.map((one) => one.nextHopProtocol))] };
  }, host);
}

describe.skipIf(missing !== undefined).each(engines)(
  `$name before Chromium (${missing === undefined ? "HTTP/2 over TLS" : `skipped: ${missing}`})`,
  ({ command }) => {
    const bench = new Bench();
    let browser: Browser;
    beforeAll(async () => {
      await bench.start(command);
      browser = await bench.browse();
    });
    afterAll(async () => {
      await browser?.close();
      await bench.close();
    });

    it("serves pages, many requests at once, long bodies both ways and websockets on one connection", async () => {
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const page = await context.newPage();
      await page.goto(`https://${host}/`);
      const got = await visit(page);
      expect(got.texts).toEqual(Array.from({ length: 80 }, (_, at) => `${host} /n/${at}`));
      expect(got.size).toBe(long.length);
      expect(got.seen).toBe(digest(Buffer.alloc(1 << 20, 7)));
      expect(got.talk).toEqual(["one", "x".repeat(5000), "three", "1000 true"]);
      expect(got.spoken).toEqual(["h2"]);
      await context.close();
      await until(
        "all is logged",
        30_000,
        () => bench.lines.some((line) => line.includes("/chat")) || undefined,
      );
      // Handshakes that nothing was asked behind: our probe, and Chromium's first one, which sees a certificate that it
      // does not know and begins anew.
      const asked = bench.lines.filter((line) => line.includes('"') && !line.includes("/favicon.ico"));
      expect(asked.filter((line) => line.includes("/n/")).length).toBe(80);
      const places = new Set(asked.map((line) => line.split(" ")[0]));
      expect(places.size).toBe(1);
      const chat = asked.find((line) => line.includes("/chat"));
      // RFC 8441: an extended CONNECT, which the server saw as an upgrade.
      expect(chat?.replace(/^\d+ /, "")).toMatch(
        /^HTTP\/2\.0 101 h2 "GET https:\/\/localhost:\d+\/chat HTTP\/2\.0"$/,
      );
      expect(asked.every((line) => line.includes(" HTTP/2.0 "))).toBe(true);
    }, 60_000);
  },
);
