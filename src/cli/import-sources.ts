import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ExitCode, type Problem, TandemError, together } from "../diagnostics/index.ts";
import { type Connection, readInterfaces, SshShell } from "../host/index.ts";
import type { ImportHost } from "../import/index.ts";
import type { ImportFlags } from "./commands.ts";
import type { CliContext } from "./context.ts";

/** Files to read, and what is known of the hosts. */
export interface Sources {
  readonly haproxy: readonly string[];
  readonly keepalived: readonly string[];
  readonly hosts: readonly ImportHost[];
  /** The files are copies from hosts. */
  readonly live: boolean;
  readonly notes: readonly Problem[];
  /** Texts with the names of the copies as the hosts have them. */
  renamed(text: string): string;
}

/** Calls `use` with what the flags name; copies from hosts are gone afterwards. */
export async function withSources<T>(
  context: CliContext,
  flags: ImportFlags,
  use: (sources: Sources) => Promise<T>,
): Promise<T> {
  const hosts = (flags.host ?? []).map(parseHost);
  const told = [0, 1].map((index) => toldOf(flags, hosts, index));
  const at = (files: readonly string[] | undefined) => files ?? [];
  if (at(flags.haproxy).length + at(flags.keepalived).length > 0) {
    const plain = { live: false, notes: [], renamed: (text: string) => text };
    return use({ haproxy: at(flags.haproxy), keepalived: at(flags.keepalived), hosts: told, ...plain });
  }
  // Copies hold passwords: the folder is for this user alone.
  const folder = mkdtempSync(join(tmpdir(), "tandem-copies-"));
  try {
    return await use(await fetched(context, flags, told, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `[NAME=][USER@]ADDRESS[:PORT]`; an IPv6 address with a port stands in brackets. */
function parseHost(text: string): ImportHost {
  const [, name, user, bracketed, plain, port] =
    /^(?:([^=@]+)=)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^\s:]+|[0-9A-Fa-f:.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined) {
    throw new TandemError(
      [
        {
          code: "IMPORT_WHAT",
          severity: "error",
          message: `${JSON.stringify(text)} is no host`,
          why: "it has to be known where to log in, and as whom",
          hint: "write [NAME=][USER@]ADDRESS[:PORT], e.g. --host lb-a=root@10.0.0.11",
        },
      ],
      { exitCode: ExitCode.usage },
    );
  }
  return {
    address,
    ...(name === undefined ? {} : { name }),
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

function toldOf(flags: ImportFlags, hosts: readonly ImportHost[], index: number): ImportHost {
  const own = flags.interface?.[index] ?? flags.interface?.[0];
  const address = flags.interfaceAddress?.[index];
  return {
    ...hosts[index],
    ...(own === undefined ? {} : { interface: own }),
    ...(address === undefined ? {} : { interfaceAddress: address }),
  };
}

const FILES = { keepalived: "/etc/keepalived/keepalived.conf", haproxy: "/etc/haproxy/haproxy.cfg" } as const;

interface Copy {
  readonly host: ImportHost;
  readonly keepalived: string | undefined;
  readonly haproxy: string | undefined;
}

async function fetched(
  context: CliContext,
  flags: ImportFlags,
  hosts: readonly ImportHost[],
  folder: string,
): Promise<Sources> {
  const copies = await together(hosts.map((host) => copyOf(context, flags, host)));
  const names = new Map<string, string>();
  const put = (kind: keyof typeof FILES, copy: Copy, index: number): string[] => {
    const text = copy[kind];
    if (text === undefined) return [];
    const file = join(folder, `${kind}-${index}`);
    writeFileSync(file, text, { mode: 0o600 });
    names.set(file, `${copy.host.name ?? copy.host.address}:${FILES[kind]}`);
    return [file];
  };
  const keepalived = copies.flatMap((copy, index) => put("keepalived", copy, index));
  const [first, second] = copies;
  const leader = copies.findIndex((copy) => copy.haproxy !== undefined);
  const chosen = copies[leader];
  const haproxy = chosen === undefined ? [] : put("haproxy", chosen, leader);
  if (keepalived.length + haproxy.length === 0) throw nothingThere(hosts);
  return {
    haproxy,
    keepalived,
    live: true,
    hosts: copies.map(({ host }) => host),
    notes: first?.haproxy === second?.haproxy ? [] : [differs(hosts, leader)],
    renamed: (text) => [...names].reduce((all, [file, name]) => all.replaceAll(file, name), text),
  };
}

async function copyOf(context: CliContext, flags: ImportFlags, host: ImportHost): Promise<Copy> {
  const shell = new SshShell(connectionOf(context, flags, host));
  const { signal } = context;
  try {
    const read = async (argv: readonly string[]): Promise<string | undefined> => {
      const { exitCode, stdout } = await shell.run(argv, { signal });
      return exitCode === 0 ? stdout.toString("utf8") : undefined;
    };
    const addresses = await read(["ip", "-j", "address"]);
    const keepalived = await read(["cat", FILES.keepalived]);
    const haproxy = await read(["cat", FILES.haproxy]);
    const interfaces = addresses === undefined ? [] : readInterfaces(addresses);
    return { host: { ...host, interfaces }, keepalived, haproxy };
  } finally {
    await shell.close();
  }
}

function connectionOf(context: CliContext, flags: ImportFlags, host: ImportHost): Connection {
  const user = host.user ?? "root";
  return {
    name: host.name ?? host.address ?? "",
    address: host.address ?? "",
    port: host.port ?? 22,
    user,
    auth: [
      flags.identity === undefined
        ? { kind: "agent" }
        : { kind: "privateKeyFile", path: resolve(context.cwd, flags.identity) },
    ],
    hostKey:
      flags.knownHosts === undefined
        ? { kind: "knownHosts" }
        : { kind: "knownHosts", path: resolve(context.cwd, flags.knownHosts) },
    ...(user === "root" ? {} : { sudo: {} }),
  };
}

function nothingThere(hosts: readonly ImportHost[]): TandemError {
  return new TandemError(
    hosts.map((host) => ({
      code: "IMPORT_UNREADABLE",
      severity: "error" as const,
      message: `neither ${FILES.keepalived} nor ${FILES.haproxy} is there`,
      why: "these are the files that Debian's packages read, and what an import is made of",
      where: { kind: "host" as const, host: host.name ?? host.address ?? "" },
      hint: "copy the files from where they are, and give --keepalived and --haproxy",
    })),
  );
}

function differs(hosts: readonly ImportHost[], leader: number): Problem {
  const [used, other] = leader === 0 ? hosts : [...hosts].reverse();
  return {
    code: "IMPORT_NOT_CARRIED",
    severity: "error",
    message: `its ${FILES.haproxy} is another than that of ${used?.name ?? used?.address}`,
    where: { kind: "host", host: other?.name ?? other?.address ?? "" },
    why: "a definition says one thing for both nodes of a pair; the first host's file was taken",
    hint: "compare the two files, and change the definition where the other is right",
  };
}
