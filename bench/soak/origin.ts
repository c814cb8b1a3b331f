// An origin that misbehaves as it is told. A process of its own, so that it can be killed; prints its port.
import { createServer, type Socket } from "node:net";
import type { Manner } from "./manner.ts";

const port = Number(process.argv[2]);
let manner: Manner = "good";
process.on("message", (told: Manner) => {
  manner = told;
});
// Nothing of it outlives the run.
process.on("disconnect", () => process.exit(0));

const server = createServer((socket) => {
  let head = "";
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    head += chunk.toString("latin1");
    for (let end = head.indexOf("\r\n\r\n"); end >= 0; end = head.indexOf("\r\n\r\n")) {
      const path = head.slice(0, end).split(" ")[1] ?? "/";
      head = head.slice(end + 4);
      if (path === "/check") check(socket);
      else answer(socket, path);
    }
  });
});
server.listen(port, "127.0.0.1", () => process.send?.("listening"));

function check(socket: Socket): void {
  const status = manner === "sick" ? "503 Service Unavailable" : "200 OK";
  socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** The body repeats the path, so that an answer that reaches the wrong client is seen. */
function answer(socket: Socket, path: string): void {
  const lines = path.endsWith("-big") ? Math.ceil((1 << 20) / path.length) : 1 + ((path.length * 37) % 400);
  const body = `${path}\n`.repeat(lines);
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
  switch (manner) {
    case "good":
    case "sick":
      socket.write(head + body);
      return;
    case "slow":
      setTimeout(() => socket.write(head + body), (path.length * 7919) % 1500);
      return;
    case "reset":
      socket.resetAndDestroy();
      return;
    case "cut":
      socket.end(head + body.slice(0, body.length / 2));
      return;
    case "stall":
      socket.write(head + body.slice(0, body.length / 2));
      return;
    case "junk":
      socket.write("SSH-2.0-OpenSSH_9.2\r\n\r\n");
      return;
    case "silent":
      return;
  }
}
