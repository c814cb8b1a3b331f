import type { X509Certificate } from "node:crypto";
import type { Problem } from "../../diagnostics/index.ts";
import { type Path, warning } from "../check/report.ts";
import { durationMs } from "../schema/duration.ts";
import type { SecretRef } from "../schema/secret.ts";
import { type PairData, stackSchema } from "../schema/stack.ts";
import { hostsOf } from "./chain.ts";
import { judgeCertificate } from "./judge.ts";
import { routedHosts } from "./routed.ts";

type Certificate = Extract<PairData["certificates"][number], { kind: "secret" }>;

const secretOnes = ({ certificates }: PairData): readonly (readonly [Certificate, number])[] =>
  certificates.flatMap((one, i) => (one.kind === "secret" ? [[one, i] as const] : []));

/** Secrets that certificates of a definition are made of; none of one that the schema refuses. */
export function certificateRefs(input: unknown): readonly SecretRef[] {
  const parsed = stackSchema.safeParse(input);
  if (!parsed.success) return [];
  return parsed.data.pairs.flatMap((pair) =>
    secretOnes(pair).flatMap(([{ certificate, privateKey }]) => [certificate, privateKey]),
  );
}

/**
 * Problems of the certificates of a definition. `textOf` gives undefined for what is not known here, of which
 * nothing is told.
 */
export function inspectCertificates(
  input: unknown,
  textOf: (ref: SecretRef) => string | undefined,
  now: Date,
): readonly Problem[] {
  const parsed = stackSchema.safeParse(input);
  if (!parsed.success) return [];
  return parsed.data.pairs.flatMap((pair, i) => {
    const path = ["pairs", i];
    const judged = secretOnes(pair).map(([{ name, certificate, privateKey, warnBefore }, j]) => {
      const at = [...path, "certificates", j];
      const chain = { path: [...at, "certificate"], value: textOf(certificate) };
      const key = { path: [...at, "privateKey"], value: textOf(privateKey) };
      return { name, at, ...judgeCertificate({ chain, key }, now, durationMs(warnBefore)) };
    });
    const shown = new Map(judged.map((one) => [one.name, one.shown]));
    return [
      ...judged.flatMap((one) => [...one.problems, ...namelessProblems(one.shown, one.at)]),
      ...pair.frontends.flatMap((frontend, n) => coverProblems(frontend, shown, [...path, "frontends", n])),
    ];
  });
}

function namelessProblems(shown: X509Certificate | undefined, path: Path): readonly Problem[] {
  if (shown === undefined || hostsOf(shown).length > 0 || /\bIP Address:/.test(shown.subjectAltName ?? ""))
    return [];
  return [
    warning("STACK_CERTIFICATE_NAMES", path, "the certificate has no alternative name of a host", {
      why: "clients compare the name that they asked for with those alone, not with the subject (RFC 9525, 2)",
      hint: "have one made with subjectAltName=DNS:…",
    }),
  ];
}

/** Names that a frontend tells apart and that no certificate of its bind has. */
function coverProblems(
  frontend: PairData["frontends"][number],
  shown: ReadonlyMap<string, X509Certificate | undefined>,
  path: Path,
): readonly Problem[] {
  const routed = routedHosts(frontend);
  return frontend.binds.flatMap(({ tls }, j) => {
    const certificates = (tls?.certificates ?? []).map((name) => shown.get(name));
    // One of which nothing is known may have the name.
    if (tls === undefined || certificates.includes(undefined)) return [];
    const bare = routed.filter(
      (host) => !certificates.some((one) => one?.checkHost(host, { subject: "never" }) !== undefined),
    );
    if (bare.length === 0) return [];
    return [
      warning(
        "STACK_CERTIFICATE_NAMES",
        [...path, "binds", j, "tls", "certificates"],
        `no certificate of this bind is for ${bare.join(", ")}`,
        {
          why: "the frontend has a backend for that name, and clients who ask for it by TLS refuse the connection",
          hint: "add a certificate that has the name, or take the rule out",
        },
      ),
    ];
  });
}
