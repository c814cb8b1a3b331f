import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../lab/index.ts";
import { stack } from "../../stacks/examples/storage.ts";
import { deployExample, type Example, Servers } from "./example.ts";

// stacks/examples/storage.ts with stand-ins for the gateways: what is behind them is none of the pair's business.
let example: Example;
let servers: Servers;

beforeAll(async () => {
  example = await deployExample(stack, {
    prepare: async (prepared) => {
      const health = { path: "/swift/healthcheck", status: 200 };
      servers = await Servers.start(prepared, [
        ...[21, 22, 23].map((last) => ({
          name: `rgw-${last - 20}`,
          last,
          port: 8080,
          kind: "http" as const,
          health,
        })),
        ...[31, 32].map((last) => ({ name: `nfs-${last - 30}`, last, port: 2049, kind: "tcp" as const })),
      ]);
    },
  });
  await holds(100, "lb-a");
  await holds(101, "lb-b");
});

afterAll(async () => {
  servers?.stop();
  await example?.down();
});

const holds = (last: number, hosts: string) =>
  until(`${hosts} alone holds .${last}`, 30_000, async () =>
    (await example.holders(last)) === hosts ? true : undefined,
  );

const objects = () => example.client("curl", "-sS", "--max-time", "5", `http://${example.at(100)}/`);
const files = () =>
  example.client("bash", "-c", `exec 3<>/dev/tcp/${example.at(101)}/2049 && timeout 5 cat <&3`);

describe("gateways of a storage cluster", () => {
  it("take requests in turn where each is free, and one that says it is sick gets none", async () => {
    const everybody = async () => {
      const seen = new Set<string>();
      for (let n = 0; n < 12; n += 1) seen.add(await objects());
      return [...seen].sort().join();
    };
    await until("all gateways serve", 20_000, async () =>
      (await everybody()) === "rgw-1,rgw-2,rgw-3" ? true : undefined,
    );
    servers.order("sick", "rgw-2");
    await until("the sick one serves no more", 20_000, async () =>
      (await everybody()) === "rgw-1,rgw-3" ? true : undefined,
    );
    servers.order("well", "rgw-2");
    await until("it serves again", 20_000, async () =>
      (await everybody()) === "rgw-1,rgw-2,rgw-3" ? true : undefined,
    );
  });

  it("get a large object whole", async () => {
    const object = randomBytes(24 << 20);
    const script = `head -c ${object.length} >/tmp/object && curl -sS --max-time 60 -T /tmp/object http://${example.at(100)}/bucket/object`;
    const child = example.lab.spawn("client", ["sh", "-c", script], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin?.end(object);
    let said = "";
    for await (const chunk of child.stdout ?? []) said += String(chunk);
    expect(said.trim()).toBe(createHash("sha256").update(object).digest("hex"));
  });

  it("keep a client, and give it to the other one when they are gone", async () => {
    const own = await until("files are there", 20_000, async () => (await files()) || undefined);
    for (let n = 0; n < 8; n += 1) expect(await files()).toBe(own);
    const other = own === "nfs-1" ? "nfs-2" : "nfs-1";
    servers.order("sick", own);
    await until("the other one serves", 20_000, async () => ((await files()) === other ? true : undefined));
    servers.order("well", own);
    await until("the client is back", 20_000, async () => ((await files()) === own ? true : undefined));
  });

  it("are reached through one host when the other has lost its power, and through both again", async () => {
    await example.lab.faults.kill("lb-b");
    await holds(101, "lb-a");
    expect(await files()).toMatch(/^nfs-/);
    expect(await objects()).toMatch(/^rgw-/);
    await example.lab.faults.start("lb-b");
    await holds(101, "lb-b");
    await holds(100, "lb-a");
    await until("files come through it", 20_000, async () => (await files()) || undefined);
  });
});
