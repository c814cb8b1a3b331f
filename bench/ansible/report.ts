// Tables of the figures, for the terminal and for docs/ansible-benchmark.md.
import type { Cost } from "../fleet/cost.ts";
import { type Action, actions } from "./contender.ts";
import type { Costs } from "./rounds.ts";

export interface Report {
  readonly machine: Readonly<Record<string, string>>;
  /** By number of hosts. */
  readonly sizes: Readonly<Record<string, Costs>>;
}

const TITLES: Readonly<Record<Action, string>> = {
  first: "first apply",
  check: "check, nothing to do",
  change: "one line changed",
};

/** How many times faster Tandem is to be. */
const TARGETS: Readonly<Partial<Record<string, number>>> = { "first tandem": 3, "check tandem": 10 };

/** The sizes for which they are. */
const SIZES = ["2", "20", "100"] as const;

const RIVAL = "ansible";

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}

const spread = (values: readonly number[], digits: number) => {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
};

const seconds = (costs: readonly Cost[], of: keyof Cost) =>
  spread(
    costs.map((cost) => cost[of] / 1000),
    2,
  );

/** Neighbours of one round are compared, so that a slow moment of the machine is no one's alone. */
function ratios(costs: readonly Cost[], rival: readonly Cost[], of: keyof Cost): readonly number[] {
  return costs.flatMap((cost, round) => {
    const other = rival[round];
    return other === undefined ? [] : [other[of] / cost[of]];
  });
}

function rows(hosts: string, costs: Costs): string[][] {
  return actions.flatMap((action) => {
    const rival = costs[action][RIVAL] ?? [];
    return Object.entries(costs[action])
      .sort(([a], [b]) => Number(a === RIVAL) - Number(b === RIVAL))
      .map(([id, own], n) => {
        const wall = ratios(own, rival, "wallMs");
        const target = TARGETS[`${action} ${id}`];
        const met = target !== undefined && median(wall) >= target ? "met" : "**missed**";
        return [
          n === 0 ? hosts : "",
          n === 0 ? TITLES[action] : "",
          id,
          seconds(own, "wallMs"),
          seconds(own, "cpuMs"),
          id === RIVAL ? "" : spread(wall, 1),
          target === undefined ? "" : `≥ ${target}: ${met}`,
          id === RIVAL ? "" : spread(ratios(own, rival, "cpuMs"), 1),
        ];
      });
  });
}

/** Every size, action and command, with how many times less it takes than Ansible. */
export function table(report: Report): string {
  const head = ["hosts", "", "", "seconds", "CPU seconds", "times faster", "target", "times less CPU"];
  const lines = [
    head,
    head.map((_, n) => (n < 3 ? "---" : "---:")),
    ...Object.entries(report.sizes).flatMap(([hosts, costs]) => rows(hosts, costs)),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** One line for each size that there is a target for: by how much it is met or missed, or that nobody measured it. */
export function verdicts(report: Report): string {
  return SIZES.map((hosts) => `- ${hosts} hosts: ${verdict(report.sizes[hosts])}`).join("\n");
}

function verdict(costs: Costs | undefined): string {
  if (costs === undefined) return "not measured";
  return Object.entries(TARGETS)
    .map(([key, target]) => {
      const action = actions.find((name) => key.startsWith(name)) ?? "first";
      const own = costs[action][key.slice(action.length + 1)] ?? [];
      if (own.length === 0) return `${TITLES[action]} not measured`;
      const faster = median(ratios(own, costs[action][RIVAL] ?? [], "wallMs"));
      const met = faster >= Number(target) ? "met" : "**missed**";
      return `${TITLES[action]} ${faster.toFixed(1)} times faster (target ${target}: ${met})`;
    })
    .join("; ");
}

/** The page of docs/. */
export function page(report: Report): string {
  const facts = Object.entries(report.machine).map(([name, value]) => `${name}: ${value}`);
  const rounds = Object.entries(report.sizes).map(
    ([hosts, costs]) => `${costs.first[RIVAL]?.length ?? 0} rounds with ${hosts} hosts`,
  );
  return `${[
    "# Provisioning: Tandem beside Ansible",
    "Written by `bench/ansible` from its figures; [bench/README.md](../bench/README.md) says what is measured and how. Median (least–most). Wall time of the command, and the processor time of everything that it starts on the controller. Controller and hosts share one machine, so with many hosts both wait for the same processors; look at the ratios.",
    `${facts.join("; ")}. ${rounds.join(", ")}.`,
    verdicts(report),
    table(report),
    "`tandem` is `pulumi up --skip-preview` for the applies, and `tandem diff` for the check: like `ansible-playbook --check --diff` it compares the definition with the hosts. `tandem preview` is the same question asked through Pulumi (`pulumi preview --expect-no-changes`), whose engine, language host and program start each time. An apply of Tandem also lets tandemd judge the files before they count, arms a rollback on the host, waits until the service runs what it was given, confirms over a second connection, goes through a pair backup first, and proves that both nodes hear each other; the playbook does none of this.",
  ].join("\n\n")}\n`;
}
