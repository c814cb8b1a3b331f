// Servers for the definitions of stacks/examples, in one process. Usage: servers.mts JSON, a list of Served. Says "ready"
// once all listen; then reads orders, "sick NAME" and "well NAME"; ends with its input.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import { createServer as createTcp, type Server } from "node:net";
import { createInterface } from "node:readline";

export interface Served {
  /** What it answers with; to a PUT with the SHA-256 of what came. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** `tcp` says its name and closes; while it is sick it does not listen. */
  readonly kind: "http" | "https" | "tcp";
  /** Path that tells whether it is well, and with which status. */
  readonly health?: { readonly path: string; readonly status: number };
  /** Certificate and key in PEM. */
  readonly pem?: string;
}

const sick = new Set<string>();

async function answer(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const ill = sick.has(served.name);
  if (request.url === served.health?.path) {
    response.statusCode = ill ? 500 : (served.health?.status ?? 200);
    return void response.end();
  }
  const hash = createHash("sha256");
  for await (const chunk of request) hash.update(chunk as Buffer);
  response.end(request.method === "PUT" ? `${hash.digest("hex")}\n` : `${served.name}\n`);
}

function serverOf(served: Served): Server {
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void answer(served, request, response).catch(() => response.destroy());
  switch (served.kind) {
    case "http":
      return createHttp(listener);
    case "https":
      return createHttps({ cert: served.pem, key: served.pem }, listener);
    case "tcp":
      return createTcp((socket) => socket.on("error", () => undefined).end(`${served.name}\n`));
  }
}

const wanted = JSON.parse(process.argv[2] ?? "[]") as readonly Served[];
const servers = wanted.map((served) => ({ served, server: serverOf(served) }));
await Promise.all(
  servers.map(({ served: { port, address }, server }) => once(server.listen(port, address), "listening")),
);
process.stdout.write("ready\n");
const orders = createInterface({ input: process.stdin });
orders.on("line", (order) => {
  const [word, name = ""] = order.split(" ");
  if (word === "sick") sick.add(name);
  else sick.delete(name);
  for (const { served, server } of servers.filter((one) => one.served.name === name)) {
    if (served.kind !== "tcp") continue;
    if (word === "sick") server.close();
    else server.listen(served.port, served.address);
  }
});
orders.on("close", () => process.exit(0));
