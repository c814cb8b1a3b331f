import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What happens to the connections when the chosen piece comes by. */
export type Cut =
  /** Both ends are told: the controller's machine or its process has gone. */
  | "reset"
  /** Nobody is told and nothing passes any more, new connections neither: the network drops everything. */
  | "silence";

export interface Relay {
  readonly port: number;
  /** Pieces that came by since the last `arm` or `heal`, both directions together. */
  readonly pieces: number;
  /** At this piece, which does not arrive, the line is cut and `then` called; 0 is never. */
  arm(piece: number, cut: Cut, then?: () => void): void;
  /** Ends what is open and lets new connections through. */
  heal(): void;
  stop(): Promise<void>;
}

/** Passes SSH on to a socket, in pieces as TCP delivers them, until told otherwise. */
export async function startRelay(path: string): Promise<Relay> {
  const open = new Set<Socket>();
  let pieces = 0;
  let armed: { readonly piece: number; readonly cut: Cut; readonly then: () => void } | undefined;
  let silent = false;
  const drop = () => {
    for (const socket of open) socket.destroy();
  };
  const pass = (chunk: Buffer, to: Socket) => {
    if (silent) return;
    pieces += 1;
    if (armed !== undefined && pieces === armed.piece) {
      armed.then();
      if (armed.cut === "silence") silent = true;
      else drop();
      return;
    }
    to.write(chunk);
  };
  const server = createServer((client) => {
    const host = connect(path);
    for (const [from, to] of [
      [client, host],
      [host, client],
    ] as const) {
      open.add(from);
      from.setNoDelay?.(true);
      from.on("data", (chunk: Buffer) => pass(chunk, to));
      from.on("error", () => undefined);
      from.on("end", () => silent || to.end());
      from.on("close", () => {
        open.delete(from);
        if (!silent) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get pieces() {
      return pieces;
    },
    arm: (piece, cut, then = () => undefined) => {
      pieces = 0;
      armed = { piece, cut, then };
    },
    heal: () => {
      silent = false;
      armed = undefined;
      drop();
    },
    stop: async () => {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
