import { expect, test } from "vitest";
import { inspectStack } from "../../src/stack/index.ts";
import { pairWith, samplePair, sampleStack } from "./sample.ts";

const [instance] = samplePair().vrrpInstances;
if (instance === undefined) throw new Error("the sample has an instance");

const told = (changes: Parameters<typeof pairWith>[0]) =>
  inspectStack(sampleStack(pairWith(changes)))
    .problems.filter(({ severity }) => severity === "error")
    .map(({ code, where }) => [code, where?.kind === "path" ? where.path.join(".") : ""]);

const asked = {
  vrrp: { globalDirectives: ["vrrp_notify_fifo /run/fifo"] },
  trackScripts: [{ name: "tandem_proxy", script: "/usr/bin/true" }],
  vrrpInstances: [
    {
      ...instance,
      witnesses: [{ kind: "gateway" as const }],
      trackScripts: ["tandem_proxy"],
    },
  ],
};

test("what Debian's packages cannot do is an error at its place, all of it at once", () => {
  expect(told({ engine: "distro", ...asked })).toEqual([
    ["STACK_ENGINE_LACKS", "pairs.0.vrrpInstances.0.witnesses"],
    ["STACK_ENGINE_LACKS", "pairs.0.trackScripts.0.name"],
    ["STACK_ENGINE_LACKS", "pairs.0.vrrp.globalDirectives.0"],
  ]);
});

test("Tandem's own daemon does all of it", () => {
  expect(told({ engine: "tandemd", ...asked })).toEqual([]);
});

test("a script may look for haproxy where a process has that name", () => {
  const trackScripts = [{ name: "seek", script: "/usr/bin/killall -0 haproxy", weight: 0 }];
  const vrrpInstances = [{ ...instance, trackScripts: ["seek"] }];
  expect(told({ engine: "distro", trackScripts, vrrpInstances })).toEqual([]);
  expect(told({ engine: "tandemd", trackScripts, vrrpInstances })).toEqual([
    ["STACK_SCRIPT_SEEKS_HAPROXY", "pairs.0.trackScripts.0.script"],
  ]);
});
