import pb from "@pulumi/pulumi/proto/provider_pb.js";
import { describe, expect, it } from "vitest";
import { diffDrill } from "../../src/provider/drill/drill.ts";
import { decode } from "../../src/provider/wire/values.ts";
import { call, checkRequest, connection, DRILL_URN, readRequest, startProvider } from "./rpc.ts";

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

describe("a drill whose hosts do not answer", () => {
  const whole = {
    ...inputs,
    nodes: [connection, { ...connection, name: "lb-b", address: "10.0.0.12" }],
    probe: { ...inputs.probe, path: "/", intervalMs: 5, timeoutMs: 1000 },
  };
  const results = { results: { kill: { passed: true } } };

  async function read(settings: object) {
    const running = await startProvider();
    running.hosts.unreachable.add("lb-a");
    try {
      const request = new pb.ConfigureRequest();
      request.setArgs(checkRequest(DRILL_URN, settings).getNews());
      await call(running.client, running.client.configure, request);
      return await call(
        running.client,
        running.client.read,
        readRequest(DRILL_URN, "web-drill", whole, results),
      );
    } finally {
      await running.stop();
    }
  }

  it("cannot be read", async () => {
    await expect(read({})).rejects.toThrow(/HOST_UNREACHABLE/);
  });

  it("is taken as it was when the hosts are to be forgotten", async () => {
    const response = await read({ onUnreachable: "forget" });
    expect(decode(response.getProperties()).value).toEqual(results);
  });
});
