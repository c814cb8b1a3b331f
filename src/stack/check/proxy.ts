import { formatPath, type Problem } from "../../diagnostics/index.ts";
import { parseBindAddress } from "../resolve/proxy.ts";
import type { BindAddress } from "../resolve/resolved.ts";
import { parseInterface } from "../schema/address.ts";
import type { PairData } from "../schema/stack.ts";
import { uncheckedBackend } from "../schema-problems.ts";
import { nodeAddresses } from "./addresses.ts";
import { balanceProblems } from "./balance.ts";
import { error, type Path, warning } from "./report.ts";

interface Listen {
  readonly address: BindAddress;
  readonly text: string;
  readonly port: number;
  readonly frontend: string;
  readonly path: Path;
  /** On an address that each node has for itself, and meant so. */
  readonly own?: boolean;
}

/** What the proxy listens on and where it sends the traffic. */
export function checkProxy(pair: PairData, path: Path): Problem[] {
  const listens = listensOf(pair, path);
  return [
    ...pair.frontends.flatMap((frontend, i) => frontendProblems(pair, frontend, [...path, "frontends", i])),
    ...clashes(listens),
    ...listens.flatMap((listen) => foreignAddress(pair, listen)),
    ...pair.backends.flatMap((backend, i) => backendProblems(backend, listens, [...path, "backends", i])),
  ];
}

function listensOf(pair: PairData, path: Path): Listen[] {
  return [...frontendListens(pair, path), ...pageListens(pair, path), ...tableListens(pair, path)];
}

/** The first address of each node, without its prefix length. */
function ownAddresses(nodes: PairData["nodes"]): readonly string[] {
  return nodes.map((node) => node.interfaceAddress.split("/")[0] ?? "");
}

/** The port of shared tables, on the first address of each node. */
function tableListens({ sharedTables, nodes }: PairData, path: Path): Listen[] {
  if (sharedTables === undefined) return [];
  const { port } = sharedTables;
  return ownAddresses(nodes).flatMap((text) => {
    const address = parseBindAddress(text);
    if (address === undefined) return [];
    const at = [...path, "sharedTables", "port"];
    return [{ address, text: `${text}:${port}`, port, frontend: "sharedTables", path: at, own: true }];
  });
}

/** The statistics page's own port, on the address of each node where none is named. */
function pageListens({ statistics, nodes }: PairData, path: Path): Listen[] {
  if (statistics?.at.kind !== "own") return [];
  const { address, port, name } = statistics.at;
  const wanted = address === "node" ? ownAddresses(nodes) : [address];
  return wanted.flatMap((text) => {
    const parsed = parseBindAddress(text);
    if (parsed === undefined) return [];
    const at = [...path, "statistics", "at"];
    return [
      { address: parsed, text: `${text}:${port}`, port, frontend: name, path: at, own: address === "node" },
    ];
  });
}

function frontendListens(pair: PairData, path: Path): Listen[] {
  return pair.frontends.flatMap((frontend, i) =>
    frontend.binds.flatMap((bind, j) => {
      const address = parseBindAddress(bind.address);
      if (address === undefined) return [];
      return [
        {
          address,
          text: `${bind.address}:${bind.port}`,
          port: bind.port,
          frontend: frontend.name,
          path: [...path, "frontends", i, "binds", j],
        },
      ];
    }),
  );
}

function frontendProblems(pair: PairData, frontend: PairData["frontends"][number], path: Path): Problem[] {
  const problems: Problem[] = [];
  if (frontend.binds.length === 0 && !frontend.directives.some((line) => line.startsWith("bind "))) {
    problems.push(
      error(
        "STACK_FRONTEND_WITHOUT_BIND",
        [...path, "binds"],
        `frontend ${JSON.stringify(frontend.name)} listens nowhere`,
        {
          hint: 'add an address, e.g. { address: "10.0.0.100", port: 80 }, or a bind line to directives',
        },
      ),
    );
  }
  const backend = pair.backends.find(({ name }) => name === frontend.defaultBackend);
  if (backend !== undefined && backend.mode !== frontend.mode) {
    problems.push(
      error(
        "STACK_MODES_DIFFER",
        [...path, "defaultBackend"],
        `frontend is ${frontend.mode}, backend ${JSON.stringify(backend.name)} is ${backend.mode}`,
        {
          why: "traffic would be read as what it is not",
          hint: "give both the same mode",
        },
      ),
    );
  }
  if (frontend.mode === "tcp" && frontend.logFormat === "http") {
    problems.push(
      error("STACK_LOG_FORMAT_NEEDS_HTTP", [...path, "logFormat"], "a tcp frontend has no requests to log", {
        hint: 'write "tcp" or "short"',
      }),
    );
  }
  if (
    frontend.mode === "http" &&
    frontend.hsts !== undefined &&
    frontend.binds.every(({ tls }) => tls === undefined)
  ) {
    problems.push(
      warning("STACK_HSTS_WITHOUT_TLS", [...path, "hsts"], "no bind of this frontend speaks TLS", {
        why: "browsers believe Strict-Transport-Security only when it comes by TLS (RFC 6797, 8.1)",
        hint: "write it at the frontend whose binds have tls",
      }),
    );
  }
  return problems;
}

/** Whether two sockets would take each other's connections; a wildcard covers every address of its family. */
function overlap(a: BindAddress, b: BindAddress): boolean {
  const family = (x: BindAddress): string =>
    x.kind === "any4" ? "ipv4" : x.kind === "any6" ? "ipv6" : x.ip.family;
  if (family(a) !== family(b)) return false;
  if (a.kind !== "ip" || b.kind !== "ip") return true;
  return a.ip.text === b.ip.text;
}

