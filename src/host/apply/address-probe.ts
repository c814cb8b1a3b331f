import * as z from "zod";
import type { Problem } from "../../diagnostics/index.ts";
import type { Release } from "../../render/index.ts";
import { bareAddress } from "../address.ts";
import { hostProblem } from "../problem.ts";
import { type ScriptRecord, text } from "../script.ts";

export interface Probe {
  readonly interface: string;
  /** Virtual addresses, then those of the pair's other host, whose hardware address is learned so. */
  readonly addresses: readonly string[];
}

const answer = z.looseObject({ address: z.string(), mac: z.string() });
const answers = z.union([
  z.array(answer),
  z.looseObject({ answers: z.array(answer) }).transform((o) => o.answers),
]);

/**
 * Who answers for a virtual address of the release and is not of this pair: what answers for an
 * own address of the pair's other host as well may hold the virtual address, as after a failover.
 */
export function probeProblems(
  host: string,
  record: ScriptRecord,
  release: Release,
  peerMacs: readonly string[],
): readonly Problem[] {
  const [name, exitCode, output] = [text(record, 0), text(record, 1), text(record, 2)];
  if (exitCode === "0") return [];
  const parsed = parseAnswers(output);
  if (parsed === undefined) {
    return [
      hostProblem(
        host,
        "HOST_PROBE_FAILED",
        `cannot ask on ${name} who has the virtual addresses: ${output.trim()}`,
        {
          severity: "warning",
          why: "an address that another machine uses would be cut off from it",
          hint: "check that the interface is up",
        },
      ),
    ];
  }
  const peers = new Set((release.requires.peers ?? []).map(bareAddress));
  const known = [...peerMacs, ...parsed.filter(({ address }) => peers.has(address)).map(({ mac }) => mac)];
  return parsed
    .filter(({ address, mac }) => !peers.has(address) && !isPeer(mac, known))
    .map(({ address, mac }) =>
      hostProblem(host, "HOST_VIP_TAKEN", `${address} is already answered by ${mac} on ${name}`, {
        why: "two machines with one address cut each other off",
        hint: "find the machine (ip neigh shows its hardware address) and free the address, or choose another virtual address",
      }),
    );
}

function parseAnswers(output: string): readonly z.infer<typeof answer>[] | undefined {
  try {
    return answers.parse(JSON.parse(output));
  } catch {
    return undefined;
  }
}

/** Hardware address of a VRRP virtual router (RFC 5798, 7.3) or of the pair's other host. */
function isPeer(mac: string, peerMacs: readonly string[]): boolean {
  const lower = mac.toLowerCase();
  return lower.startsWith("00:00:5e:00:0") || peerMacs.some((peer) => peer.toLowerCase() === lower);
}

/** Virtual addresses to ask for: those that the running service does not have already. */
export function addressesToProbe(release: Release, held: ReadonlySet<string>): readonly Probe[] {
  const probes = new Map<string, string[]>();
  for (const vip of release.requires.vips) {
    const address = bareAddress(vip.address);
    if (held.has(address)) continue;
    probes.set(vip.interface, [...(probes.get(vip.interface) ?? []), address]);
  }
  const peers = (release.requires.peers ?? []).map(bareAddress);
  return [...probes].map(([name, addresses]) => ({ interface: name, addresses: [...addresses, ...peers] }));
}
