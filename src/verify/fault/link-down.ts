import * as z from "zod";
import { waitFor } from "../wait.ts";
import { armLater, type Fault, type FaultTarget, must } from "./fault.ts";

/** Time for our own connection to finish its command before the link goes. */
const LEAD_MS = 250;
/** How long the link stays down: the host itself brings it up again, since nobody can reach it. */
const DOWN_MS = 8_000;

const RESTORE = "/run/tandem-drill-restore.batch";

/** The link is cut, and comes back by a timer on the host: SSH may run over the same link. */
export const linkDown: Fault = async (target) => {
  const batch = await restoreBatch(target);
  await must(target, ["tee", RESTORE], { stdin: batch });
  await armLater(target, LEAD_MS + DOWN_MS, "up", ["ip", "-force", "-batch", RESTORE]);
  target.note(`link ${target.interface} goes down for ${DOWN_MS / 1000} s`);
  await armLater(target, LEAD_MS, "down", ["ip", "link", "set", target.interface, "down"]);
  return {
    recover: async () => {
      const back = await waitFor(() => linkIsUp(target), {
        deadlineMs: LEAD_MS + DOWN_MS + 20_000,
        everyMs: 250,
        signal: target.signal,
      });
      if (!back.met) await must(target, ["ip", "-force", "-batch", RESTORE]);
      await must(target, ["rm", "-f", RESTORE]);
      target.note(`link ${target.interface} is up`);
    },
  };
};

/** True when the host answers and the link is up again; anything else is "not yet". */
async function linkIsUp(target: FaultTarget): Promise<true | undefined> {
  try {
    const shell = await target.shell();
    const answer = await shell.run(["cat", `/sys/class/net/${target.interface}/flags`], { timeout: 3_000 });
    const flags = Number.parseInt(answer.stdout.toString("utf8").trim(), 16);
    return (flags & 1) === 1 ? true : undefined;
  } catch {
    return undefined;
  }
}

const addresses = z.array(
  z.object({
    addr_info: z.array(
      z.object({
        family: z.string(),
        local: z.string(),
        prefixlen: z.number(),
        scope: z.string(),
        dynamic: z.boolean().optional(),
      }),
    ),
  }),
);

/**
 * Commands for `ip -batch` that bring the interface back as it was: the kernel drops its IPv6
 * addresses and all its gateway routes when it goes down.
 */
async function restoreBatch(target: FaultTarget): Promise<string> {
  const shown = await must(target, ["ip", "-j", "address", "show", "dev", target.interface]);
  const own = addresses
    .parse(JSON.parse(shown.stdout.toString("utf8")))
    .flatMap((link) => link.addr_info)
    .filter((info) => info.scope === "global" && info.dynamic !== true)
    .map((info) => ({ ...info, text: `${info.local}/${info.prefixlen}` }))
    .filter((info) => !target.held.includes(info.text));
  const routes = await Promise.all(
    ["-4", "-6"].map(async (family) => {
      const answer = await must(target, ["ip", family, "route", "show", "dev", target.interface]);
      const lines = answer.stdout.toString("utf8").split("\n");
      return lines
        .map((line) => line.trim())
        .filter((line) => line !== "" && !/\bproto (kernel|ra)\b/.test(line));
    }),
  );
  return [
    `link set ${target.interface} up`,
    ...own.map((info) => `address replace ${info.text} dev ${target.interface}`),
    ...routes.flat().map((line) => routeCommand(line, target.interface)),
    "",
  ].join("\n");
}

/** A line of `ip route show` as a command; the family shows in its addresses. */
function routeCommand(line: string, device: string): string {
  // States that `show` prints but `replace` does not take.
  const kept = line
    .split(" ")
    .filter((word) => !["linkdown", "dead", "onlink", "pref", "medium"].includes(word));
  return `route replace ${kept.join(" ")} dev ${device}`;
}
