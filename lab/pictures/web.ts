// The servers behind the proxy of the pictures, and clients that never tire. Reads orders from its input:
// "down 9003" and "up 9003". Ends with it.
import { Agent, createServer, get, type Server } from "node:http";
import { createServer as createTcp } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { servers } from "./configuration.ts";

const page = Buffer.alloc(6000, "<p>wares</p>");
const web = new Map<number, Server>();

/** Time that a request takes: shorter and longer ones in turn. */
let turn = 0;
function effort(path: string): number {
  turn += 1;
  return path.startsWith("/api") ? 20 + (turn % 7) * 12 : 2 + (turn % 5) * 3;
}

function serve(port: number): void {
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (path === "/healthz") return void response.end("well");
    setTimeout(() => {
      response.statusCode = path === "/api/broken" ? 500 : path === "/missing" ? 404 : 200;
      response.end(path.startsWith("/api") ? '{"in":"stock"}' : page);
    }, effort(path));
  });
  web.set(port, server.listen(port, "127.0.0.1"));
}

function fall(port: number): void {
  const server = web.get(port);
  server?.close();
  server?.closeAllConnections();
  web.delete(port);
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
function ask(path: string): void {
  const headers = { host: "shop.example" };
  const request = get({ host: "127.0.0.1", port: 8080, path, headers, agent }, (answer) => answer.resume());
  // The proxy may not be there yet.
  request.on("error", () => undefined);
}

async function shoppers(): Promise<never> {
  for (let beat = 0; ; beat += 1) {
    // More and fewer of them, in waves.
    const many = Math.round(6 + 4 * Math.sin(beat / 25) + 2 * Math.sin(beat / 7));
    for (let n = 0; n < many; n += 1) ask(n % 3 === 2 ? "/api/stock" : "/");
    if (beat % 40 === 0) ask("/missing");
    if (beat % 90 === 0) ask("/api/broken");
    await sleep(50);
  }
}

for (const port of [...servers.web, ...servers.api]) serve(port);
for (const port of servers.mail) {
  // A check goes away without a word.
  const greet = createTcp((socket) => socket.on("error", () => undefined).end("220 mail\r\n"));
  greet.listen(port, "127.0.0.1");
}
const orders = createInterface({ input: process.stdin });
orders.on("line", (order) => {
  const [word, port] = order.split(" ");
  if (word === "down") fall(Number(port));
  else serve(Number(port));
});
orders.on("close", () => process.exit(0));
await shoppers();
