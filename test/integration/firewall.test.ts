import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { render } from "../../src/render/index.ts";
import { parseStack, type StackInput } from "../../src/stack/index.ts";
import { stack as dualMaster } from "../../stacks/examples/dual-master.ts";
import { stack as unicast } from "../../stacks/examples/unicast.ts";

const folder = mkdtempSync(join(tmpdir(), "tandem-firewall-"));
const reason = process.getuid?.() === 0 ? undefined : "needs root for network namespaces";

/** A namespace that lives as long as this process: its one program ends with our end of the pipe. */
class Namespace {
  readonly #holder = spawn("unshare", ["-n", "sh", "-c", "echo up; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
  });

  async ready(): Promise<this> {
    await once(this.#holder.stdout, "data");
    return this;
  }

  get pid(): string {
    return String(this.#holder.pid);
  }

  argv(...program: string[]): [string, string[]] {
    return ["nsenter", ["-t", this.pid, "-n", ...program]];
  }

  sh(script: string): string {
    return execFileSync(...this.argv("sh", "-ec", script), { encoding: "utf8" });
  }

  end(): void {
    this.#holder.stdin.end();
  }
}

let node: Namespace;
let wire: Namespace;

beforeAll(async () => {
  if (reason !== undefined) return;
  node = await new Namespace().ready();
  wire = await new Namespace().ready();
  for (const [name, peer] of [
    ["eth0", "p0"],
    ["ens3", "p1"],
  ] as const) {
    node.sh(
      `ip link add ${name} type veth peer name ${peer} netns ${wire.pid}; ip link set lo up; ip link set ${name} up`,
    );
    wire.sh(`ip link set lo up; ip link set ${peer} up`);
  }
});

beforeEach((context) => {
  if (reason !== undefined) context.skip(reason);
});

afterAll(() => {
  if (reason === undefined) for (const namespace of [node, wire]) namespace.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Perl, as every Debian has it, speaks raw sockets; prints the payload of every advert until "end" arrives. */
const RECEIVE = `use Socket; $| = 1; my ($own, $group) = @ARGV;
socket(my $s, AF_INET, SOCK_RAW, 112) or die $!;
if ($group) { setsockopt($s, 0, 35, inet_aton($group) . inet_aton($own)) or die $! }
print "ready\\n";
while (defined recv($s, my $p, 2048, 0)) { my $text = substr($p, (ord($p) & 15) * 4); print "$text\\n"; last if $text eq "end" }`;

const SEND = `use Socket; my $s;
while (@ARGV) { my ($from, $to, $ttl, $text) = splice(@ARGV, 0, 4);
socket($s, AF_INET, SOCK_RAW, 112) or die $!; bind($s, pack_sockaddr_in(0, inet_aton($from))) or die $!;
setsockopt($s, 0, 33, pack("i", $ttl)); setsockopt($s, 0, 2, pack("i", $ttl)); setsockopt($s, 0, 32, inet_aton($from));
defined(send($s, $text, 0, pack_sockaddr_in(0, inet_aton($to)))) or die $! }`;

async function heard(own: string, group: string, packets: readonly string[]): Promise<string[]> {
  const receiver: ChildProcess = spawn(...node.argv("perl", "-e", RECEIVE, own, group), {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 20_000,
  });
  const got: string[] = [];
  if (receiver.stdout === null) throw new Error("no pipe to the receiver");
  for await (const line of createInterface(receiver.stdout)) {
    if (line === "ready") execFileSync(...wire.argv("perl", "-e", SEND, ...packets));
    else got.push(line);
  }
  return got;
}

function load(input: StackInput): string {
  const [pair] = parseStack(input).pairs;
  if (pair === undefined) throw new RangeError("the example has a pair");
  const { files } = render(pair, "lb-a", { sha256: "0".repeat(64), version: "0.1.0" });
  const file = join(folder, `${input.name}.nft`);
  writeFileSync(file, files["nftables.nft"]?.text ?? "");
  node.sh(`nft -f ${file}`);
  return file;
}

const addresses = (own: string, other: string): void => {
  node.sh(`ip addr replace 192.0.2.11/24 dev ${own}`);
  wire.sh(`for a in 192.0.2.12 192.0.2.66; do ip addr replace $a/24 dev ${other}; done`);
};

describe("adverts and the rendered firewall", () => {
  test("multicast ones pass from the other node with TTL 255, and from nobody else", async () => {
    addresses("eth0", "p0");
    load(dualMaster);
    const packets = [
      ["192.0.2.66", "224.0.0.50", "255", "stranger"],
      ["192.0.2.12", "224.0.0.50", "64", "routed"],
      ["192.0.2.12", "224.0.0.50", "255", "peer"],
      ["192.0.2.12", "224.0.0.50", "255", "end"],
    ];
    expect(await heard("192.0.2.11", "224.0.0.50", packets.flat())).toEqual(["peer", "end"]);
    node.sh("nft delete table inet tandem");
    expect(await heard("192.0.2.11", "224.0.0.50", packets.flat())).toEqual([
      "stranger",
      "routed",
      "peer",
      "end",
    ]);
    node.sh("ip addr flush dev eth0");
    wire.sh("ip addr flush dev p0");
  });

  test("unicast ones pass from the other node only, whatever their TTL", async () => {
    addresses("ens3", "p1");
    load(unicast);
    const packets = [
      ["192.0.2.66", "192.0.2.11", "255", "stranger"],
      ["192.0.2.12", "192.0.2.11", "64", "peer"],
      ["192.0.2.12", "192.0.2.11", "255", "end"],
    ];
    expect(await heard("192.0.2.11", "", packets.flat())).toEqual(["peer", "end"]);
  });

  test("loading it again replaces it, and tables of others stay as they are", () => {
    node.sh(
      "nft add table inet mine; nft add chain inet mine input '{ type filter hook input priority 0; policy drop; }'",
    );
    const before = node.sh("nft list table inet mine");
    const file = load(dualMaster);
    const loaded = node.sh("nft list table inet tandem");
    node.sh(`nft -f ${file}`);
    expect(node.sh("nft list table inet tandem")).toBe(loaded);
    expect(node.sh("nft list table inet mine")).toBe(before);
    node.sh("nft delete table inet tandem");
    expect(node.sh("nft list tables")).toBe("table inet mine\n");
  });
});
