// As much of RFC 6455 as a server of the tests needs: it says every message again.
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly length: number;
}

/** Takes the upgrade, answers messages with themselves, and a farewell with one. */
export function echo(request: IncomingMessage, socket: Duplex): void {
  const key = request.headers["sec-websocket-key"] ?? "";
  const accept = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let held = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (piece: Buffer) => {
    held = Buffer.concat([held, piece]);
    for (let frame = read(held); frame !== undefined; frame = read(held)) {
      held = held.subarray(frame.length);
      socket.write(written(frame));
      if (frame.opcode === 8) socket.end();
    }
  });
}

/** The first frame, if all of it is there; those of clients are masked. */
function read(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const head = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < head + 4) return undefined;
  const size =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  const length = head + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(head, head + 4);
  const payload = Buffer.from(bytes.subarray(head + 4, length).map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, length };
}

function written({ opcode, payload }: Frame): Buffer {
  const size = payload.length;
  const head = Buffer.alloc(size < 126 ? 2 : 4);
  head.writeUInt8(0x80 | opcode, 0);
  head.writeUInt8(Math.min(size, 126), 1);
  if (size >= 126) head.writeUInt16BE(size, 2);
  return Buffer.concat([head, payload]);
}
