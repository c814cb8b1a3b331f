import { EventEmitter } from "node:events";
import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import { parseStat } from "../../src/cli/top/csv.ts";
import { picture, screen } from "../../src/cli/top/draw.ts";
import { type Look, socketOf } from "../../src/cli/top/look.ts";
import { type Row, rowsOfStat } from "../../src/cli/top/rows.ts";
import { keysIn, takeTerminal } from "../../src/cli/top/terminal.ts";
import { firstView, pressed, type View } from "../../src/cli/top/view.ts";
import { parseStack } from "../../src/stack/index.ts";
import { pairWith, sampleStack } from "../stack/sample.ts";

const STAT = `# pxname,svname,qcur,scur,ereq,econ,eresp,status,type,rate,check_status,hrsp_5xx,req_rate,ctime,rtime,ttime,last_chk,
www,FRONTEND,,7,2,,,OPEN,0,3,,4,40,,,,,
www,sock-1,,7,0,,,OPEN,3,,,,,,,,,
web,"a,""b""",5,6,,1,1,UP,2,12,L7OK,0,,1,20,30,"it, said",
web,w2\u001b[2J,0,0,,9,0,DOWN,2,0,L4CON,0,,0,0,0,,
web,BACKEND,5,6,,10,1,UP,1,12,,4,,1,20,30,,
`;
const rows = rowsOfStat(parseStat(STAT));
const plain = createColors(false);
const view = (change: Partial<View>): View => ({ ...firstView, ...change });
const look = (of: readonly Row[] = rows): Look => ({
  at: 0,
  pairs: [{ pair: "edge", nodes: [{ node: "lb-a", rows: of, source: "runtimeSocket" }] }],
});
const names = (change: Partial<View>) =>
  picture(look(), view(change), plain)
    .slice(2)
    .map((line) => line.trim().split(/ {2,}/)[1]);

describe("what show stat says", () => {
  it("is a row for each frontend, backend and server, with quoted cells and nothing that moves a cursor", () => {
    expect(rows.map(({ kind, proxy, server }) => [kind, proxy, server])).toEqual([
      ["frontend", "www", undefined],
      ["server", "web", 'a,"b"'],
      ["server", "web", "w2?[2J"],
      ["backend", "web", undefined],
    ]);
    expect(rows[0]).toEqual({
      kind: "frontend",
      proxy: "www",
      state: "OPEN",
      rate: 40,
      sessions: 7,
      errors: 2,
      failures: 4,
    });
    expect(rows[1]).toMatchObject({
      rate: 12,
      queue: 5,
      connectMs: 1,
      responseMs: 20,
      totalMs: 30,
      errors: 2,
    });
  });

  it("is nothing when an error came instead", () => {
    expect(parseStat("Permission denied\n")).toEqual([]);
  });
});

describe("the picture", () => {
  it("has the columns of numbers to the right, and a sign for what is not known", () => {
    expect(picture(look(), firstView, plain).slice(0, 4)).toEqual([
      "edge",
      "  node  proxy/server    state  req/s  sess  queue  conn  resp  total  err  5xx  check",
      "  lb-a  www (frontend)  OPEN      40     7      -     -     -      -    2    4",
      '  lb-a  web/a,"b"       UP        12     6      5     1    20     30    2    0  L7OK',
    ]);
  });

  it("is in the order that was chosen, equal ones as configured", () => {
    expect(names({ sort: "errors" })[0]).toBe("web (backend)");
    expect(names({ sort: "state" })[0]).toBe("web/w2?[2J");
    expect(names({ sort: "queue" })).toEqual(['web/a,"b"', "web (backend)", "www (frontend)", "web/w2?[2J"]);
  });

  it("shows what has the filter in its name, whatever the case, and says when nothing has", () => {
    expect(names({ filter: "WWW" })).toEqual(["www (frontend)"]);
    expect(picture(look(), view({ filter: "zzz" }), plain).at(-1)).toBe("  nothing has that in its name");
  });

  it("fills a window exactly, and is not scrolled beyond its end", () => {
    const size = { columns: 30, rows: 5 };
    const { text, top } = screen(look(), view({ top: 99, filter: "w", paused: true }), size, plain);
    const lines = text.replace("\x1b[H", "").split("\r\n");
    expect(lines).toHaveLength(5);
    expect(top).toBe(3);
    for (const line of lines) expect(line.replace("\x1b[K", "").length).toBeLessThanOrEqual(30);
  });

  it.each([
    [80, 24],
    [20, 6],
    [1, 3],
    [0, 0],
  ])("of no pair, one and a hundred stays in a window of %i columns and %i rows", (columns, lines) => {
    for (const count of [0, 1, 100]) {
      const pairs = Array.from({ length: count }, (_, at) => ({
        pair: `pair-${at}`,
        nodes: ["lb-a", "lb-b"].map((node) => ({ node, rows, source: "runtimeSocket" as const })),
      }));
      const size = { columns, rows: lines };
      const shown = (top: number) => {
        const { text } = screen({ at: 0, pairs }, view({ top }), size, plain);
        return text.replace("\x1b[H", "").replaceAll("\x1b[K", "").split("\r\n");
      };
      for (const drawn of [shown(0), shown(99_999)]) {
        expect(drawn).toHaveLength(Math.max(3, lines));
        for (const line of drawn) expect(line.length).toBeLessThanOrEqual(columns);
      }
      if (columns === 80 && count > 0) {
        expect(shown(0)[1]).toBe("pair-0");
        const body = shown(99_999).slice(1, -1);
        expect(body.filter((line) => line !== "").at(-1)).toContain("web (backend)");
      }
    }
  });

  it("names hosts that say nothing, and who holds which address", () => {
    const silent: Look = {
      at: 0,
      pairs: [{ pair: "edge", nodes: [{ node: "lb-b", rows: [], source: "none", problem: "refused" }] }],
    };
    expect(picture(silent, firstView, plain)).toEqual(["edge", "  ! lb-b: refused"]);
  });
});

