import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Problem } from "../../diagnostics/index.ts";
import { error, type Path } from "../check/report.ts";

/** A text that was given, and where; no value where it is not known yet. */
export interface Given {
  readonly path: Path;
  readonly value: string | undefined;
}

export interface ReadChain {
  readonly chain: readonly X509Certificate[];
  readonly problems: readonly Problem[];
}

/** Certificates in PEM form (RFC 7468), in the order of the text. */
export function readChain({ path, value }: Given): ReadChain {
  if (value === undefined) return { chain: [], problems: [] };
  const blocks = blocksOf(value, "CERTIFICATE");
  if (blocks.length === 0) return { chain: [], problems: [noPem(path, "CERTIFICATE")] };
  const read = blocks.map((block, index) => {
    try {
      return { chain: [new X509Certificate(block)], problems: [] };
    } catch {
      return { chain: [], problems: [unreadable(path, `certificate ${index + 1} of ${blocks.length}`)] };
    }
  });
  return { chain: read.flatMap(({ chain }) => chain), problems: read.flatMap(({ problems }) => problems) };
}

/** The first private key of a text. Nothing of it is told. */
export function readKey({ path, value }: Given): {
  readonly key?: KeyObject;
  readonly problems: readonly Problem[];
} {
  if (value === undefined) return { problems: [] };
  const [block] = blocksOf(value, "PRIVATE KEY");
  if (block === undefined) return { problems: [noPem(path, "PRIVATE KEY")] };
  try {
    return { key: createPrivateKey(block), problems: [] };
  } catch (cause) {
    const locked = /ENCRYPTED/.test(block) || (cause as { code?: unknown }).code === "ERR_MISSING_PASSPHRASE";
    return { problems: [locked ? encrypted(path) : unreadable(path, "the private key")] };
  }
}

function blocksOf(text: string, what: string): readonly string[] {
  const block = new RegExp(`-----BEGIN ((?:[A-Z0-9]+ )?${what})-----[^]+?-----END \\1-----`, "g");
  return [...text.matchAll(block)].map(([found]) => found);
}

function noPem(path: Path, what: string): Problem {
  return error("STACK_CERTIFICATE_NO_PEM", path, `there is no ${what} in PEM form (RFC 7468) in it`, {
    why: "the host would refuse the file",
    hint: `give the text itself, from -----BEGIN ${what}----- to -----END ${what}-----`,
  });
}

function unreadable(path: Path, what: string): Problem {
  return error("STACK_CERTIFICATE_UNREADABLE", path, `${what} is in PEM form and cannot be read`, {
    why: "the host would refuse the file",
    hint: "give the whole text as the authority or openssl wrote it; what is lost in copying is mostly the ends of lines",
  });
}

function encrypted(path: Path): Problem {
  return error("STACK_CERTIFICATE_UNREADABLE", path, "the private key is encrypted by a passphrase", {
    why: "a host that starts by itself has nobody to ask for it",
    hint: "take the passphrase off (openssl pkey -in FILE -out PLAIN) and keep the result where secrets are kept",
  });
}
