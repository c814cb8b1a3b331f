// One soak: clients, faults and reloads until the time is up, with pauses in which what is held is compared.
import { setMaxListeners } from "node:events";
import { Client } from "./client.ts";
import { Daemon, type Holdings } from "./daemon.ts";
import { Ledger, type Verdict } from "./ledger.ts";
import { listenerPort, Origins, pause } from "./origins.ts";
import { Random } from "./random.ts";

export interface Settings {
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
  readonly binary: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Result extends Verdict {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly reloads: number;
  /** What the proxy held in each pause. */
  readonly holdings: readonly Holdings[];
  readonly problems: readonly string[];
}

const ORIGINS = 5;
/** Origins with a fault at the same time. */
const AT_ONCE = 2;
/** Growth between pauses that is no leak: buffers and tables that once were needed. */
const SLACK_BYTES = 1 << 20;
const SLACK_DESCRIPTORS = 2;
/** How much of the list of problems is worth reading. */
const SHOWN = 20;

export async function soak(settings: Settings): Promise<Result> {
  const random = new Random(settings.seed);
  const origins = new Origins(random.fork());
  const ledger = new Ledger();
  const port = await listenerPort(random.fork());
  await origins.start(ORIGINS);
  const daemon = new Daemon({
    binary: settings.binary,
    port,
    sink: await ledger.listen(),
    origins: origins.ports,
    random: random.fork(),
  });
  try {
    await daemon.start();
    const pid = daemon.pid();
    const parts = Math.max(3, Math.round(settings.seconds / 120));
    const holdings: Holdings[] = [];
    let reloads = 0;
    for (let part = 0; part < parts && !settings.signal.aborted; part += 1) {
      const end = within((settings.seconds / parts) * 1000, settings.signal);
      const clients = Array.from(
        { length: settings.clients },
        (_, n) => new Client(`p${part}c${n}`, port, random.fork()),
      );
      const asking = clients.map((client) => ask(client, ledger, end));
      const [made] = await Promise.all([
        reload(daemon, random, end, settings.say),
        origins.torment(AT_ONCE, end, settings.say),
        ...asking,
      ]);
      reloads += made;
      holdings.push(await atRest(daemon));
      ledger.settle();
      settings.say(`part ${part + 1} of ${parts}: ${JSON.stringify(holdings.at(-1))}`);
    }
    const verdict = await judged(ledger, daemon);
    const restarted = daemon.pid() === pid ? [] : ["the proxy process was started anew"];
    return {
      ...verdict,
      seed: settings.seed,
      seconds: settings.seconds,
      faults: Object.fromEntries(origins.counts),
      reloads,
      holdings,
      unexplained: verdict.unexplained.slice(0, SHOWN),
      problems: [
        ...restarted,
        ...verdict.unexplained.slice(0, SHOWN).map((text) => `unexplained: ${text}`),
        ...leaks(holdings),
      ],
    };
  } finally {
    await daemon.stop();
    origins.stop();
    ledger.close();
  }
}

/** Aborted after the time, or with the other signal. */
function within(milliseconds: number, signal: AbortSignal): AbortSignal {
  const end = new AbortController();
  // Every client waits for it.
  setMaxListeners(0, end.signal);
  setTimeout(() => end.abort(), milliseconds);
  signal.addEventListener("abort", () => end.abort());
  return end.signal;
}

async function ask(client: Client, ledger: Ledger, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    ledger.record(await client.next());
    await pause(client.thinks(), end);
  }
  client.drop();
}

async function reload(daemon: Daemon, random: Random, end: AbortSignal, say: (line: string) => void) {
  let reloads = 0;
  const own = random.fork();
  for (;;) {
    await pause(own.between(1000, 5000), end);
    if (end.aborted) return reloads;
    await daemon.reload();
    reloads += 1;
    say("reloaded");
  }
}

/** What is held once the idle connections to the servers are closed: the least of some seconds. */
async function atRest(daemon: Daemon): Promise<Holdings> {
  let least = daemon.holdings();
  for (let n = 0; n < 15; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const now = daemon.holdings();
    least = {
      descriptors: Math.min(least.descriptors, now.descriptors),
      bytes: Math.min(least.bytes, now.bytes),
    };
  }
  return least;
}

/** Checks go on and are logged: what is on its way is given time to arrive. */
async function judged(ledger: Ledger, daemon: Daemon): Promise<Verdict> {
  for (let n = 0; ; n += 1) {
    const verdict = ledger.verdict(daemon.logged());
    const { sent, received, unread } = verdict.log;
    if (sent === received + unread || n === 20) return verdict;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Of the first part everything is still growing to its size. */
function leaks(holdings: readonly Holdings[]): string[] {
  const [, before] = holdings;
  const after = holdings.at(-1);
  if (before === undefined || after === undefined) return [];
  const problems = [];
  if (after.descriptors > before.descriptors + SLACK_DESCRIPTORS)
    problems.push(`descriptors grew from ${before.descriptors} to ${after.descriptors}`);
  if (after.bytes > before.bytes * 1.1 + SLACK_BYTES)
    problems.push(`memory grew from ${before.bytes} to ${after.bytes} bytes`);
  return problems;
}