describe("keys", () => {
  const following = (...keys: string[]) => keys.reduce((seen, key) => pressed(seen, key, 10), firstView);

  it("quit, order, pause and scroll", () => {
    expect([following("q").quit, following("\x03").quit, following("/", "\x03").quit]).toEqual([
      true,
      true,
      true,
    ]);
    expect([following("s").sort, following("S").sort, following("s", "S").sort]).toEqual([
      "rate",
      "state",
      "configured",
    ]);
    expect([following("p").paused, following(" ", "p").paused]).toEqual([true, false]);
    expect([following("j", "\x1b[B", "k").top, following("k").top, following("\x1b[6~").top]).toEqual([
      1, 0, 10,
    ]);
  });

  it("go to the filter while it is written", () => {
    expect(following("/", "q", "x", "\x7f", "s", "\r")).toMatchObject({
      filter: "qs",
      typing: false,
      quit: false,
    });
    expect(following("/", "a", "\x1b")).toMatchObject({ filter: "", typing: false });
    expect(keysIn("a\x1b[A\x1b[5~\x1b")).toEqual(["a", "\x1b[A", "\x1b[5~", "\x1b"]);
  });
});

describe("the terminal", () => {
  function taken() {
    const did: string[] = [];
    const keys = Object.assign(new EventEmitter(), {
      setRawMode: (on: boolean) => did.push(`raw ${on}`),
      resume: () => undefined,
      pause: () => undefined,
    });
    const canvas = Object.assign(new EventEmitter(), { write: (text: string) => did.push(text) });
    const exits = Object.assign(new EventEmitter(), { die: (signal: string) => did.push(signal) });
    const pressedKeys: string[] = [];
    const terminal = takeTerminal(
      { keys, canvas, exits },
      { key: (key) => pressedKeys.push(key), resize: () => undefined },
    );
    return { did, keys, canvas, exits, terminal, pressedKeys };
  }
  const begun = ["raw true", "\x1b[?1049h\x1b[?25l\x1b[2J"];
  const ended = ["\x1b[?25h\x1b[?1049l", "raw false"];

  it("is put back once, and nothing is drawn or heard afterwards", () => {
    const { did, keys, canvas, exits, terminal, pressedKeys } = taken();
    keys.emit("data", Buffer.from("sj"));
    terminal.restore();
    terminal.restore();
    terminal.draw("late");
    keys.emit("data", Buffer.from("q"));
    expect(pressedKeys).toEqual(["s", "j"]);
    expect(did).toEqual([...begun, ...ended]);
    expect([...keys.eventNames(), ...canvas.eventNames(), ...exits.eventNames()]).toEqual([]);
  });

  it.each(["SIGTERM", "SIGHUP", "SIGQUIT"])("is put back before %s ends the process", (signal) => {
    const { did, exits } = taken();
    exits.emit(signal);
    expect(did).toEqual([...begun, ...ended, signal]);
  });

  it("is put back when the process ends for whatever reason", () => {
    const { did, exits } = taken();
    exits.emit("exit");
    expect(did).toEqual([...begun, ...ended]);
  });
});

it("the runtime socket is that of the field, or of a line of the global section", () => {
  const of = (proxy: object) => {
    const [pair] = parseStack(sampleStack(pairWith({ proxy }))).pairs;
    return pair === undefined ? undefined : socketOf(pair);
  };
  expect(of({ runtimeSocket: { path: "/run/a.sock" } })).toBe("/run/a.sock");
  expect(of({ globalDirectives: ["stats timeout 1m", "stats socket /run/b.sock level admin"] })).toBe(
    "/run/b.sock",
  );
  expect(of({})).toBeUndefined();
});
