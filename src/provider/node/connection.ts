import * as z from "zod";
import type { Connection } from "../../host/host.ts";

const authentication = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("privateKey"),
    pem: z.string(),
    passphrase: z.string().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("privateKeyFile"),
    path: z.string(),
    passphrase: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal("agent"), socket: z.string().exactOptional() }),
  z.strictObject({ kind: z.literal("password"), password: z.string() }),
]);

const hostKey = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("knownHosts"), path: z.string().exactOptional() }),
  z.strictObject({ kind: z.literal("pinned"), fingerprint: z.string() }),
  z.strictObject({ kind: z.literal("trustOnFirstUse"), path: z.string() }),
]);

/** How to reach a node, as a property of a resource. */
export const connectionSchema: z.ZodType<Connection> = z.strictObject({
  name: z.string().min(1),
  address: z.string().min(1),
  port: z.number().int().min(1).max(65535),
  user: z.string().min(1),
  auth: z.array(authentication).min(1),
  hostKey,
  jump: z.lazy(() => connectionSchema).exactOptional(),
  sudo: z.strictObject({ password: z.string().exactOptional() }).exactOptional(),
  timeouts: z
    .strictObject({
      connect: z.number().positive().exactOptional(),
      command: z.number().positive().exactOptional(),
    })
    .exactOptional(),
});

const LEAVES = [
  ["auth", "*", "pem"],
  ["auth", "*", "passphrase"],
  ["auth", "*", "password"],
  ["sudo", "password"],
] as const;

/** Where a connection at `prefix` has secrets, jump hosts included. */
export function connectionSecrets(prefix: readonly string[]): readonly (readonly string[])[] {
  const hops = [prefix, [...prefix, "jump"], [...prefix, "jump", "jump"]];
  return hops.flatMap((hop) => LEAVES.map((leaf) => [...hop, ...leaf]));
}

/** `lb-a@10.0.0.11`, `lb-a@[fd00::b]:2222`: the id of a node, enough to import it. */
export function nodeId(connection: Pick<Connection, "name" | "address" | "port">): string {
  const address = connection.address.includes(":") ? `[${connection.address}]` : connection.address;
  return `${connection.name}@${address}${connection.port === 22 ? "" : `:${connection.port}`}`;
}

/** The parts of a node's id, or undefined when the text is none. */
export function parseNodeId(id: string): Pick<Connection, "name" | "address" | "port"> | undefined {
  const match = /^([^@\s]+)@(?:\[([^\]\s]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(id);
  const name = match?.[1];
  const address = match?.[2] ?? match?.[3];
  if (name === undefined || address === undefined) return undefined;
  const port = match?.[4] === undefined ? 22 : Number(match[4]);
  return port >= 1 && port <= 65535 ? { name, address, port } : undefined;
}
