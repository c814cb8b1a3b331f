import * as pulumi from "@pulumi/pulumi";
import { type Problem, silenced } from "../../diagnostics/index.ts";
import { certificateRefs, inspectCertificates, silencesOf } from "../../stack/index.ts";
import { SecretReader } from "./secrets.ts";

/**
 * Warnings of a definition's certificates, told as soon as their texts are known, which in a preview are those of
 * the configuration, too. Errors are told by the provider, for each node at the secret that they are about.
 */
export function warnOfCertificates(
  input: unknown,
  root: string,
  tell: (warnings: readonly Problem[]) => void,
): void {
  // What is missing is told by the pair that needs it.
  const reader = new SecretReader(root);
  const texts = certificateRefs(input).map((ref) => {
    const value = reader.read(ref, "certificate");
    return pulumi.unsecret(value).apply((text) => [JSON.stringify(ref), text] as const);
  });
  if (texts.length === 0) return;
  pulumi.all(texts).apply((known) => {
    const values = new Map(known);
    const problems = inspectCertificates(input, (ref) => values.get(JSON.stringify(ref)), new Date());
    const told = silenced(problems, silencesOf(input));
    tell(told.filter(({ severity, silenced: reason }) => severity === "warning" && reason === undefined));
  });
}
