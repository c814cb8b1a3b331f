// Ports for servers that a test or a benchmark starts as programs of their own.
import { createServer, type ListenOptions, type Server } from "node:net";

const LOWEST = 10_000;
const COUNT = 22_000;

/** What this process holds until it ends. */
const claims: Server[] = [];
let next = process.pid * 97;

/**
 * A TCP port of the loopback interface that nobody uses, this process's until it ends, and that the kernel
 * gives to nobody by itself: below the range that outgoing connections are made from. A port that was free a
 * moment ago in that range may be a connection's of a program beside this one when the server binds it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + (next++ % COUNT);
    // A name that two programs cannot both have: the port itself is bound only later. The tests of the
    // daemon claim theirs by the same names.
    const claim = await bound({ path: `\0tandem-test-port-${port}` });
    if (claim === undefined) continue;
    claims.push(claim.unref());
    const probe = await bound({ port, host: "127.0.0.1" });
    if (probe === undefined) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

function bound(place: ListenOptions): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(place, () => resolve(server));
  });
}
