import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { DaemonStatus } from "../../src/host/daemon-status.ts";
import type { CommandResult, Host, Shell } from "../../src/host/host.ts";
import { type DrillResult, runDrill } from "../../src/verify/index.ts";
import { idleStatus } from "../host/idle-status.ts";

type Instance = NonNullable<DaemonStatus["vrrp"]>["instances"][number];

/** What the two hosts are in, and how their address answers: a web server of this process. */
class Pair {
  readonly states: Record<string, Instance["state"]> = { "lb-a": "MASTER", "lb-b": "BACKUP" };
  answers = true;
  answered = 0;
  /** Answers that were given since lb-b was master. */
  bySuccessor = 0;
  /** Looks at lb-b since it is master, and the one at which it begins to answer: the neighbours learn of it later. */
  looks = 0;
  readonly answersAt = 12;
  /** Looks at the state of any host that are under way, and all that there were. */
  asking = 0;
  asked = 0;
  /** Commands that were run, beside looks at the state. */
  readonly commands: string[] = [];
  /** What a command does, by a word of it. */
  readonly effects: readonly (readonly [word: string, effect: () => Promise<void> | void])[];
  readonly #held: ServerResponse[] = [];
  readonly server = createServer((_, response) => {
    if (this.answers) this.#answer(response);
    else this.#held.push(response);
  });

  constructor(effects: (pair: Pair) => Pair["effects"]) {
    this.effects = effects(this);
  }

  /** Also what is open since the answers ceased. */
  goOn(): void {
    this.answers = true;
    for (const response of this.#held.splice(0)) this.#answer(response);
  }

  #answer(response: ServerResponse): void {
    this.answered += 1;
    if (this.states["lb-b"] === "MASTER") this.bySuccessor += 1;
    response.end("web-1");
  }

  host(name: string): Host {
    const shell: Shell = {
      name,
      run: (argv) => this.#run(name, argv.join(" ")),
      close: async () => undefined,
    };
    const never = () => Promise.reject(new Error("no part of a drill"));
    return {
      name,
      observe: never,
      preflight: never,
      apply: never,
      destroy: never,
      shell: async () => shell,
      close: async () => undefined,
    };
  }

  async #run(name: string, command: string): Promise<CommandResult> {
    const said = (text: string) => ({ exitCode: 0, stdout: Buffer.from(text), stderr: "" });
    if (command.startsWith("cat ")) return said("ExecStart=/opt/tandemd run\n");
    if (command.endsWith("status --json")) {
      this.asked += 1;
      this.asking += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
      this.asking -= 1;
      return said(JSON.stringify(this.#status(name)));
    }
    this.commands.push(command);
    for (const [word, effect] of this.effects) if (command.includes(word)) await effect();
    return said("");
  }

  #status(name: string): DaemonStatus {
    if (name === "lb-b" && this.states[name] === "MASTER") this.looks += 1;
    if (this.looks === this.answersAt) this.goOn();
    const instance: Instance = {
      name: "VI_1",
      state: this.states[name] ?? "INIT",
      reasons: [],
      interface: "eth0",
      virtualRouterId: 51,
      version: 3,
      family: "ipv4",
      priority: name === "lb-a" ? 254 : 253,
      effectivePriority: 254,
      advertIntervalMs: 100,
      addresses: [],
      held: [],
      master: null,
      lastAdvertHeardMs: null,
      since: 0,
      transitions: 0,
      counters: {},
    };
    return { ...idleStatus, vrrp: { instances: [instance] } };
  }
}

const open: Pair[] = [];
afterEach(() => {
  for (const pair of open.splice(0)) {
    pair.server.close();
    pair.server.closeAllConnections();
  }
});

async function drill(pair: Pair): Promise<DrillResult> {
  open.push(pair);
  await new Promise<void>((resolve) => pair.server.listen(0, "127.0.0.1", resolve));
  return runDrill({
    pair: "web",
    instance: "VI_1",
    hosts: [pair.host("lb-b"), pair.host("lb-a")],
    fault: "stop",
    probe: {
      kind: "http",
      address: "127.0.0.1",
      port: (pair.server.address() as AddressInfo).port,
      path: "/",
      intervalMs: 5,
      timeoutMs: 5000,
    },
    maxOutageMs: 5000,
    preempts: true,
    preemptDelayMs: 0,
    signal: AbortSignal.timeout(60_000),
  });
}

it("lets the fault last until the successor has answered, whatever was answered while it was injected", async () => {
  let atRecovery = -1;
  const pair = new Pair((all) => [
    // A busy host: the former master goes on answering until the fault is in force.
    [
      "systemd-run",
      async () => {
        const enough = all.answered + 40;
        while (all.answered < enough) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    ],
    [
      "SIGSTOP",
      () => {
        all.answers = false;
        all.states["lb-b"] = "MASTER";
      },
    ],
    [
      "SIGCONT",
      () => {
        atRecovery = all.bySuccessor;
        all.goOn();
        all.states["lb-b"] = "BACKUP";
      },
    ],
  ]);
  const result = await drill(pair);
  expect(result).toMatchObject({ failures: [], masterBefore: "lb-a", masterAfter: "lb-b" });
  expect(atRecovery).toBeGreaterThanOrEqual(20);
  // Twelve looks, one every 25 ms.
  expect(result.outageMs).toBeGreaterThan(250);
  expect(pair.commands.map((command) => command.split(" ").slice(0, 3).join(" "))).toEqual([
    expect.stringContaining("systemd-run"),
    "systemctl kill --signal=SIGSTOP",
    "systemctl kill --signal=SIGCONT",
    expect.stringContaining("systemctl stop"),
  ]);
});

it("asks no host any more once it has ended, also when it fails: who closes them is not followed by a new connection", async () => {
  const pair = new Pair((all) => [
    [
      "SIGSTOP",
      () => {
        all.answers = false;
        all.states["lb-b"] = "MASTER";
      },
    ],
    ["SIGCONT", () => Promise.reject(new Error("the host is gone"))],
  ]);
  await expect(drill(pair)).rejects.toThrow("the host is gone");
  expect(pair.asking).toBe(0);
  const { asked } = pair;
  // Four times as long as from one look to the next.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(pair.asked).toBe(asked);
});
