import pb from "@pulumi/pulumi/proto/provider_pb.js";
import { describe, expect, it } from "vitest";
import { call, startProvider } from "./rpc.ts";

interface Schema {
  readonly resources: Record<
    string,
    { inputProperties: Record<string, object>; requiredInputs: string[]; properties: Record<string, object> }
  >;
  readonly types: Record<string, { properties: Record<string, object> }>;
}

async function schema(): Promise<{ text: string; parsed: Schema }> {
  const running = await startProvider();
  const response = await call(running.client, running.client.getSchema, new pb.GetSchemaRequest());
  await running.stop();
  return { text: response.getSchema(), parsed: JSON.parse(response.getSchema()) as Schema };
}

describe("the package schema", () => {
  it("describes all resources with the properties that their checks accept", async () => {
    const { parsed } = await schema();
    expect(Object.keys(parsed.resources)).toEqual([
      "tandem:index:Node",
      "tandem:index:PairHearing",
      "tandem:index:FailoverDrill",
    ]);
    const node = parsed.resources["tandem:index:Node"];
    expect(node?.requiredInputs).toContain("files");
    expect(node?.requiredInputs).not.toContain("secrets");
    expect(node?.inputProperties.secrets).toMatchObject({ secret: true });
    expect(node?.properties.roles).toMatchObject({ type: "object" });
  });

  it("has a definition for every type it refers to", async () => {
    const { text, parsed } = await schema();
    const used = [...text.matchAll(/"#\/types\/([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(used.length).toBeGreaterThan(5);
    for (const token of used) expect(parsed.types).toHaveProperty([token]);
  });
});
