import { type ChildProcess, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../lab/index.ts";
import { stack } from "../../stacks/examples/web-site.ts";
import { deployExample, type Example, Servers } from "./example.ts";

// stacks/examples/web-site.ts: a web site, and the read side of two real MariaDB servers.
let example: Example;
let servers: Servers;
const databases = new Map<string, ChildProcess>();
const folder = mkdtempSync(join(tmpdir(), "tandem-mysql-"));

// Each start runs it.
const INIT = `CREATE DATABASE IF NOT EXISTS shop;
CREATE TABLE IF NOT EXISTS shop.goods (id INT PRIMARY KEY, name TEXT);
REPLACE INTO shop.goods VALUES (1, 'lamp'), (2, 'chair');
CREATE USER IF NOT EXISTS 'reader'@'%' IDENTIFIED BY 'secret';
GRANT SELECT ON shop.* TO 'reader'@'%';
`;

/** Its folder, with the tables that a new server begins with. */
function install(number: number): void {
  const home = join(folder, String(number));
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "init.sql"), INIT);
  const words = ["--no-defaults", "--skip-test-db", "--user=root", `--datadir=${join(home, "data")}`];
  const made = spawnSync("mariadb-install-db", words, { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`mariadb-install-db: ${made.stderr}`);
}

/** A database on a web host: the machine's program with that host's network. */
function startDatabase({ lab, at }: Example, number: number): void {
  const home = join(folder, String(number));
  const words = ["--no-defaults", "--user=root", "--skip-name-resolve", `--server-id=${number}`];
  const files = { datadir: "data", socket: "socket", "init-file": "init.sql" };
  const where = Object.entries(files).map(([flag, name]) => `--${flag}=${join(home, name)}`);
  const argv = ["mariadbd", ...words, ...where, `--bind-address=${at(30 + number)}`, "--port=3306"];
  databases.set(`db-${number}`, lab.spawnInNetwork(`web-${number}`, argv, { stdio: "ignore" }));
}

beforeAll(async () => {
  example = await deployExample(stack, {
    prepare: async (prepared) => {
      for (const number of [1, 2]) {
        install(number);
        startDatabase(prepared, number);
      }
      const health = { path: "/healthz", status: 200 };
      const web = { port: 8080, kind: "http" as const, health };
      servers = await Servers.start(prepared, [
        { ...web, name: "web-1", last: 21 },
        { ...web, name: "web-2", last: 22 },
        { ...web, name: "sorry", last: 29 },
      ]);
    },
  });
});

afterAll(async () => {
  for (const child of databases.values()) child.kill("SIGKILL");
  servers?.stop();
  await example?.down();
  rmSync(folder, { recursive: true, force: true });
});

/** What the site's address answers to many requests, how often. */
async function pages(): Promise<Record<string, number>> {
  const script = `for i in $(seq 12); do curl -sS --max-time 3 http://${example.at(100)}/; done`;
  const seen: Record<string, number> = {};
  for (const page of (await example.client("sh", "-c", script)).split("\n")) {
    seen[page] = (seen[page] ?? 0) + 1;
  }
  return seen;
}

/** Which database answers a question that reads; undefined when none does. */
async function read(): Promise<string | undefined> {
  const question = "SELECT CONCAT('db-', @@server_id, ' ', COUNT(*)) FROM shop.goods";
  const words = ["--no-defaults", "--connect-timeout=3", "-u", "reader", "-psecret", "-N", "-B"];
  const child = example.lab.spawnInNetwork(
    "client",
    ["mariadb", ...words, "-h", example.at(101), "-e", question],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  let said = "";
  for await (const chunk of child.stdout ?? []) said += String(chunk);
  return said.trim() || undefined;
}

async function readers(): Promise<string> {
  const seen = new Set<string>();
  for (let n = 0; n < 6; n += 1) seen.add((await read()) ?? "none");
  return [...seen].sort().join();
}
const readsFrom = (wanted: string) =>
  until(`reads from ${wanted}`, 60_000, async () => ((await readers()) === wanted ? true : undefined));

describe("a web site", () => {
  it("is served by weight, by the server that is left, and by the one that says sorry", async () => {
    const comes = (wanted: Record<string, number>) =>
      until(JSON.stringify(wanted), 30_000, async () =>
        JSON.stringify(Object.entries(await pages()).sort()) === JSON.stringify(Object.entries(wanted).sort())
          ? true
          : undefined,
      );
    await comes({ "web-1": 8, "web-2": 4 });
    servers.order("sick", "web-1");
    await comes({ "web-2": 12 });
    servers.order("sick", "web-2");
    await comes({ sorry: 12 });
    servers.order("well", "web-1");
    servers.order("well", "web-2");
    await comes({ "web-1": 8, "web-2": 4 });
  });

  it("shows its statistics to who has the password, and metrics to whoever asks", async () => {
    const page = `http://${example.lab.host("lb-a").address}:8404`;
    const status = (...words: string[]) =>
      example.client("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", ...words);
    expect(await status(`${page}/stats`)).toBe("401");
    expect(await status("-u", "operator:s3cret", `${page}/stats`)).toBe("200");
    expect(await example.client("curl", "-sS", `${page}/metrics`)).toContain("haproxy_server_status");
  });
});

describe("a MySQL read pool", () => {
  it("is read from both servers, from the one that is left, and from both again", async () => {
    await readsFrom("db-1 2,db-2 2");
    databases.get("db-1")?.kill("SIGKILL");
    await readsFrom("db-2 2");
    startDatabase(example, 1);
    await readsFrom("db-1 2,db-2 2");
  });

  it("is read through the other host when one has lost its power", async () => {
    await until("lb-a holds the address", 20_000, async () =>
      (await example.holders(101)) === "lb-a" ? true : undefined,
    );
    await example.lab.faults.kill("lb-a");
    await readsFrom("db-1 2,db-2 2");
    expect(await example.holders(101)).toBe("lb-b");
  });
});
