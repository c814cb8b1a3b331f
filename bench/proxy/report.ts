// Tables of the figures, for the terminal and for docs/proxy-benchmark.md.
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import type { CaseResult, IdleResult, Load, Ratio, ThreadsResult } from "./run.ts";

export interface Report {
  readonly machine: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly seconds: number;
  readonly cases: Readonly<Record<string, CaseResult>>;
  readonly idle?: IdleResult;
  readonly tlsIdle?: IdleResult;
  readonly threads?: ThreadsResult;
}

const MEMORY_TARGET = 0.5;
const SCALING_TARGET = 1.8;

function verdict(value: number, target: number | undefined, atLeast = false): string {
  if (target === undefined) return "";
  const met = atLeast ? value >= target : value <= target;
  return `${atLeast ? "≥" : "≤"} ${target}: ${met ? "met" : "**missed**"}`;
}

function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, n) => (n === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function each<T>(report: Report, row: (it: Case, result: CaseResult) => T[]): T[] {
  return cases.flatMap((it) => {
    const result = report.cases[it.id];
    return result === undefined ? [] : row(it, result);
  });
}

const number = (value: number | undefined, digits = 2) => value?.toFixed(digits) ?? "–";
const spread = (ratio: Ratio | undefined) =>
  ratio === undefined
    ? "–"
    : `${number(ratio.median)} (${number(Math.min(...ratio.each))}–${number(Math.max(...ratio.each))})`;

/** tandemd's processor time by that of each other, with the targets. */
function ratioTable(report: Report): string {
  const rows = each(report, (it, { saturated, fixed }) => {
    const line = (title: string, rival: string, target: number | undefined) => [
      title,
      spread(saturated.cpu[rival]),
      verdict(saturated.cpu[rival]?.median ?? Number.NaN, target),
      kernelAlone(saturated, rival),
      spread(fixed.cpu[rival]),
      verdict(fixed.cpu[rival]?.median ?? Number.NaN, target),
      kernelAlone(fixed, rival),
      spread(fixed.p99?.[rival]),
      spread(rival === "haproxy" ? saturated.cpu.nginx : undefined),
    ];
    const plain = [line(it.title, "haproxy", it.targets.cpu)];
    if (saturated.cpu["haproxy-splice"] === undefined) return plain;
    return [...plain, line(`– haproxy with its splice options`, "haproxy-splice", it.targets.cpuSplice)];
  });
  const head = [
    "case",
    "saturated",
    "target",
    "kernel alone",
    "fixed rate",
    "target",
    "kernel alone",
    "p99 at that rate",
    "saturated ÷ nginx",
  ];
  return grid(head, rows);
}

/** What the ratio would be if tandemd took no time of its own, but for the kernel's work on its calls. */
function kernelAlone({ by }: Load, rival: string): string {
  const { tandemd } = by;
  const other = by[rival];
  return tandemd === undefined || other === undefined
    ? "–"
    : number(tandemd.cost.system / (other.cost.user + other.cost.system));
}

function syscallTable(report: Report): string {
  const rows = each(report, (it, { syscalls }) => [
    [
      it.title,
      number(syscalls.tandemd?.total),
      verdict(syscalls.tandemd?.total ?? Number.NaN, it.targets.syscalls),
      number(syscalls.haproxy?.total),
      number(syscalls.nginx?.total),
    ],
  ]);
  return grid(["system calls for each request", "tandemd", "target", "haproxy", "nginx"], rows);
}

/** Microseconds for each request, user and system; the rest is what the load saw. */
function costTable(report: Report, pick: (result: CaseResult) => Load): string {
  const rows = each(report, (it, result) => {
    const { rate, by } = pick(result);
    return Object.entries(by).map(
      ([name, { cost, sleeps, perSecond, busy, latency, errors, unsent, logged }], n) => [
        n === 0 ? it.title : "",
        name,
        `${number(cost.total, 1)} (${number(cost.user, 1)} / ${number(cost.system, 1)})`,
        `${number((cost.system / (cost.user + cost.system)) * 100, 0)} %`,
        number(sleeps),
        rate === null ? `${perSecond} (${number(busy * 100, 0)} % busy)` : String(rate),
        latency === null ? "–" : `${number(latency.p50, 0)} / ${number(latency.p99, 0)}`,
        [
          errors > 0 ? `${errors} errors` : "",
          unsent > 0 ? `${unsent} late` : "",
          it.log ? `${number(logged * 100, 1)} % of the log lines` : "",
        ]
          .filter((text) => text !== "")
          .join(", "),
      ],
    );
  });
  return grid(
    ["case", "proxy", "µs (user / system)", "kernel", "sleeps", "requests / s", "p50 / p99, µs", ""],
    rows,
  );
}

/** Memory of connections in the clear and with TLS, as far as it was measured. */
function idleTable({ idle, tlsIdle }: Report): string | undefined {
  const rows = [
    ...(idle === undefined ? [] : [idleRow("in the clear", idle)]),
    ...(tlsIdle === undefined ? [] : [idleRow("TLS 1.3", tlsIdle)]),
  ];
  if (rows.length === 0) return undefined;
  return grid(
    ["idle connections", "of them", "tandemd, bytes each", "haproxy", "nginx", "tandemd ÷ haproxy", "target"],
    rows,
  );
}

function idleRow(kind: string, { connections, bytes }: IdleResult): string[] {
  const own = bytes.tandemd ?? Number.NaN;
  const ratio = own / (bytes.haproxy ?? Number.NaN);
  const figures = [own, bytes.haproxy, bytes.nginx].map((value) => number(value, 0));
  return [kind, String(connections), ...figures, number(ratio), verdict(ratio, MEMORY_TARGET)];
}

function threadsTable({ microseconds, scaling }: ThreadsResult): string {
  const rows = Object.entries(microseconds).map(([name, [one, two]]) => [
    name,
    number(one, 1),
    number(two, 1),
    spread(scaling[name]),
    name === "tandemd" ? verdict(scaling[name]?.median ?? Number.NaN, SCALING_TARGET, true) : "",
  ]);
  return grid(["rules, full load", "1 thread, µs", "2 threads, µs", "scaling", "target"], rows);
}

const BESIDE =
  "Processor time of tandemd for a request ÷ that of haproxy: median of neighbouring slices (least–most)";

/** The tables that answer whether the targets are met. */
export function table(report: Report): string {
  const parts = [BESIDE, ratioTable(report), syscallTable(report)];
  const idle = idleTable(report);
  if (idle !== undefined) parts.push(idle);
  if (report.threads !== undefined) parts.push(threadsTable(report.threads));
  return parts.join("\n\n");
}

/** The machine of a run and its pace. */
export function circumstances({ machine, rounds, seconds }: Omit<Report, "cases">): string {
  const parts = Object.entries(machine).map(([name, value]) => `${name}: ${value}`);
  return `${parts.join("; ")}. ${rounds} rounds, A B C and C B A in turn, slices of ${seconds} s`;
}

/** Cases of other runs than the rest, by what is to be said of those. */
function others(report: Report): readonly string[] {
  const runs = new Map<string, string[]>();
  for (const [apart, title] of each(report, (it, { apart }) =>
    apart === undefined ? [] : [[apart, it.title] as const],
  ))
    runs.set(apart, [...(runs.get(apart) ?? []), title]);
  return [...runs].map(([apart, titles]) => `Measured in another run (${titles.join("; ")}): ${apart}.`);
}

/** The page of docs/. */
export function page(report: Report): string {
  const optional = (title: string, text: string | undefined) => (text === undefined ? [] : [title, text]);
  return `${[
    "# Proxy: tandemd beside haproxy and nginx",
    "Written by `bench/proxy` from its figures; [bench/README.md](../bench/README.md) says what is measured and how. All proxies of a case run in one run on one machine, slices interleaved; other machines give other microseconds, so look at the ratios.",
    `${circumstances(report)}; one thread for each proxy, pinned, origin and client together on the other processor.`,
    ...others(report),
    "## Against haproxy",
    `${BESIDE}. Below 1 tandemd is cheaper. At the fixed rate every proxy gets half the requests that the slowest of them can answer, as an open loop. *Kernel alone* is what the ratio would be if tandemd did nothing but its system calls: no program can get below that with the same calls. [proxy-profile.md](proxy-profile.md) says where the time goes, and why the targets that are missed are.`,
    ratioTable(report),
    "## System calls",
    syscallTable(report),
    ...optional("## Memory of a connection", idleTable(report)),
    ...optional("## Two threads", report.threads && threadsText(report.threads)),
    "## Saturated",
    costTable(report, ({ saturated }) => saturated),
    "## At a fixed rate",
    costTable(report, ({ fixed }) => fixed),
  ].join("\n\n")}\n`;
}

function threadsText(threads: ThreadsResult): string {
  return `${threadsTable(threads)}

Two processors have to serve the client, the origin and the proxy, so the throughput of two saturated threads cannot be seen on such a machine. What can be seen is what the second thread costs: under full load a request takes so much processor time with one thread on a processor of its own and with two on both, which they share with the load, and *scaling* is how many requests two threads answer in the processor time of both, divided by what one answers in its own.`;
}
