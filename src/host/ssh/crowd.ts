import { Turns } from "./turns.ts";

/** Handshakes at once: a thousand of them would keep this process busy for longer than any of them may take. */
const AT_ONCE = 32;
/**
 * To one sshd, such as that of a jump host: from the eleventh on it refuses some by chance unless it is told
 * otherwise (sshd_config(5), MaxStartups).
 */
const AT_ONE_SERVER = 6;

const all = new Turns(AT_ONCE);
const servers = new Map<string, Turns>();

/** Opens a connection to a server when it is its turn; what it may take begins to count then. */
export async function inTurn<T>(
  server: string,
  open: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const here = servers.get(server) ?? new Turns(AT_ONE_SERVER);
  servers.set(server, here);
  try {
    return await here.run(() => all.run(open, signal), signal);
  } finally {
    if (here.idle) servers.delete(server);
  }
}
