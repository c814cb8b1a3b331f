import { join } from "node:path";
import { openHost } from "../../src/host/index.ts";
import { parseStack } from "../../src/stack/index.ts";
import { defineLabStack, type LabSetup } from "../../stacks/lab/setup.ts";
import { createLab, defaultHosts, type Lab, openLab } from "../index.ts";
import type { Demo } from "./demo.ts";
import { hostState } from "./host-state.ts";
import type { StepNotes } from "./terminal.ts";
import { Workspace } from "./workspace.ts";

const balancers = ["lb-a", "lb-b"] as const;

function setupOf(lab: Lab): LabSetup {
  const machine = (name: string) => {
    const { address, interface: device, interfaceAddress } = lab.host(name);
    return { name, address, interface: device, interfaceAddress };
  };
  return {
    balancers: [machine(balancers[0]), machine(balancers[1])],
    servers: ["web-1", "web-2"].map((name) => ({ name, address: lab.host(name).address })),
    vip: `${lab.vips[0]}/24`,
    ssh: { keyFile: lab.ssh.keyFile, knownHostsFile: lab.ssh.knownHostsFile },
    // The deployment proves itself by a handover; the other faults have a step of their own.
    drill: { faults: ["handover"], maxOutage: "1s", when: "create" },
  };
}

/** A fresh lab, an empty Pulumi project, and what the balancers are before anything is shipped. */
export async function openDemo(labName: string, notes: StepNotes): Promise<Demo> {
  await takeDownEarlier(labName);
  const begin = performance.now();
  const lab = await createLab({
    name: labName,
    hosts: [...defaultHosts, { name: "web-3", role: "web" }],
    persist: true,
  });
  notes.saw(
    `${Object.keys(lab.hosts).length} hosts (systemd, sshd, own network) up in ${((performance.now() - begin) / 1000).toFixed(1)} s: ` +
      Object.values(lab.hosts)
        .map((host) => `${host.name} ${host.address}`)
        .join(", "),
  );
  const setup = setupOf(lab);
  const vip = lab.vips[0] ?? "";
  const workspace = new Workspace(join(lab.dir, "pulumi"), setup);
  const [pair] = parseStack(defineLabStack(setup)).pairs;
  const hosts = (pair?.nodes ?? []).map(({ connection }) => {
    const { keyFile, knownHostsFile } = lab.ssh;
    return openHost({
      name: connection.name,
      address: connection.address,
      port: connection.port,
      user: connection.user,
      auth: [{ kind: "privateKeyFile", path: keyFile }],
      hostKey: { kind: "knownHosts", path: knownHostsFile },
    });
  });
  const states = balancers.map(async (name) => [name, await hostState(lab, name)] as const);
  const untouched = new Map(await Promise.all(states));
  return { lab, workspace, balancers, vip, url: `http://${vip}/`, hosts, untouched, drills: [] };
}

/** A demo that was run before leaves its lab up; this one needs the name. */
async function takeDownEarlier(labName: string): Promise<void> {
  let earlier: Lab;
  try {
    earlier = openLab(labName);
  } catch {
    return;
  }
  await earlier.down();
}

export async function closeDemo(demo: Demo): Promise<void> {
  await Promise.allSettled(demo.hosts.map((host) => host.close()));
  await demo.lab.down();
}
