import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import type { Problem } from "../../diagnostics/index.ts";
import { error, type Path, warning } from "../check/report.ts";

const issued = (subject: X509Certificate, issuer: X509Certificate): boolean =>
  subject.checkIssued(issuer) && subject.verify(issuer.publicKey);

const selfSigned = (certificate: X509Certificate): boolean => issued(certificate, certificate);

/** From the certificate that is shown up to the last issuer that the text has, whatever its order. */
export function pathFrom(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
): readonly X509Certificate[] {
  const found = [leaf];
  for (let last = leaf; !selfSigned(last); ) {
    const next = chain.find((one) => !found.includes(one) && issued(last, one));
    if (next === undefined) break;
    found.push(next);
    last = next;
  }
  return found;
}

/** That clients get what leads them from the certificate to an authority, in the order of RFC 8446, 4.4.2. */
export function chainProblems(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  path: Path,
): readonly Problem[] {
  const way = pathFrom(leaf, chain);
  return [...orderProblems(way, chain, path), ...issuerProblems(way, path)];
}

function orderProblems(
  way: readonly X509Certificate[],
  chain: readonly X509Certificate[],
  path: Path,
): readonly Problem[] {
  const [leaf] = way;
  const advice = {
    why: "each certificate has to certify the one before it (RFC 8446, 4.4.2), and many clients look no further",
    hint: "write the host's certificate first, then its issuer, then that one's",
  };
  if (leaf !== undefined && leaf !== chain[0]) {
    const message = `the host's certificate stands at place ${chain.indexOf(leaf) + 1} of ${chain.length}`;
    return [error("STACK_CERTIFICATE_CHAIN_ORDER", path, message, advice)];
  }
  const wrong = chain.findIndex((one, index) => one !== way[index]);
  if (wrong < 0) return [];
  const stray = chain[wrong];
  const said = stray === undefined ? "" : nameOf(stray);
  return [
    warning(
      "STACK_CERTIFICATE_CHAIN_ORDER",
      path,
      `${said} at place ${wrong + 1} did not sign the certificate before it`,
      advice,
    ),
  ];
}

/** A certificate alone, whose issuer no client brings along. */
function issuerProblems(way: readonly X509Certificate[], path: Path): readonly Problem[] {
  const [leaf] = way;
  if (leaf === undefined || way.length > 1 || selfSigned(leaf) || knownRoots().has(leaf.issuer)) return [];
  return [
    warning(
      "STACK_CERTIFICATE_CHAIN_SHORT",
      path,
      `the certificate of its issuer (${oneLine(leaf.issuer)}) is not in it`,
      {
        why: "browsers may know it from elsewhere; curl, programs and telephones refuse the connection",
        hint: "append the issuer's certificate, as in the authority's fullchain file; where all clients have that issuer as an authority of their own, silence this with that reason",
      },
    ),
  ];
}

let roots: ReadonlySet<string> | undefined;

/** Subjects of the authorities that Mozilla trusts, as Node brings them along. */
function knownRoots(): ReadonlySet<string> {
  roots ??= new Set(rootCertificates.map((pem) => new X509Certificate(pem).subject));
  return roots;
}

/** Host names of a certificate, else its subject. */
export function nameOf(certificate: X509Certificate): string {
  const [first, ...more] = hostsOf(certificate);
  if (first === undefined) return oneLine(certificate.subject ?? "a certificate without a name");
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

/** Alternative names of hosts: browsers look at no other (RFC 9110, 4.3.4). */
export function hostsOf({ subjectAltName }: X509Certificate): readonly string[] {
  return [...(subjectAltName ?? "").matchAll(/\bDNS:([^,\s"]+)/g)].map(([, name = ""]) => name);
}

const oneLine = (text: string): string => text.trim().split("\n").join(", ");
