import { type Field, field, list, treeOf } from "../document.ts";
import type { Statement } from "../statement.ts";
import { isHostName, isName } from "../words.ts";

const PATH = /^\/[A-Za-z0-9_./+-]{1,254}$/;
/** A folder of certificates looks the same as a file but for its ending. */
const FILE = /\.(pem|crt|cert|cer|bundle|chain)$/i;
const VERSIONS: Readonly<Record<string, string>> = { "TLSv1.2": "1.2", "TLSv1.3": "1.3" };

/**
 * Words of bind and server lines about TLS as fields, and the certificates that they name.
 * A line that says more than the fields stands as it is.
 */
export class TlsWords {
  readonly #names = new Map<string, string>();
  readonly #bindsPlain: boolean;
  readonly #serversPlain: boolean;

  constructor(global: readonly Statement[]) {
    // The definition names the oldest version on each line, and would say otherwise than these.
    const decides = (keyword: string): boolean =>
      global.some(
        ({ words }) =>
          words[0] === keyword &&
          words.some((word) => /^(force-|ssl-max-ver|no-tlsv1[23]$|TLSv1\.3$)/.test(word)),
      );
    this.#bindsPlain = !decides("ssl-default-bind-options");
    this.#serversPlain = !decides("ssl-default-server-options");
  }

  /** `ssl crt FILE … [alpn …] [ssl-min-ver …] [strict-sni] [verify … ca-file … [crl-file …]]` */
  bind(options: readonly string[]): object | undefined {
    const said = valuesOf(options, ["ssl", "strict-sni"]);
    if (said === undefined || !this.#bindsPlain || !said.has("ssl")) return undefined;
    const files = said.get("crt") ?? [];
    const alpn = said.get("alpn")?.at(-1)?.split(",");
    const minVersion = versionOf(said);
    const clients = clientsOf(said);
    const known = ["ssl", "crt", "alpn", "ssl-min-ver", "strict-sni", "verify", "ca-file", "crl-file"];
    const fits =
      [...said.keys()].every((word) => known.includes(word)) &&
      files.length > 0 &&
      files.every((file) => PATH.test(file) && FILE.test(file)) &&
      (alpn === undefined || alpn.every((name) => name === "h2" || name === "http/1.1")) &&
      minVersion !== undefined &&
      clients !== undefined;
    if (!fits) return undefined;
    return {
      certificates: files.map((file) => this.#nameOf(file)),
      ...(alpn === undefined ? {} : { alpn }),
      ...(minVersion === "1.2" ? {} : { minVersion }),
      ...(said.has("strict-sni") ? { strictSni: true } : {}),
      ...(clients === null ? {} : { clientCertificates: clients }),
    };
  }

  /** `ssl verify none`, or `ssl verify required ca-file FILE`, `[sni str(NAME) check-sni NAME]`. */
  server(said: ReadonlyMap<string, readonly string[]>): object | undefined {
    const one = (word: string): string | undefined => said.get(word)?.at(-1);
    const verify = one("verify");
    const caFile = one("ca-file");
    const [, serverName] = /^str\(([^()]+)\)$/.exec(one("sni") ?? "") ?? [];
    const minVersion = versionOf(said);
    const trusted =
      verify === "none"
        ? caFile === undefined
        : verify === "required" && caFile !== undefined && (caFile === "@system-ca" || PATH.test(caFile));
    const named = serverName !== undefined && serverName === one("check-sni") && isHostName(serverName);
    const nameless = !said.has("sni") && !said.has("check-sni");
    if (!this.#serversPlain || !trusted || !(named || nameless) || minVersion === undefined) return undefined;
    return {
      ...(verify === "none" ? { verify } : {}),
      ...(caFile === undefined || caFile === "@system-ca" ? {} : { caFile }),
      ...(serverName === undefined ? {} : { serverName }),
      ...(minVersion === "1.2" ? {} : { minVersion }),
    };
  }

  /** The certificates that binds named. */
  certificates(): readonly Field[] {
    if (this.#names.size === 0) return [];
    const items = [...this.#names].map(([path, name]) => ({
      above: [],
      value: treeOf({ kind: "hostFile", name, path }),
    }));
    return [field("certificates", list(items))];
  }

  /** A name of its own for each file, after the file. */
  #nameOf(path: string): string {
    const known = this.#names.get(path);
    if (known !== undefined) return known;
    const plain = path.replace(/^.*\//, "").replace(FILE, "");
    const stem = isName(plain) ? plain : "certificate";
    const taken = new Set(this.#names.values());
    let name = stem;
    for (let n = 2; taken.has(name); n++) name = `${stem}-${n}`;
    this.#names.set(path, name);
    return name;
  }
}

/** Words of a server line that a definition says by `tls`. */
export const SERVER_TLS = ["ssl", "verify", "ca-file", "sni", "check-sni", "ssl-min-ver"];

/** Options by word; undefined when one that wants a value has none. `flags`: those that take none. */
function valuesOf(
  options: readonly string[],
  flags: readonly string[],
): ReadonlyMap<string, readonly string[]> | undefined {
  const said = new Map<string, string[]>();
  for (let at = 0; at < options.length; at++) {
    const word = options[at] ?? "";
    const value = flags.includes(word) ? "" : options[++at];
    if (value === undefined) return undefined;
    said.set(word, [...(said.get(word) ?? []), value]);
  }
  return said;
}

/** The oldest version, which is 1.2 where nothing is said; undefined for one that is not spoken any more. */
function versionOf(said: ReadonlyMap<string, readonly string[]>): string | undefined {
  const word = said.get("ssl-min-ver")?.at(-1);
  return word === undefined ? "1.2" : VERSIONS[word];
}

/** What is asked of clients: null is nothing, undefined more than fields can say. */
function clientsOf(said: ReadonlyMap<string, readonly string[]>): object | null | undefined {
  const [verify, caFile, crlFile] = ["verify", "ca-file", "crl-file"].map((word) => said.get(word)?.at(-1));
  if (verify === undefined && caFile === undefined && crlFile === undefined) return null;
  const paths = [caFile, ...(crlFile === undefined ? [] : [crlFile])];
  if (verify !== "required" && verify !== "optional") return undefined;
  if (!paths.every((path) => PATH.test(path ?? ""))) return undefined;
  return { verify, caFile, ...(crlFile === undefined ? {} : { crlFile }) };
}
