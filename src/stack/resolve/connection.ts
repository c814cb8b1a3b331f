import { type IpInterface, parseInterface } from "../schema/address.ts";
import { durationMs } from "../schema/duration.ts";
import type { NodeData } from "../schema/stack.ts";
import { present } from "./present.ts";
import type { ResolvedAuthentication, ResolvedConnection, ResolvedNode } from "./resolved.ts";

/** The node with its connection settings and addresses taken apart. */
export function resolveNode(node: NodeData): ResolvedNode {
  return {
    name: node.name,
    connection: resolveConnection(node.name, node.address, node.ssh),
    interface: node.interface,
    addresses: [
      { interface: node.interface, address: mustParse(node.interfaceAddress) },
      ...node.extraAddresses.map((extra) => ({
        interface: extra.interface ?? node.interface,
        address: mustParse(extra.address),
      })),
    ],
  };
}

/** The schema has accepted the text, so a failure here is a defect of the schema. */
export function mustParse(text: string): IpInterface {
  const parsed = parseInterface(text);
  if (parsed === undefined) throw new RangeError(`not an address with prefix length: ${text}`);
  return parsed;
}

type Login = Omit<NodeData["ssh"], "jump"> & Partial<Pick<NodeData["ssh"], "jump">>;

function resolveConnection(name: string, address: string, ssh: Login): ResolvedConnection {
  return {
    name,
    address,
    port: ssh.port,
    user: ssh.user,
    auth: ssh.authentication.map((way) => present(way) as ResolvedAuthentication),
    hostKey: present(ssh.hostKey),
    ...(ssh.jump === undefined
      ? {}
      : { jump: resolveConnection(`${name} (jump host ${ssh.jump.address})`, ssh.jump.address, ssh.jump) }),
    ...(ssh.sudo === undefined && ssh.user === "root" ? {} : { sudo: present(ssh.sudo ?? {}) }),
    timeouts: {
      connect: durationMs(ssh.timeouts.connect),
      command: durationMs(ssh.timeouts.command),
    },
  };
}
