import * as z from "zod";
import type { Problem } from "../diagnostics/index.ts";
import { hostProblem } from "./problem.ts";

/** The number of the status document that this version reads and its daemon writes. */
export const DAEMON_PROTOCOL = 1;

/** What any status says, whatever its number: every protocol has these two. */
const spoken = z.looseObject({ protocol: z.number(), version: z.string() });

/** Which daemon runs on a host, and what it speaks. */
export interface Spoken {
  readonly protocol: number;
  readonly version: string;
}

export function readSpoken(json: string): Spoken | undefined {
  try {
    const { protocol, version } = spoken.parse(JSON.parse(json));
    return { protocol, version };
  } catch {
    return undefined;
  }
}

/** A daemon that is newer than this tool: nobody here can judge what it says. */
export function newerDaemon(host: string, speaks: Spoken | undefined): Problem | undefined {
  if (speaks === undefined || speaks.protocol <= DAEMON_PROTOCOL) return undefined;
  return hostProblem(
    host,
    "HOST_DAEMON_NEWER",
    `tandemd ${speaks.version} runs there and speaks protocol ${speaks.protocol}; this version of Tandem knows up to ${DAEMON_PROTOCOL}`,
    {
      why: "what it reports cannot be judged, and an apply would put an older daemon in its place",
      hint: `use a Tandem as new as ${speaks.version}; to go back to this one on purpose, stop the service on the host first (systemctl stop tandem)`,
    },
  );
}

/** What to say of an older one, which the next apply replaces. */
export function olderDaemon(speaks: Spoken | undefined): string | undefined {
  if (speaks === undefined || speaks.protocol >= DAEMON_PROTOCOL) return undefined;
  return `tandemd ${speaks.version} runs there and speaks protocol ${speaks.protocol}, older than ${DAEMON_PROTOCOL}: it is replaced`;
}
