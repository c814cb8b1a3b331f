// A server behind the proxy, in a process of its own: short pages, and bodies of any length whose digest is
// known. Prints its port; ends with whoever started it.
import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { pathToFileURL } from "node:url";

const BLOCK = 64 * 1024;

/** The n-th block of every long body. */
function block(n: number): Buffer {
  return Buffer.alloc(BLOCK, `${n.toString(16).padStart(15, "0")}\n`);
}

/** SHA-256 of a body of so many blocks. */
export function digest(blocks: number): string {
  const hash = createHash("sha256");
  for (let n = 0; n < blocks; n++) hash.update(block(n));
  return hash.digest("hex");
}

export function bytesOf(blocks: number): number {
  return blocks * BLOCK;
}

function send(socket: Socket, blocks: number): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytesOf(blocks)}\r\n\r\n`);
  let n = 0;
  const more = (): void => {
    while (n < blocks) {
      n += 1;
      if (!socket.write(block(n - 1))) {
        socket.once("drain", more);
        return;
      }
    }
  };
  more();
}

function serve(socket: Socket): void {
  let text = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (data) => {
    text += data.toString("latin1");
    for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
      const [, path = "/"] = text.slice(0, end).split(" ");
      text = text.slice(end + 4);
      const blocks = /^\/blocks\/(\d+)$/.exec(path)?.[1];
      if (blocks === undefined) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\npage\n");
      else send(socket, Number(blocks));
    }
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const server = createServer(serve);
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (typeof address === "object" && address !== null) console.log(address.port);
  });
  process.stdin.on("end", () => process.exit(0)).resume();
}
