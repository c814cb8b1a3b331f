import * as z from "zod";
import { interfaceAddress } from "./address.ts";
import { duration } from "./duration.ts";
import { secretRef } from "./secret.ts";
import { guarded, hostName, interfaceName, localPath, name } from "./text.ts";

export const sshAuthentication = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("privateKeyFile"),
      path: localPath().describe("private key file on the machine that runs Tandem"),
      passphrase: secretRef.optional().describe("passphrase of the key; default none"),
    }),
    z.strictObject({
      kind: z.literal("privateKey"),
      key: secretRef.describe("private key in PEM or OpenSSH form"),
      passphrase: secretRef.optional().describe("passphrase of the key; default none"),
    }),
    z.strictObject({
      kind: z.literal("agent"),
      socket: localPath().optional().describe("socket of the SSH agent; default $SSH_AUTH_SOCK"),
    }),
    z.strictObject({ kind: z.literal("password"), password: secretRef.describe("password of the user") }),
  ])
  .meta({ id: "SshAuthentication" });

export const hostKeyPolicy = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("knownHosts"),
      path: localPath().optional().describe("known_hosts file; default ~/.ssh/known_hosts"),
    }),
    z.strictObject({
      kind: z.literal("pinned"),
      fingerprint: guarded(/^SHA256:[A-Za-z0-9+/]{43}$/, "a host key fingerprint", {
        code: "STACK_TEXT_UNSAFE",
        hint: "write SHA256:… as `ssh-keygen -lf FILE` prints it",
      }).describe("fingerprint as `ssh-keygen -lf` prints it"),
    }),
    z.strictObject({
      kind: z.literal("trustOnFirstUse"),
      path: localPath().describe("known_hosts file that records the key seen first"),
    }),
  ])
  .meta({ id: "HostKeyPolicy" });

const login = {
  user: guarded(/^[a-z_][a-z0-9_.-]{0,31}\$?$/i, "a user name", {
    code: "STACK_NAME_INVALID",
    hint: 'write e.g. "root" or "deploy"',
  })
    .default("root")
    .describe("login; a user other than root goes through sudo"),
  port: z.int().min(1).max(65535).default(22).describe("TCP port of sshd"),
  authentication: z
    .array(sshAuthentication)
    .min(1)
    .default([{ kind: "agent" }])
    .describe("ways to log in, tried in this order; default the SSH agent"),
  hostKey: hostKeyPolicy.default({ kind: "knownHosts" }).describe("how the host's key is verified"),
  sudo: z
    .strictObject({
      password: secretRef.optional().describe("password for sudo; default none asked (NOPASSWD)"),
    })
    .optional()
    .describe("run as root through sudo; default when the user is not root"),
  timeouts: z
    .strictObject({
      connect: duration("100ms", "10m").default("10s").describe("until the connection stands, per attempt"),
      command: duration("1s", "1h").default("60s").describe("for one command on the host"),
    })
    .prefault({})
    .describe("deadlines of the SSH connection"),
} as const;

export const ssh = z
  .strictObject({
    ...login,
    jump: z
      .strictObject({ address: hostName().describe("host name or IP address of the jump host"), ...login })
      .optional()
      .describe("host to go through (ProxyJump); default none"),
  })
  .meta({ id: "Ssh" });

export const node = z
  .strictObject({
    name: name().describe("name of the host, unique in the stack; router_id of its adverts"),
    address: hostName().describe("host name or IP address for SSH"),
    ssh: ssh.prefault({}).describe("how to log in; default root with the SSH agent on port 22"),
    interface: interfaceName().describe("interface that carries VRRP and, by default, the virtual addresses"),
    interfaceAddress: interfaceAddress().describe(
      "the host's own address on that interface with prefix length, e.g. 10.0.0.11/24: source of unicast adverts and subnet of the virtual addresses",
    ),
    extraAddresses: z
      .array(
        z.strictObject({
          interface: interfaceName().optional().describe("default the node's interface"),
          address: interfaceAddress().describe("address with prefix length"),
        }),
      )
      .default([])
      .describe("further addresses of the host, e.g. its IPv6 address or a second network"),
  })
  .meta({ id: "Node" });

export type NodeInput = z.input<typeof node>;
