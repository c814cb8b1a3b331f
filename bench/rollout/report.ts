// The table of the figures, for the terminal and for docs/rollout-benchmark.md.
import type { Cost } from "../fleet/cost.ts";

/** What one rollout is asked for, in this order. */
export const steps = ["plan", "first release", "nothing to do", "one line changed"] as const;
export type Step = (typeof steps)[number];

export interface Size {
  readonly hosts: number;
  /** Pairs of a wave that change at the same time. */
  readonly concurrency: number;
  readonly costs: Readonly<Partial<Record<Step, Cost>>>;
}

export interface Report {
  readonly machine: Readonly<Record<string, string>>;
  /** By the pairs of each stage: `5,15,80`. */
  readonly sizes: Readonly<Record<string, Size>>;
}

const HEAD = [
  "pairs of dev, staging, prod",
  "hosts",
  "",
  "seconds",
  "CPU seconds",
  "CPU seconds per host",
  "hosts a minute",
  "of a first release",
];

export function table({ sizes }: Report): string {
  const bySize = Object.entries(sizes).sort(([, a], [, b]) => a.hosts - b.hosts);
  const lines = [HEAD, HEAD.map((_, n) => (n < 3 ? "---" : "---:")), ...bySize.flatMap(rows)];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function rows([pairs, { hosts, concurrency, costs }]: readonly [string, Size]): string[][] {
  const whole = costs["first release"];
  return steps.flatMap((step) => {
    const cost = costs[step];
    if (cost === undefined) return [];
    const first = step === steps.find((each) => costs[each] !== undefined);
    return [
      [
        first ? `${pairs} (${concurrency} at the same time)` : "",
        first ? String(hosts) : "",
        step,
        (cost.wallMs / 1000).toFixed(1),
        (cost.cpuMs / 1000).toFixed(1),
        (cost.cpuMs / 1000 / hosts).toFixed(3),
        ((hosts * 60_000) / cost.wallMs).toFixed(0),
        whole === undefined ? "" : `${((100 * cost.wallMs) / whole.wallMs).toFixed(0)} %`,
      ],
    ];
  });
}

/** The page of docs/. */
export function page(report: Report): string {
  const facts = Object.entries(report.machine).map(([name, value]) => `${name}: ${value}`);
  return `${[
    "# Rollouts over many hosts",
    "Written by `bench/rollout` from its figures; [bench/README.md](../bench/README.md) says what is measured and how. One run of each size. Wall time of `tandem rollout`, and the processor time of everything that it starts on the controller. Controller and hosts share one machine: the hosts' own work, a daemon of three processes on each, is in the wall time and not in the processor time. Look at what a host costs as they become more.",
    `${facts.join("; ")}.`,
    table(report),
    "*Plan* asks every host what it has. A *first release* provisions every host of each stage, backup first in each pair, proves that both nodes hear each other and seals the stage before the next one begins. *Nothing to do* looks at all of it again. *One line changed* takes a release that differs in one line of haproxy.cfg through all stages. After each release every host is asked whether it has it.",
  ].join("\n\n")}\n`;
}
