import { parseInterface, parseIp } from "../stack/index.ts";
import { type Item, item, treeOf } from "./document.ts";
import type { NodeHint } from "./keepalived/read.ts";
import type { Notes } from "./notes.ts";
import { isInterface, isName } from "./words.ts";

/** What is known of a host beside its files. */
export interface ImportHost {
  readonly name?: string;
  /** For SSH. */
  readonly address?: string;
  readonly user?: string;
  readonly port?: number;
  /** Interfaces with their addresses, as the host tells. */
  readonly interfaces?: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly interface?: string;
  /** With prefix length. */
  readonly interfaceAddress?: string;
}

/** Names of the two nodes: as given, as their router ids say, or lb-a and lb-b. */
export function nodeNames(
  hosts: readonly ImportHost[],
  hints: readonly [NodeHint, NodeHint],
): readonly [string, string] {
  const of = (index: 0 | 1): string => {
    const routerId = hints[index].routerId;
    const distinct = hints[0].routerId !== hints[1].routerId && hints[1].routerId !== undefined;
    return (
      hosts[index]?.name ??
      (distinct && isName(routerId) && routerId !== undefined ? routerId : index === 0 ? "lb-a" : "lb-b")
    );
  };
  return [of(0), of(1)];
}

/** The node of a definition, with place-holders for what nobody has told. */
export function nodeItem(
  name: string,
  index: number,
  host: ImportHost | undefined,
  hint: NodeHint,
  notes: Notes,
): Item {
  const given = host?.interface ?? hint.interface;
  const usable = given !== undefined && isInterface(given) ? given : undefined;
  const seen = ownAddress(host, usable);
  const own =
    usable ??
    seen?.interface ??
    missing(notes, name, "interface eth0", "eth0", "which interface carries VRRP");
  const placeholder = `192.0.2.${11 + index}`;
  const hinted = hint.address === undefined ? undefined : parseIp(hint.address)?.text;
  const address =
    host?.interfaceAddress ??
    (hinted === undefined ? undefined : withPrefix(hinted, host, notes, name)) ??
    seen?.address ??
    missing(
      notes,
      name,
      `address ${placeholder}/24`,
      `${placeholder}/24`,
      "its address with prefix length on that interface",
    );
  const ssh =
    host?.address ??
    hinted ??
    (host?.interfaceAddress === undefined
      ? undefined
      : parseInterface(host.interfaceAddress)?.address.text) ??
    placeholder;
  const login = {
    ...(host?.user === undefined ? {} : { user: host.user }),
    ...(host?.port === undefined ? {} : { port: host.port }),
  };
  return item(
    treeOf({
      name,
      address: ssh,
      ...(Object.keys(login).length === 0 ? {} : { ssh: login }),
      interface: own,
      interfaceAddress: address,
      ...extras(host, address),
    }),
  );
}

function missing(notes: Notes, name: string, what: string, value: string, wanted: string): string {
  notes.placeholder(`${what} of ${name} is a place-holder`, {
    why: `no file tells ${wanted}`,
    hint: "give --interface and --interface-address once for each node, or write it into the definition",
  });
  return value;
}

/** The host's own address on an interface, or its first one. */
function ownAddress(host: ImportHost | undefined, wanted: string | undefined) {
  const candidates = (host?.interfaces ?? []).filter(({ name }) =>
    wanted === undefined ? name !== "lo" : name === wanted,
  );
  const [found] = candidates.flatMap(({ name, addresses }) =>
    addresses.filter((address) => !address.includes(":")).map((address) => ({ interface: name, address })),
  );
  return found;
}

function withPrefix(address: string, host: ImportHost | undefined, notes: Notes, name: string): string {
  const known = (host?.interfaces ?? [])
    .flatMap(({ addresses }) => addresses)
    .find((text) => parseInterface(text)?.address.text === address);
  if (known !== undefined) return known;
  const length = address.includes(":") ? 64 : 24;
  notes.placeholder(`the prefix length /${length} of ${address} is a place-holder`, {
    why: `no file tells how large the network of ${name} is`,
    hint: "give --interface and --interface-address once for each node, or write it into the definition",
  });
  return `${address}/${length}`;
}

/** Further addresses of a host that was asked. */
function extras(host: ImportHost | undefined, own: string): object {
  const all = (host?.interfaces ?? []).flatMap(({ name, addresses }) =>
    name === "lo"
      ? []
      : addresses.filter((address) => address !== own).map((address) => ({ interface: name, address })),
  );
  const kept = all.filter(({ address }) => !address.startsWith("fe80:"));
  return kept.length === 0 ? {} : { extraAddresses: kept };
}
