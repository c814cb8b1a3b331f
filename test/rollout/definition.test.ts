import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPath, TandemError } from "../../src/diagnostics/index.ts";
import { defineRollout, type StackInput } from "../../src/index.ts";
import { overBudget } from "../../src/rollout/gate/budget.ts";
import { added, noCounters } from "../../src/rollout/gate/counters.ts";
import { parseRollout, planRollout, wantedRollout } from "../../src/rollout/index.ts";
import { chunks, waves } from "../../src/rollout/plan/waves.ts";
import { rollout as example } from "../../stacks/rollout.ts";
import { samplePair } from "../stack/sample.ts";

const binary = { sha256: "a".repeat(64), version: "0.1.0" };

/** An environment of its own: hosts, addresses and servers differ, the rest is the same. */
function environment(name: string, net: number, servers: number, more: object = {}): StackInput {
  const sample = samplePair();
  const [a, b] = sample.nodes;
  const at = (last: number) => `10.${net}.0.${last}`;
  const node = (from: typeof a, last: number) => ({
    ...from,
    name: `${name}-${from.name}`,
    address: at(last),
    interfaceAddress: `${at(last)}/24`,
  });
  return {
    name,
    pairs: [
      {
        ...sample,
        nodes: [node(a, 11), node(b, 12)],
        vrrpInstances: [
          {
            name: "VI_1",
            virtualRouterId: net,
            master: `${name}-lb-a`,
            vips: [{ address: `${at(100)}/24` }],
          },
        ],
        frontends: [
          { name: "www", mode: "http", binds: [{ address: at(100), port: 80 }], defaultBackend: "web" },
        ],
        backends: [
          {
            name: "web",
            mode: "http",
            healthCheck: { kind: "http" },
            servers: Array.from({ length: servers }, (_, i) => ({
              name: `${name}-${i}`,
              address: at(21 + i),
              port: 80,
            })),
          },
        ],
        ...more,
      },
    ],
  };
}

const problemsOf = (input: unknown): string[] => {
  try {
    parseRollout(input);
    return [];
  } catch (error) {
    if (!(error instanceof TandemError)) throw error;
    return error.problems.map(
      ({ code, where }) => `${where?.kind === "path" ? formatPath(where.path) : "-"} ${code}`,
    );
  }
};

describe("a definition", () => {
  test("is found wrong all at once, with paths, also inside the stages' stacks", () => {
    const broken = environment("dev", 1, 1, { vrrpInstances: [] });
    expect(
      problemsOf({
        name: "edge",
        stagse: [],
        stages: [
          { name: "dev", stack: broken, onFailure: "undo", gates: [{ kind: "soak" }] },
          { name: "prod", stack: environment("prod", 2, 1), concurrency: 0, wavse: [] },
        ],
      }),
    ).toEqual([
      "stages[0].gates[0].duration STACK_MISSING",
      "stages[0].onFailure STACK_VALUE_UNKNOWN",
      "stages[1].concurrency STACK_VALUE_OUT_OF_RANGE",
      "stages[1].wavse STACK_UNKNOWN_KEY",
      "stagse STACK_UNKNOWN_KEY",
      "stages[0].stack.pairs[0].vrrpInstances STACK_PAIR_WITHOUT_INSTANCE",
      "stages[0].stack.pairs[0].frontends[0].binds[0].address STACK_BIND_FOREIGN_ADDRESS",
    ]);
  });

  test("names waves that cannot be, hosts of two stages and stages of one name", () => {
    const dev = environment("dev", 1, 1);
    const wrong = {
      stages: [
        {
          name: "dev",
          stack: dev,
          waves: [
            { kind: "rest" },
            { kind: "pairs", pairs: ["egde", "edge"] },
            { kind: "pairs", pairs: ["edge"] },
          ],
        },
        { name: "dev", stack: environment("prod", 2, 1) },
        { name: "prod", stack: dev },
      ],
      varies: ["frontends[0]"],
    };
    expect(problemsOf({ ...wrong, varies: [] })).toEqual([
      "stages[1].name ROLLOUT_STAGE_TWICE",
      "stages[2].stack.pairs[0].nodes[0] ROLLOUT_HOST_SHARED",
      "stages[2].stack.pairs[0].nodes[1] ROLLOUT_HOST_SHARED",
      "stages[0].waves[0] ROLLOUT_WAVE_AFTER_REST",
      "stages[0].waves[1].pairs[0] ROLLOUT_NO_SUCH_PAIR",
      "stages[0].waves[2].pairs[0] ROLLOUT_PAIR_TWICE",
    ]);
    expect(problemsOf(wrong)).toEqual(["varies[0] ROLLOUT_VARIES_INVALID"]);
  });
});

