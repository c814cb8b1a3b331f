import type { Problem } from "../diagnostics/index.ts";
import { judgeCertificate } from "./certificates/judge.ts";
import { error, type Path } from "./check/report.ts";

const SAFE = /^[\x21-\x7e]+$/;
const MEANT = /["'`\\#!{}$~@]/;

/**
 * What is wrong with the value of a VRRP password; the value itself is never told. Called at
 * definition time for plain values, and again when a reference has been resolved.
 */
export function secretProblems(value: string, path: Path): Problem[] {
  const hint = "take 1 to 8 letters, digits and plain punctuation";
  if (value.length === 0) {
    return [error("STACK_PASSWORD_EMPTY", path, "the password is empty", { hint })];
  }
  const problems: Problem[] = [];
  if (Buffer.byteLength(value) > 8) {
    problems.push(
      error("STACK_PASSWORD_TOO_LONG", path, `the password has ${Buffer.byteLength(value)} characters`, {
        why: "the packet holds 8: the rest would be cut, and two different passwords may agree",
        hint,
      }),
    );
  }
  if (!SAFE.test(value) || MEANT.test(value)) {
    problems.push(
      error(
        "STACK_PASSWORD_UNSAFE",
        path,
        "the password holds a character that means something in keepalived.conf",
        {
          why: "white space ends it, '#' and '!' start a comment, quotes, braces, '$', '~' and '@' are read too",
          hint,
        },
      ),
    );
  }
  return problems;
}

/** Placeholders of a certificate with its chain, and of its private key. */
export function certificateSecrets(name: string): readonly [string, string] {
  return [`certificate.${name}.chain`, `certificate.${name}.key`];
}

/** Placeholder of the password of somebody who may see the statistics page. */
export function statisticsSecret(user: string): string {
  return `statistics.${user}.password`;
}

/** What is wrong with the password of a user of the statistics page, as `secretProblems`. */
export function userProblems(value: string, path: Path): Problem[] {
  if (/^[\x21-\x7e]{1,255}$/.test(value) && !/["'`\\#]|@@/.test(value)) return [];
  return [
    error(
      value.length === 0 ? "STACK_PASSWORD_EMPTY" : "STACK_PASSWORD_UNSAFE",
      path,
      value.length === 0
        ? "the password is empty"
        : "the password is too long, or holds a character that means something in haproxy.cfg",
      {
        why: "white space ends it, '#' starts a comment, quotes and '\\' are read too",
        hint: "take 1 to 255 letters, digits and other signs",
      },
    ),
  ];
}

/**
 * Problems of a resolved password by its placeholder's name, e.g. `vrrp.VI_1.password`; called where
 * the values become known, which is after the definition was checked.
 */
export function checkSecret(name: string, value: string): Problem[] {
  const path = ["secrets", name];
  if (name.startsWith("vrrp.")) return secretProblems(value, path);
  return name.startsWith("statistics.") ? userProblems(value, path) : [];
}

/** The same of all secrets of a node; a chain and its key are judged together. Undefined: not known yet. */
export function checkSecrets(values: Readonly<Record<string, string | undefined>>, now: Date): Problem[] {
  const certificates = new Set(
    Object.keys(values).flatMap((name) => /^certificate\.(.+)\.(?:chain|key)$/.exec(name)?.[1] ?? []),
  );
  const judged = [...certificates].flatMap((name) => {
    const [chain, key] = certificateSecrets(name);
    const given = (secret: string) => ({ path: ["secrets", secret], value: values[secret] });
    // How early somebody wants to be warned only the definition knows, whose own checks do that.
    return judgeCertificate({ chain: given(chain), key: given(key) }, now, 0).problems;
  });
  const passwords = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : checkSecret(name, value),
  );
  return [...passwords, ...judged];
}
