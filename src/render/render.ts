import type { ResolvedNode, ResolvedPair } from "../stack/index.ts";
import { canonicalJson, sha256 } from "./canonical.ts";
import { type Engine, engines } from "./engines/index.ts";
import { needsProxyUser } from "./model/confinement.ts";
import { globalLines, haproxyModel } from "./model/haproxy.ts";
import { keepalivedModel } from "./model/keepalived.ts";
import { nftablesRules } from "./model/nftables.ts";
import { rawBinds } from "./model/raw-binds.ts";
import { pageBind } from "./model/statistics.ts";
import { nodeSysctls, vrrpInterfaces } from "./model/sysctls.ts";
import { unitModel } from "./model/unit.ts";
import {
  type BinaryRef,
  type ByFile,
  HostPaths,
  PROXY_USER,
  type Release,
  type ReleaseFile,
  type Requirements,
  secretNamesIn,
  secretPlaceholder,
} from "./release.ts";
import { fillTemplate } from "./template.ts";

/**
 * Everything that one node of a pair shall be. Pure and deterministic: equal arguments give equal
 * releases, byte by byte.
 *
 * @throws RangeError when the pair has no such node.
 */
export function render(pair: ResolvedPair, nodeName: string, tandemd: BinaryRef): Release {
  const node = pair.nodes.find((candidate) => candidate.name === nodeName);
  if (node === undefined) throw new RangeError(`pair ${pair.name} has no node ${nodeName}`);
  const engine = engines[pair.engine];
  const binary = engine.program(tandemd);
  const sysctls = nodeSysctls(pair, node);
  const files = renderFiles(pair, node, engine, binary, sysctls);
  const content = {
    node: node.name,
    pair: pair.name,
    files,
    sysctls,
    service: { enabled: true, active: true },
    binary: { sha256: binary.sha256, version: binary.version },
    secretNames: secretNamesIn(Object.values(files).map((file) => file.text)),
    requires: requirements(pair, node, engine),
  };
  return { id: sha256(canonicalJson(content)).slice(0, 16), ...content };
}

/** Path of the executable with a digest. */
export function binaryPath(binary: BinaryRef): string {
  return `${HostPaths.binaryDir}/tandemd-${binary.sha256}`;
}

function renderFiles(
  pair: ResolvedPair,
  node: ResolvedNode,
  engine: Engine,
  binary: BinaryRef,
  sysctls: Readonly<Record<string, string>>,
): Readonly<ByFile<ReleaseFile>> {
  const names = { pair: pair.name, node: node.name };
  const proxies = pair.frontends.length > 0 || pair.sections.length > 0 || pair.statistics !== undefined;
  const inRelease = (name: string): string => `${HostPaths.current}/${name}`;
  const engineLines = engine.proxyGlobals(pair);
  return {
    ...(proxies
      ? {
          "haproxy.cfg": file(
            inRelease("haproxy.cfg"),
            // With the passwords of the page in it, nobody but root reads it.
            pair.statistics === undefined || pair.statistics.users.length === 0 ? 0o640 : 0o600,
            fillTemplate("haproxy.cfg", haproxyModel(pair, node, engineLines)),
          ),
        }
      : {}),
    ...Object.fromEntries(
      pair.certificates.map(({ name, secrets }) => {
        const text = secrets.map((secret) => `${secretPlaceholder(secret)}\n`).join("");
        return [`${name}.pem`, file(inRelease(`${name}.pem`), 0o600, text)];
      }),
    ),
    // Passwords are filled in on the way, so nobody but root reads it.
    "keepalived.conf": file(
      inRelease("keepalived.conf"),
      0o600,
      fillTemplate("keepalived.conf", keepalivedModel(pair, node, engine.router, binaryPath(binary))),
    ),
    "nftables.nft": file(
      inRelease("nftables.nft"),
      0o640,
      fillTemplate("nftables.nft", { ...names, rules: nftablesRules(pair, node) }),
    ),
    "90-tandem.conf": file(
      HostPaths.sysctl,
      0o644,
      fillTemplate("90-tandem.conf", {
        ...names,
        sysctls: Object.entries(sysctls).map(([key, value]) => ({ key, value })),
      }),
    ),
    "tandem.service": file(
      HostPaths.unit,
      0o644,
      fillTemplate(engine.unit, {
        ...names,
        binary: binaryPath(binary),
        current: HostPaths.current,
        runtime: HostPaths.runtime,
        haproxy: proxies,
        ...unitModel(pair, proxies ? globalLines(pair, engineLines) : []),
      }),
    ),
    ...(proxies && needsProxyUser(engineLines)
      ? {
          "sysusers.conf": file(
            inRelease("sysusers.conf"),
            0o644,
            fillTemplate("sysusers.conf", { ...names, user: PROXY_USER }),
          ),
        }
      : {}),
  };
}

function file(path: string, mode: number, text: string): ReleaseFile {
  return { path, mode, text, sha256: sha256(text) };
}

function requirements(pair: ResolvedPair, node: ResolvedNode, engine: Engine): Requirements {
  const tracked = pair.instances.flatMap((instance) => instance.trackInterfaces.map((t) => t.interface));
  const page = pageBind(pair, node);
  const served = pair.frontends.flatMap(({ name, binds }) => binds.map((bind) => ({ ...bind, name })));
  return {
    interfaces: [...new Set([...vrrpInterfaces(pair, node), ...tracked])],
    listens: [
      ...[...served, ...(page === undefined ? [] : [page])].map(({ address, port, name }) => ({
        address: address.kind === "ip" ? address.ip.text : address.kind === "any4" ? "*" : "::",
        port,
        frontend: name,
      })),
      ...rawBinds(pair),
    ],
    vips: pair.instances.flatMap((instance) =>
      [...instance.vips, ...instance.excludedVips].map((vip) => ({
        address: vip.address.text,
        interface: vip.interface ?? instance.interface ?? node.interface,
      })),
    ),
    peers: pair.nodes
      .filter(({ name }) => name !== node.name)
      .flatMap(({ addresses }) => addresses.map(({ address }) => address.text)),
    ...backupOf(pair, node),
    ...(engine.packages.length === 0 ? {} : { packages: engine.packages }),
    ...(pair.takeOver ? { takeOver: true } : {}),
  };
}

function backupOf(pair: ResolvedPair, node: ResolvedNode): Pick<Requirements, "backupOf"> {
  const { instances } = pair;
  if (instances.some(({ master }) => master === node.name)) return {};
  // Where nobody preempts, the addresses stay where they are: moving them cuts what is under way.
  const preempting = instances.filter(({ nopreempt }) => !nopreempt);
  return preempting.length === 0 ? {} : { backupOf: preempting.map(({ name }) => name) };
}
