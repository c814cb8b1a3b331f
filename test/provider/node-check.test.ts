import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decode, UNKNOWN } from "../../src/provider/wire/values.ts";
import { call, checkRequest, connection, NODE_URN, nodeInputs, startProvider } from "./rpc.ts";

const inputs = (change = {}) => nodeInputs("a".repeat(64), change);

let running: Awaited<ReturnType<typeof startProvider>>;
beforeAll(async () => {
  running = await startProvider();
});
afterAll(async () => {
  await running.stop();
});

describe("check of a node", () => {
  it("accepts good inputs and returns connection and other secrets wrapped", async () => {
    const response = await call(running.client, running.client.check, checkRequest(NODE_URN, inputs()));
    expect(response.getFailuresList()).toEqual([]);
    const { secrets } = decode(response.getInputs());
    expect(secrets).toContainEqual(["secrets"]);
    expect(secrets).toContainEqual(["connection", "auth", 0, "password"]);
    expect(JSON.stringify(response.getInputs()?.toJavaScript())).toContain(
      "1b47061264138c4ac30d75fd1eb44270",
    );
  });

  it("names the property of every fault at once", async () => {
    const bad = { ...inputs(), binary: { sha256: "short", version: "1" }, sysctls: { "a.b": 5 }, extra: 1 };
    const response = await call(running.client, running.client.check, checkRequest(NODE_URN, bad));
    const properties = response.getFailuresList().map((failure) => failure.getProperty());
    expect(properties).toContain("binary.sha256");
    expect(properties).toContain('sysctls["a.b"]');
    expect(response.getFailuresList().some((failure) => failure.getReason().includes("extra"))).toBe(true);
  });

  it("refuses a placeholder whose secret has no value", async () => {
    const response = await call(
      running.client,
      running.client.check,
      checkRequest(NODE_URN, inputs({ secrets: {} })),
    );
    expect(response.getFailuresList().map((failure) => failure.getReason())).toEqual([
      "a file refers to secret vrrp, which has no value",
    ]);
  });

  it("does not judge what is not known yet", async () => {
    const news = {
      ...inputs(),
      connection: { ...connection, address: UNKNOWN, port: UNKNOWN },
      secrets: UNKNOWN,
    };
    const response = await call(running.client, running.client.check, checkRequest(NODE_URN, news));
    expect(response.getFailuresList()).toEqual([]);
  });

  it("answers an unknown type with an error that names the known ones", async () => {
    const request = checkRequest("urn:pulumi:dev::edge::tandem:index:Nodes::x", inputs());
    await expect(call(running.client, running.client.check, request)).rejects.toThrow(/tandem:index:Node, /);
  });
});
