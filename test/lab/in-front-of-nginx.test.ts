import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../lab/index.ts";
import { stack } from "../../stacks/examples/in-front-of-nginx.ts";
import { deployExample, type Example } from "./example.ts";

// stacks/examples/in-front-of-nginx.ts on hosts that run Debian's nginx.
let example: Example;

beforeAll(async () => {
  example = await deployExample(stack, {
    role: "debian-lb",
    prepare: async ({ shell }) => {
      for (const host of ["lb-a", "lb-b"]) {
        await shell(host, `echo ${host} >/var/www/html/index.html && systemctl enable --now nginx`);
      }
    },
  });
});

afterAll(() => example?.down());

const page = () => example.client("curl", "-sS", "--max-time", "2", `http://${example.at(100)}/`);
const comesFrom = (host: string) =>
  until(`the page comes from ${host}`, 30_000, async () => ((await page()) === host ? true : undefined));

describe("an address in front of nginx", () => {
  it("follows the nginx that runs, and goes back to the preferred host with it", async () => {
    await comesFrom("lb-a");
    await example.shell("lb-a", "systemctl stop nginx");
    await comesFrom("lb-b");
    expect(await example.holders(100)).toBe("lb-b");
    await example.shell("lb-a", "systemctl start nginx");
    await comesFrom("lb-a");
    expect(await example.holders(100)).toBe("lb-a");
  });

  it("goes to the other host when nginx is killed, and when the host loses its power", async () => {
    await example.shell("lb-a", "systemctl kill --signal SIGKILL nginx");
    await comesFrom("lb-b");
    await example.shell("lb-a", "systemctl restart nginx");
    await comesFrom("lb-a");
    await example.lab.faults.kill("lb-a");
    await comesFrom("lb-b");
  });
});
