import { type BinaryRef, type Release, render } from "../../src/render/index.ts";
import { parseStack, type ResolvedNode, type StackInput } from "../../src/stack/index.ts";
import { stack as controlPlane } from "../../stacks/examples/control-plane.ts";
import { stack as dualMaster } from "../../stacks/examples/dual-master.ts";
import { stack as firstPair } from "../../stacks/examples/first-pair.ts";
import { stack as https } from "../../stacks/examples/https.ts";
import { stack as inFrontOfNginx } from "../../stacks/examples/in-front-of-nginx.ts";
import { stack as ipv6 } from "../../stacks/examples/ipv6.ts";
import { stack as routing } from "../../stacks/examples/routing.ts";
import { stack as storage } from "../../stacks/examples/storage.ts";
import { stack as unicast } from "../../stacks/examples/unicast.ts";
import { stack as webSite } from "../../stacks/examples/web-site.ts";
import { defineLabStack, type LabSetup } from "../../stacks/lab/setup.ts";
import { everything } from "./everything.ts";
import { handbook } from "./handbook.ts";

export const binary: BinaryRef = { sha256: "0".repeat(64), version: "0.1.0" };

const labSetup: LabSetup = {
  balancers: [
    { name: "lb-a", address: "10.99.0.11", interface: "eth0", interfaceAddress: "10.99.0.11/24" },
    { name: "lb-b", address: "10.99.0.12", interface: "eth0", interfaceAddress: "10.99.0.12/24" },
  ],
  servers: [
    { name: "web-1", address: "10.99.0.21" },
    { name: "web-2", address: "10.99.0.22" },
  ],
  vip: "10.99.0.100/24",
  ssh: { keyFile: "key", knownHostsFile: "known_hosts" },
};

/** Stacks whose rendered files stand in test/golden/<name>/<node>/. */
export const scenarios: Readonly<Record<string, StackInput>> = {
  lab: defineLabStack(labSetup),
  distro: defineLabStack({ ...labSetup, engine: "distro" }),
  "first-pair": firstPair,
  "web-site": webSite,
  routing,
  "control-plane": controlPlane,
  storage,
  "in-front-of-nginx": inFrontOfNginx,
  "dual-master": dualMaster,
  https,
  ipv6,
  unicast,
  handbook,
  everything,
};

export interface Rendered {
  readonly scenario: string;
  readonly node: ResolvedNode;
  readonly release: Release;
}

export function renderScenarios(): Rendered[] {
  return Object.entries(scenarios).flatMap(([scenario, input]) =>
    parseStack(input).pairs.flatMap((pair) =>
      pair.nodes.map((node) => ({ scenario, node, release: render(pair, node.name, binary) })),
    ),
  );
}
