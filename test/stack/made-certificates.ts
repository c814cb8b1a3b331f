import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Made {
  readonly certificate: string;
  readonly key: string;
}

interface Wish {
  readonly hosts?: readonly string[];
  readonly days?: number;
  /** Whoever signs it; default itself. */
  readonly by?: Made;
  readonly authority?: boolean;
}

const openssl = (...words: readonly string[]) =>
  execFileSync("openssl", words, { stdio: ["ignore", "ignore", "pipe"] });

/** A certificate that OpenSSL makes, valid from now on. */
export function made(name: string, { hosts = [], days = 90, by, authority = false }: Wish = {}): Made {
  const folder = mkdtempSync(join(tmpdir(), "tandem-made-"));
  const at = (file: string) => join(folder, file);
  try {
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    openssl("req", "-new", ...curve, "-subj", `/CN=${name}`, "-keyout", at("key"), "-out", at("request"));
    const names = hosts.map((host) => `DNS:${host}`).join(",");
    const extensions = [
      ...(authority ? ["basicConstraints=critical,CA:TRUE"] : []),
      ...(names === "" ? [] : [`subjectAltName=${names}`]),
    ];
    writeFileSync(at("extensions"), extensions.join("\n"));
    if (by !== undefined) {
      writeFileSync(at("by"), by.certificate);
      writeFileSync(at("by.key"), by.key);
    }
    const signer =
      by === undefined
        ? ["-signkey", at("key")]
        : ["-CA", at("by"), "-CAkey", at("by.key"), "-CAcreateserial"];
    const life = ["-days", String(days), "-extfile", at("extensions")];
    openssl("x509", "-req", "-in", at("request"), ...signer, ...life, "-out", at("certificate"));
    return { certificate: readFileSync(at("certificate"), "utf8"), key: readFileSync(at("key"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same key behind a passphrase. */
export function locked({ key }: Made): string {
  return execFileSync("openssl", ["pkey", "-aes256", "-passout", "pass:open sesame"], {
    input: key,
    encoding: "utf8",
  });
}