function clashes(listens: readonly Listen[]): Problem[] {
  return listens.flatMap((listen, index) => {
    const earlier = listens
      .slice(0, index)
      .find((other) => other.port === listen.port && overlap(other.address, listen.address));
    if (earlier === undefined) return [];
    return [
      error(
        "STACK_LISTEN_TWICE",
        listen.path,
        `${listen.text} is taken by ${earlier.text} of frontend ${JSON.stringify(earlier.frontend)}`,
        {
          why: `${formatPath(earlier.path)} would get some of the connections, at random`,
          hint: "give each frontend an address or port of its own",
        },
      ),
    ];
  });
}

/** A bind address that neither moves with the pair nor belongs to both nodes is served by one at most. */
function foreignAddress(pair: PairData, listen: Listen): Problem[] {
  const { address } = listen;
  if (address.kind !== "ip" || listen.own === true) return [];
  const vips = pair.vrrpInstances.flatMap((instance) => [...instance.vips, ...instance.excludedVips]);
  const isVip = vips.some((vip) => parseInterface(vip.address)?.address.text === address.ip.text);
  const owners = pair.nodes.filter((node) =>
    nodeAddresses(node).some((entry) => entry.address.address.text === address.ip.text),
  );
  const loopback = address.ip.family === "ipv4" ? address.ip.bytes[0] === 127 : address.ip.text === "::1";
  if (isVip && !pair.kernel.nonlocalBind) {
    return [
      error(
        "STACK_BIND_NEEDS_NONLOCAL",
        [...listen.path, "address"],
        `the backup cannot listen on ${address.ip.text}, which the master holds`,
        {
          why: "kernel.nonlocalBind is false",
          hint: 'take kernel.nonlocalBind out, or listen on "*"',
        },
      ),
    ];
  }
  if (isVip || loopback || owners.length === pair.nodes.length) return [];
  return [
    error(
      "STACK_BIND_FOREIGN_ADDRESS",
      [...listen.path, "address"],
      `${address.ip.text} is no virtual address of the pair`,
      {
        why:
          owners.length > 0
            ? `only ${owners[0]?.name} has it, so it would not fail over`
            : "no node would answer there",
        hint: 'listen on a virtual address of the pair, on "*" or on "::"',
      },
    ),
  ];
}

type Backend = PairData["backends"][number];

function backendProblems(backend: Backend, listens: readonly Listen[], path: Path): Problem[] {
  return [...balanceProblems(backend, path), ...ofServers(backend, listens, path)];
}

function ofServers(backend: Backend, listens: readonly Listen[], path: Path): Problem[] {
  if (backend.servers.length === 0) {
    // Servers, redirects and answers can stand among the further lines.
    if (backend.directives.length > 0) return [];
    return [
      error(
        "STACK_BACKEND_WITHOUT_SERVERS",
        [...path, "servers"],
        `backend ${JSON.stringify(backend.name)} has no servers`,
        {
          why: "every request would get 503",
          hint: 'add one, e.g. { name: "web-1", address: "10.0.0.21", port: 80 }',
        },
      ),
    ];
  }
  return [...checkProblems(backend, path), ...serverProblems(backend, listens, path)];
}

function checkProblems(backend: Backend, path: Path): Problem[] {
  if (backend.healthCheck.kind === "none") {
    if (backend.servers.length === 1) return [];
    return [
      warning(
        "STACK_BACKEND_UNCHECKED",
        [...path, "healthCheck"],
        `backend ${JSON.stringify(backend.name)} has several servers and no check`,
        {
          why: "a dead server goes on getting its share",
          hint: 'write healthCheck: { kind: "tcp" }',
        },
      ),
    ];
  }
  return backend.servers.some((server) => server.check) ? [] : [uncheckedBackend([...path, "servers"])];
}

function serverProblems(backend: Backend, listens: readonly Listen[], path: Path): Problem[] {
  const problems = backend.servers.flatMap((server, j) => {
    const address = parseBindAddress(server.address);
    if (address === undefined) return [];
    const own = listens.find(
      (listen) =>
        listen.port === server.port && listen.address.kind === "ip" && overlap(listen.address, address),
    );
    if (own === undefined) return [];
    return [
      error(
        "STACK_SERVER_IS_FRONTEND",
        [...path, "servers", j, "address"],
        `server ${JSON.stringify(server.name)} is the pair's own frontend ${JSON.stringify(own.frontend)}`,
        {
          why: "requests would go round in a circle",
          hint: "write the address of the server behind it",
        },
      ),
    ];
  });
  if (backend.servers.every((server) => server.weight === 0)) {
    problems.push(
      warning(
        "STACK_SERVERS_ALL_IDLE",
        [...path, "servers"],
        `all servers of backend ${JSON.stringify(backend.name)} have weight 0`,
        { why: "none gets a request, so clients get 503", hint: "give at least one a weight" },
      ),
    );
  }
  if (backend.servers.every((server) => server.backup)) {
    problems.push(
      warning(
        "STACK_SERVERS_ALL_BACKUP",
        [...path, "servers"],
        `all servers of backend ${JSON.stringify(backend.name)} are backups`,
        {
          why: "only the first one would be used",
          hint: "take backup from at least one",
        },
      ),
    );
  }
  return problems;
}
