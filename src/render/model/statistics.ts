import type { BindAddress, ResolvedNode, ResolvedPair, ResolvedStatistics } from "../../stack/index.ts";
import { secretPlaceholder } from "../release.ts";
import { haproxyTime } from "./time.ts";
import { bindTlsWords } from "./tls.ts";

/** What the page listens on by itself at a node. */
export function pageBind(
  { statistics }: ResolvedPair,
  node: ResolvedNode,
): { readonly name: string; readonly address: BindAddress; readonly port: number } | undefined {
  if (statistics?.at.kind !== "own") return undefined;
  const { name, address, port } = statistics.at;
  const [own] = node.addresses;
  if (address.kind !== "node") return { name, address, port };
  if (own === undefined) throw new RangeError(`node ${node.name} has no address`);
  return { name, address: { kind: "ip", ip: own.address.address }, port };
}

/** Section of a page with a port of its own. */
export function pageSection(statistics: ResolvedStatistics, bind: string): object | undefined {
  const { at } = statistics;
  if (at.kind !== "own") return undefined;
  const words = ["bind", bind, ...bindTlsWords(at.tls)].join(" ");
  return { name: `listen ${at.name}`, lines: ["mode http", words, ...pageLines(statistics)] };
}

/** `stats` and its companions; configuration manual 4.2. */
export function pageLines(page: ResolvedStatistics): string[] {
  return [
    ...(page.prometheus === undefined
      ? []
      : [`http-request use-service prometheus-exporter if { path ${page.prometheus} }`]),
    `stats uri ${page.uri}`,
    ...(page.realm === undefined ? [] : [`stats realm ${page.realm.replaceAll(" ", "\\ ")}`]),
    ...page.users.map(({ name, secret }) => `stats auth ${name}:${secretPlaceholder(secret)}`),
    ...(page.admin === undefined ? [] : [`stats admin ${page.admin}`]),
    ...(page.refreshMs === undefined ? [] : [`stats refresh ${haproxyTime(page.refreshMs)}`]),
    ...(page.hideVersion ? ["stats hide-version"] : []),
    ...page.scope.map((name) => `stats scope ${name}`),
  ];
}