describe("a release", () => {
  const wanted = (prod: StackInput, varies: readonly string[] = [], binaries = [binary]) => {
    const input = defineRollout({
      stages: [
        { name: "dev", stack: environment("dev", 1, 1) },
        { name: "prod", stack: prod },
      ],
      varies,
    });
    return binaries.map((one) => wantedRollout(parseRollout(input).rollout, one));
  };

  test("is the same where only hosts, addresses and the number of servers differ", () => {
    const [rollout] = wanted(environment("prod", 2, 4));
    const [dev, prod] = rollout?.stages ?? [];
    expect(prod?.release).toBe(dev?.release);
    expect(prod?.pairs[0]?.nodes).not.toEqual(dev?.pairs[0]?.nodes);
  });

  test("is another one when anything that acts differs, and the plan says where", () => {
    const [rollout] = wanted(
      environment("prod", 2, 4, { proxy: { retries: 5 }, sysctls: { "net.core.somaxconn": 128 } }),
    );
    if (rollout === undefined) throw new Error("one rollout");
    const [dev, prod] = planRollout(rollout, {});
    expect(prod?.release).not.toBe(dev?.release);
    expect(prod?.state).toBe("refused");
    expect(prod?.unlike).toEqual([
      { pair: "edge", nearest: "edge", paths: ["pair.proxy.retries", "pair.sysctls.net.core.somaxconn"] },
    ]);
  });

  test("may differ where the definition says that environments vary", () => {
    const [rollout] = wanted(environment("prod", 2, 4, { proxy: { retries: 5 } }), ["proxy.retries"]);
    expect(new Set(rollout?.stages.map(({ release }) => release)).size).toBe(1);
  });

  test("of the example is one for all its environments, whatever their size", () => {
    const { rollout, warnings } = parseRollout(example);
    expect(warnings).toEqual([]);
    const { stages } = wantedRollout(rollout, binary);
    expect(new Set(stages.map(({ release }) => release)).size).toBe(1);
    expect(stages.map(({ waves }) => waves.map(({ length }) => length))).toEqual([[1], [1, 1], [1, 2, 1]]);
  });

  test("is another one with another daemon", () => {
    const [one, other] = wanted(
      environment("prod", 2, 4),
      [],
      [binary, { ...binary, sha256: "b".repeat(64) }],
    );
    expect(one?.stages[0]?.release).not.toBe(other?.stages[0]?.release);
  });
});

describe("waves", () => {
  const wave = fc.oneof(
    fc.record({ kind: fc.constant("share" as const), percent: fc.integer({ min: 1, max: 100 }) }),
    fc.record({
      kind: fc.constant("pairs" as const),
      pairs: fc.uniqueArray(fc.integer({ min: 0, max: 9 }).map(String), { minLength: 1 }),
    }),
  );

  test("take every pair exactly once, whatever they are", () => {
    fc.assert(
      fc.property(
        fc.option(fc.array(wave), { nil: undefined }),
        fc.integer({ min: 1, max: 10 }),
        (wished, count) => {
          const pairs = Array.from({ length: count }, (_, i) => String(i));
          // A pair in two waves is refused before this.
          const seen = new Set<string>();
          const once = wished?.map((one) =>
            one.kind === "share"
              ? one
              : { ...one, pairs: one.pairs.filter((pair) => !seen.has(pair) && seen.add(pair) && true) },
          );
          const made = waves(once, pairs);
          expect(made.flat().sort()).toEqual([...pairs].sort());
          expect(made.every(({ length }) => length > 0)).toBe(true);
        },
      ),
    );
  });

  test("are by default one pair, half, and the rest", () => {
    const pairs = Array.from({ length: 8 }, (_, i) => `web-${i}`);
    expect(waves(undefined, pairs).map(({ length }) => length)).toEqual([1, 4, 3]);
    expect(waves(undefined, ["web"])).toEqual([["web"]]);
    expect(chunks(pairs, 3).map(({ length }) => length)).toEqual([3, 3, 2]);
  });
});

describe("an error budget", () => {
  const budget = { errors5xx: 0.01, retries: 0, refused: 0, checkFlaps: 1 };
  const judge = (counted: Partial<typeof noCounters>, flaps = 0, atEnd = true) =>
    overBudget({ budget }, { ...noCounters, ...counted }, flaps, atEnd);

  test("is kept up to its rate, and names what is over it", () => {
    expect(judge({ requests: 1000, errors5xx: 10 })).toEqual([]);
    expect(judge({ requests: 1000, errors5xx: 11 })).toEqual(["5xx 1.1 % of 1000 requests, allowed 1 %"]);
    expect(judge({ requests: 1000, retries: 1, refused: 1 }, 2)).toEqual([
      "retries 0.1 % of 1000 requests, allowed 0 %",
      "refused 0.1 % of 1000 requests, allowed 0 %",
      "servers went up or down 2 times, allowed 1",
    ]);
  });

  test("lets one failure pass on the way that the end would not", () => {
    expect(judge({ requests: 3, errors5xx: 1 }, 0, false)).toEqual([]);
    expect(judge({ requests: 3, errors5xx: 1 }, 0, true)).toHaveLength(1);
    expect(judge({ requests: 3, errors5xx: 2 }, 0, false)).toHaveLength(1);
  });

  test("counts what was added, also when the daemon was restarted meanwhile", () => {
    const before = { requests: 100, errors5xx: 1, retries: 0, refused: 0 };
    expect(added(before, { ...before, requests: 150, errors5xx: 4 })).toMatchObject({
      requests: 50,
      errors5xx: 3,
    });
    expect(added(before, { ...noCounters, requests: 7 })).toMatchObject({ requests: 7, errors5xx: 0 });
  });
});
