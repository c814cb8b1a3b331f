import type { X509Certificate } from "node:crypto";
import type { Problem } from "../../diagnostics/index.ts";
import { error, type Path, warning } from "../check/report.ts";
import { nameOf } from "./chain.ts";

const DAY = 86_400_000;

/**
 * Whether clients take a certificate at this moment, and how long they will: it is to be renewed when `soon`
 * milliseconds of its life are left, or a third of it when that is shorter.
 */
export function lifeProblems(
  certificate: X509Certificate,
  path: Path,
  now: Date,
  soon: number,
): readonly Problem[] {
  const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const name = nameOf(certificate);
  if (until <= now.getTime()) {
    return [
      error("STACK_CERTIFICATE_EXPIRED", path, `the certificate of ${name} has expired on ${date(until)}`, {
        why: "clients refuse it",
        hint: "renew it, and give the new one",
      }),
    ];
  }
  if (from > now.getTime()) {
    return [
      error(
        "STACK_CERTIFICATE_NOT_YET",
        path,
        `the certificate of ${name} is valid from ${new Date(from).toISOString()}, which is in the future`,
        {
          why: "clients refuse it until then",
          hint: "wait, set this machine's clock when it is wrong, or give one that is valid now",
        },
      ),
    ];
  }
  const left = until - now.getTime();
  if (left >= Math.min(soon, (until - from) / 3)) return [];
  const days = Math.floor(left / DAY);
  return [
    warning(
      "STACK_CERTIFICATE_EXPIRES",
      path,
      `the certificate of ${name} expires in ${days} day${days === 1 ? "" : "s"}, on ${date(until)}`,
      {
        why: "a certificate of the definition lasts until somebody deploys another one",
        hint: "renew it and deploy, or let a client of the authority keep a file on the hosts (kind hostFile), which is taken over by itself",
      },
    ),
  ];
}

const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
