import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createLab, defaultHosts, type Lab } from "../../lab/index.ts";
import { tandemd } from "../../lab/setup/paths.ts";
import { type Host, openHost } from "../../src/host/index.ts";
import { binaryRef } from "../../src/provider/sdk/binary.ts";
import { render } from "../../src/render/index.ts";
import { parseStack, type ResolvedPair, type StackInput } from "../../src/stack/index.ts";
import { rootOf } from "./connection.ts";
import type { Served } from "./servers.mts";

const BALANCERS = ["lb-b", "lb-a"] as const;

/** A definition of stacks/examples on a lab of its own. */
export interface Example {
  readonly lab: Lab;
  readonly pair: ResolvedPair;
  /** The address of the lab that stands for `192.0.2.N` of the definition. */
  at(last: number): string;
  /** Which hosts hold `192.0.2.N`. */
  holders(last: number): Promise<string>;
  /** What a program of the lab's client prints; empty when it fails. */
  client(...argv: readonly string[]): Promise<string>;
  shell(host: string, script: string): Promise<string>;
  down(): Promise<void>;
}

/**
 * Brings up a lab, gives its web servers the addresses of the definition's servers in turn, and ships the definition
 * to both balancers, its addresses moved into the lab's network.
 */
export async function deployExample(
  stack: StackInput,
  options: {
    readonly role?: "lb" | "debian-lb";
    /** Before anything is shipped: starts the servers, or prepares the hosts. */
    readonly prepare?: (example: Example) => Promise<void>;
  } = {},
): Promise<Example> {
  const role = options.role ?? "lb";
  const lab = await createLab({
    hosts: defaultHosts.map((host) => (host.role === "lb" ? { ...host, role, sudo: "nopasswd" } : host)),
  });
  const hosts: Host[] = [];
  try {
    const example = exampleOn(lab, moved(stack, lab), hosts);
    await giveAddresses(example);
    await options.prepare?.(example);
    for (const name of BALANCERS) {
      const host = openHost(rootOf(lab, name));
      hosts.push(host);
      const release = render(example.pair, name, binaryRef("/", tandemd));
      const secrets = Object.fromEntries(release.secretNames.map((secret) => [secret, "s3cret"]));
      await host.apply(release, { secrets, binaryPath: tandemd, owner: "test of an example" });
    }
    return example;
  } catch (error) {
    await lab.down();
    throw error;
  }
}

/** The definition's pair in the lab's network. */
function moved(stack: StackInput, lab: Lab): ResolvedPair {
  // Hosts of another role have other addresses there.
  const text = JSON.stringify(stack)
    .replaceAll(/192\.0\.2\.11(?=[/"])/g, lab.host("lb-a").address)
    .replaceAll(/192\.0\.2\.12(?=[/"])/g, lab.host("lb-b").address)
    .replaceAll("192.0.2.", `${lab.prefix}.`);
  const there: unknown = JSON.parse(text);
  const [pair] = parseStack(there).pairs;
  if (pair === undefined) throw new Error("the definition has no pair");
  return pair;
}

function exampleOn(lab: Lab, pair: ResolvedPair, hosts: readonly Host[]): Example {
  const shell = async (host: string, script: string) =>
    (await lab.exec(host, ["sh", "-c", script], { allowFailure: true })).stdout.trim();
  const at = (last: number) => `${lab.prefix}.${last}`;
  return {
    lab,
    pair,
    at,
    shell,
    holders: async (last) => {
      const up = [...BALANCERS].reverse().filter((name) => lab.isUp(name));
      const held = await Promise.all(up.map((name) => shell(name, `ip -o address show to ${at(last)}`)));
      return up.filter((_, index) => held[index] !== "").join();
    },
    client: async (...argv) => (await lab.exec("client", argv, { allowFailure: true })).stdout.trim(),
    down: async () => {
      await Promise.all(hosts.map((host) => host.close()));
      await lab.down();
    },
  };
}

/** The host of the lab that has a server's address. */
export const serverHost = (last: number): string => `web-${((last + 1) % 2) + 1}`;

/** The servers' addresses that are no host's own. */
async function giveAddresses({ lab, pair, shell }: Example): Promise<void> {
  const taken = new Set(Object.values(lab.hosts).map((host) => host.address));
  const wanted = new Set(
    pair.backends.flatMap(({ servers }) => servers.map((server) => server.address.text)),
  );
  for (const address of [...wanted].filter((one) => !taken.has(one))) {
    const host = serverHost(Number(address.split(".").at(-1)));
    await shell(host, `ip address add ${address}/24 dev ${lab.host(host).interface}`);
  }
}

/** Servers on the lab's web hosts, each where its address is. */
export class Servers {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  /** Starts them; `address` of each is the last number of it. Ends when all listen. */
  static async start(
    { lab, at }: Example,
    wanted: readonly (Omit<Served, "address"> & { readonly last: number })[],
  ): Promise<Servers> {
    const program = fileURLToPath(new URL("./servers.mts", import.meta.url));
    const children = ["web-1", "web-2"].map((host) => {
      const served = wanted
        .filter(({ last }) => serverHost(last) === host)
        .map(({ last, ...rest }): Served => ({ ...rest, address: at(last) }));
      const argv = [process.execPath, "--import", "tsx", program, JSON.stringify(served)];
      return lab.spawnInNetwork(host, argv, { stdio: ["pipe", "pipe", "inherit"] });
    });
    await Promise.all(
      children.map(({ stdout }) => stdout !== null && once(createInterface({ input: stdout }), "line")),
    );
    return new Servers(children);
  }

  /** A sick one says so to health checks, or is not there. */
  order(word: "sick" | "well", name: string): void {
    for (const child of this.#children) child.stdin?.write(`${word} ${name}\n`);
  }

  stop(): void {
    for (const child of this.#children) child.stdin?.end();
  }
}
