import type { Problem } from "../../diagnostics/index.ts";
import { certificateRefs, inspectCertificates } from "../../stack/index.ts";
import type { CliContext } from "../context.ts";
import { secretLookup } from "../secrets.ts";

/**
 * What is wrong with the certificates that a definition brings to the hosts, where their texts are on this machine.
 * Those in Pulumi's configuration are judged by a preview, which decrypts them.
 */
export async function checkCertificates(
  context: CliContext,
  stackFile: string,
  input: unknown,
): Promise<readonly Problem[]> {
  const { value } = secretLookup(context, stackFile);
  const here = certificateRefs(input).filter(({ kind }) => kind !== "config");
  const entries = here.map(async (ref) => {
    // One that is not here is told by whatever needs it.
    const text = await value(ref).catch(() => undefined);
    return [JSON.stringify(ref), text] as const;
  });
  const texts = new Map(await Promise.all(entries));
  return inspectCertificates(input, (ref) => texts.get(JSON.stringify(ref)), new Date());
}
