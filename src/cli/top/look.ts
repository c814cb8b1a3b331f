import type { Host } from "../../host/index.ts";
import type { ResolvedPair } from "../../stack/index.ts";
import type { PairHosts } from "../pair-hosts.ts";
import { lookAt, type NodeSeen } from "../status/look.ts";
import { parseStat } from "./csv.ts";
import { type Row, rowsOfStat, rowsOfStatus } from "./rows.ts";

export interface TopNode extends NodeSeen {
  readonly rows: readonly Row[];
  /** Where the rows are from: the runtime socket has queues, rates and times. */
  readonly source: "runtimeSocket" | "status" | "none";
}

export interface TopPair {
  readonly pair: string;
  readonly nodes: readonly TopNode[];
}

export interface Look {
  /** Unix milliseconds. */
  readonly at: number;
  readonly pairs: readonly TopPair[];
}

/** Asks all hosts at once; one that does not answer does not hide the others. */
export async function lookAtAll(pairs: readonly PairHosts[], signal: AbortSignal): Promise<Look> {
  const seen = pairs.map(async ({ pair, definition, hosts }) => ({
    pair,
    nodes: await Promise.all(hosts.map((host) => lookAtNode(host, socketOf(definition), signal))),
  }));
  return { at: Date.now(), pairs: await Promise.all(seen) };
}

async function lookAtNode(host: Host, socket: string | undefined, signal: AbortSignal): Promise<TopNode> {
  const seen = await lookAt(host);
  if (seen.status === undefined) return { ...seen, rows: [], source: "none" };
  const rows = socket === undefined ? [] : rowsOfStat(parseStat(await askSocket(host, socket, signal)));
  if (rows.length > 0) return { ...seen, rows, source: "runtimeSocket" };
  return { ...seen, rows: rowsOfStatus(seen.status), source: "status" };
}

/** Path of the runtime socket: of the field, or of a line that says the same. */
export function socketOf({ proxy }: ResolvedPair): string | undefined {
  if (proxy.runtimeSocket !== undefined) return proxy.runtimeSocket.path;
  return proxy.globalDirectives.flatMap((line) => /^stats\s+socket\s+(\/\S+)/.exec(line)?.[1] ?? [])[0];
}

const QUICK = 5_000;

/** The first of these that the host has; perl is on every Debian, socat where HAProxy is looked after. */
const ASK = `
if command -v socat >/dev/null; then echo 'show stat' | exec socat -t 4 - "UNIX-CONNECT:$1"
elif command -v perl >/dev/null; then exec perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1; print $s "show stat\\n"; $s->flush; print while <$s>;' "$1"
elif command -v python3 >/dev/null; then exec python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b"show stat\\n")
while b := s.recv(65536): sys.stdout.buffer.write(b)' "$1"
else exit 1
fi`;

async function askSocket(host: Host, socket: string, signal: AbortSignal): Promise<string> {
  const shell = await host.shell();
  const answer = await shell.run(["sh", "-c", ASK, "sh", socket], { timeout: QUICK, signal });
  return answer.exitCode === 0 ? answer.stdout.toString("utf8") : "";
}
