import type { Lab } from "../../lab/index.ts";
import type { Connection } from "../../src/host/index.ts";

/** How to reach a host of the lab as root. */
export function rootOf(lab: Lab, name: string, change: Partial<Connection> = {}): Connection {
  return {
    name,
    address: lab.host(name).address,
    port: 22,
    user: "root",
    auth: [{ kind: "privateKeyFile", path: lab.ssh.keyFile }],
    hostKey: { kind: "knownHosts", path: lab.ssh.knownHostsFile },
    ...change,
  };
}
