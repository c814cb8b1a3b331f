import { describe, expect, it } from "vitest";
import { diffDrill } from "../../src/provider/drill/drill.ts";

const inputs = {
  pair: "web",
  nodes: [{ name: "lb-a", address: "10.0.0.11" }],
  instance: "VI_1",
  probe: { kind: "tcp", address: "10.0.0.100", port: 80 },
  faults: ["kill"],
  maxOutageMs: 1000,
  preempts: true,
  preemptDelayMs: 0,
  when: "change",
  releases: { "lb-a": "1" },
};

function changed(news: object, olds: object = inputs): string[] {
  const args = { outputs: {}, oldInputs: olds, inputs: { ...inputs, ...news } };
  return diffDrill(args as Parameters<typeof diffDrill>[0]).map((change) => change.path.join("."));
}

describe("when a drill is run again", () => {
  it("not when nothing changed, nor when only the way to the hosts did", () => {
    expect(changed({})).toEqual([]);
    expect(changed({ nodes: [{ name: "lb-a", address: "lb-a.example" }] })).toEqual([]);
    expect(changed({ probe: { ...inputs.probe, from: { name: "client" } } })).toEqual([]);
  });

  it("with another release of a node, when it runs at every change", () => {
    expect(changed({ releases: { "lb-a": "2" } })).toEqual(["releases"]);
  });

  it("not with another release, when it runs once", () => {
    expect(changed({ when: "create", releases: { "lb-a": "2" } })).toEqual([]);
  });

  it("always, when it is told so", () => {
    expect(changed({ when: "always" })).toEqual(["when"]);
  });

  it("when the drill itself is another", () => {
    expect(changed({ faults: ["kill", "linkDown"], maxOutageMs: 500 })).toEqual(["faults", "maxOutageMs"]);
    expect(changed({ probe: { ...inputs.probe, port: 81 } })).toEqual(["probe"]);
  });
});
