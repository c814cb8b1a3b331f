import { type ChildProcess, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../lab/index.ts";
import { stack } from "../../stacks/examples/control-plane.ts";
import { deployExample, type Example, Servers } from "./example.ts";

// stacks/examples/control-plane.ts: stand-ins for API servers and registries that end TLS themselves, and a real nginx
// as the ingress of both workers, which reads PROXY protocol.
let example: Example;
let servers: Servers;
const ingress: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), "tandem-platform-"));

function certificate(): string {
  const args =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=platform -days 2 -keyout - -out -";
  return spawnSync("openssl", args.split(" "), { encoding: "utf8" }).stdout;
}

/** An ingress that names its worker and the client that it was told of. */
function worker(name: string, address: string, pem: string): string {
  const page = `return 200 "${name} $proxy_protocol_addr $scheme\\n";`;
  return `daemon off; pid ${folder}/${name}.pid; error_log stderr crit;
events {}
http {
  access_log off; default_type text/plain;
  client_body_temp_path ${folder}/${name}-body; proxy_temp_path ${folder}/${name}-proxy;
  fastcgi_temp_path ${folder}/${name}-fcgi; uwsgi_temp_path ${folder}/${name}-uwsgi; scgi_temp_path ${folder}/${name}-scgi;
  server { listen ${address}:30080 proxy_protocol; location / { ${page} } }
  server { listen ${address}:30443 ssl proxy_protocol; ssl_certificate ${pem}; ssl_certificate_key ${pem}; location / { ${page} } }
  server { listen ${address}:10254; location = /healthz { return 200; } }
}
`;
}

async function startIngress({ lab, at }: Example, pem: string): Promise<void> {
  for (const [name, host, last] of [
    ["worker-1", "web-1", 41],
    ["worker-2", "web-2", 42],
  ] as const) {
    const file = join(folder, `${name}.conf`);
    writeFileSync(file, worker(name, at(last), pem));
    ingress.push(lab.spawnInNetwork(host, ["nginx", "-c", file, "-e", "stderr"], { stdio: "inherit" }));
  }
}

beforeAll(async () => {
  const pem = certificate();
  const file = join(folder, "platform.pem");
  writeFileSync(file, pem);
  example = await deployExample(stack, {
    prepare: async (prepared) => {
      await startIngress(prepared, file);
      const api = { port: 6443, kind: "https" as const, pem, health: { path: "/readyz", status: 200 } };
      const registry = { port: 5000, kind: "https" as const, pem, health: { path: "/v2/", status: 401 } };
      servers = await Servers.start(prepared, [
        ...[21, 22, 23].map((last) => ({ ...api, name: `api-${last - 20}`, last })),
        ...[31, 32].map((last) => ({ ...registry, name: `registry-${last - 30}`, last })),
      ]);
    },
  });
});

afterAll(async () => {
  for (const child of ingress) child.kill("SIGTERM");
  servers?.stop();
  await example?.down();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (last: number, url: string) =>
  example.client("curl", "-sSk", "--max-time", "5", url.replace("HOST", example.at(last)));
const api = () => ask(100, "https://HOST:6443/api");
const registry = () => ask(101, "https://HOST/image");

async function apiServers(): Promise<string> {
  const seen = new Set<string>();
  for (let n = 0; n < 9; n += 1) seen.add(await api());
  return [...seen].sort().join();
}
const serves = (what: string, wanted: string, look: () => Promise<string>) =>
  until(`${what}: ${wanted}`, 30_000, async () => ((await look()) === wanted ? true : undefined));

describe("the addresses of a platform", () => {
  it("lead to every API server that says it is ready, over TLS that is theirs", async () => {
    await serves("API servers", "api-1,api-2,api-3", apiServers);
    servers.order("sick", "api-1");
    await serves("without the one that is not ready", "api-2,api-3", apiServers);
    servers.order("well", "api-1");
    await serves("with it again", "api-1,api-2,api-3", apiServers);
  });

  it("lead to one registry, to the other while it is away, and back", async () => {
    await serves("registry", "registry-1", registry);
    servers.order("sick", "registry-1");
    await serves("registry", "registry-2", registry);
    servers.order("well", "registry-1");
    await serves("registry", "registry-1", registry);
  });

  it("lead to the ingress of all workers, which learns who asks", async () => {
    const from = example.lab.host("client").address;
    for (const scheme of ["http", "https"]) {
      const seen = new Set<string>();
      await until(`both workers answer to ${scheme}`, 20_000, async () => {
        seen.add(await ask(102, `${scheme}://HOST/`));
        return [1, 2].every((n) => seen.has(`worker-${n} ${from} ${scheme}`)) ? true : undefined;
      });
    }
  });

  it("are all on the other host when one has lost its power", async () => {
    await until("lb-a holds them", 20_000, async () =>
      (await Promise.all([100, 101, 102].map(example.holders))).every((host) => host === "lb-a")
        ? true
        : undefined,
    );
    await example.lab.faults.kill("lb-a");
    await until("lb-b holds them", 20_000, async () =>
      (await Promise.all([100, 101, 102].map(example.holders))).every((host) => host === "lb-b")
        ? true
        : undefined,
    );
    expect(await api()).toMatch(/^api-/);
    expect(await registry()).toBe("registry-1");
    expect(await ask(102, "http://HOST/")).toMatch(/^worker-/);
  });
});
