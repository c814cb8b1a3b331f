import type { LabSetup } from "../stacks/lab/setup.ts";
import type { Lab } from "./lab.ts";
import type { LabHost } from "./plan.ts";
import { LabError } from "./run.ts";

/** What stacks/lab.ts reads from TANDEM_LAB: this lab's balancers, web servers, keys and first free address. */
export function setupOf(lab: Lab): LabSetup {
  const hosts = Object.values(lab.hosts);
  const [first, second] = hosts.filter((host) => host.role === "lb" || host.role === "debian-lb");
  if (first === undefined || second === undefined) {
    throw new LabError(`lab ${lab.name} has no two balancers`);
  }
  return {
    balancers: [machine(first), machine(second)],
    servers: hosts.filter((host) => host.role === "web").map(({ name, address }) => ({ name, address })),
    vip: `${lab.vips[0]}/24`,
    ssh: { keyFile: lab.ssh.keyFile, knownHostsFile: lab.ssh.knownHostsFile },
  };
}

const machine = ({ name, address, interface: link, interfaceAddress }: LabHost) => ({
  name,
  address,
  interface: link,
  interfaceAddress,
});
