import type { X509Certificate } from "node:crypto";
import type { Problem } from "../../diagnostics/index.ts";
import { error } from "../check/report.ts";
import { chainProblems, pathFrom } from "./chain.ts";
import { lifeProblems } from "./life.ts";
import { type Given, readChain, readKey } from "./read.ts";

export interface Judged {
  /** The certificate that clients are shown, when it is known. */
  readonly shown?: X509Certificate;
  readonly problems: readonly Problem[];
}

/** What is wrong with a certificate, its chain and its key, as far as they are known; `soon` is in milliseconds. */
export function judgeCertificate(
  texts: { readonly chain: Given; readonly key: Given },
  now: Date,
  soon: number,
): Judged {
  const { chain, problems: unread } = readChain(texts.chain);
  const { key, problems: locked } = readKey(texts.key);
  const problems = [...unread, ...locked];
  const [first] = chain;
  // Damaged ones would make the rest look wrong.
  if (first === undefined || unread.length > 0) return { problems };
  const shown = key === undefined ? first : chain.find((one) => one.checkPrivateKey(key));
  if (shown === undefined) {
    const other = error(
      "STACK_CERTIFICATE_KEY_DIFFERS",
      texts.key.path,
      "the private key belongs to none of the certificates",
      {
        why: "the host would refuse the two: nobody could prove to have the certificate",
        hint: "give the key that the certificate was asked for with; after a renewal both change",
      },
    );
    return { problems: [...problems, other] };
  }
  const { path } = texts.chain;
  // Clients have the authority at the end themselves, and do not look at the copy.
  const lasting = pathFrom(shown, chain).filter((one, n) => n === 0 || !one.checkIssued(one));
  return {
    shown,
    problems: [
      ...problems,
      ...lasting.flatMap((one) => lifeProblems(one, path, now, soon)),
      ...chainProblems(shown, chain, path),
    ],
  };
}
