import type { Host } from "../../host/index.ts";
import type { ResolvedPair } from "../../stack/index.ts";
import { daemonPath, statusOf } from "../../verify/status.ts";
import { waitFor } from "../../verify/wait.ts";
import { nodesOf, type StackState } from "../pulumi/state.ts";
import type { WantedStage } from "../release/wanted.ts";
import type { GateTools } from "./ask.ts";

/** Milliseconds for the preferred masters to have their addresses again by themselves. */
const BACK_MS = 15_000;

/**
 * After a change that failed: a host that gave its addresses away for it takes them back, by itself or,
 * where an order keeps it from that, because the other one hands over. Tells what was done.
 */
export async function settlePairs(
  stage: WantedStage,
  state: StackState,
  names: readonly string[],
  open: GateTools["open"],
): Promise<readonly string[]> {
  const pairs = stage.source.stack.pairs.filter(({ name }) => names.includes(name));
  const told = await Promise.all(pairs.map((pair) => settlePair(pair, state, open)));
  return told.flat();
}

async function settlePair(pair: ResolvedPair, state: StackState, open: GateTools["open"]): Promise<string[]> {
  const hosts = nodesOf(state, [pair.name]).map(({ connection }) => open(connection));
  try {
    const told: string[] = [];
    for (const { name, master, nopreempt } of pair.instances) {
      if (nopreempt) continue;
      told.push(...(await settleInstance(pair.name, name, master, hosts)));
    }
    return told;
  } catch (error) {
    // The failure that brought us here is told anyway; this one says what could not be looked at.
    return [
      `${pair.name}: who is master could not be asked: ${error instanceof Error ? error.message : error}`,
    ];
  } finally {
    await Promise.allSettled(hosts.map((host) => host.close()));
  }
}

async function settleInstance(
  pair: string,
  instance: string,
  master: string,
  hosts: readonly Host[],
): Promise<string[]> {
  const preferred = hosts.find(({ name }) => name === master);
  const other = hosts.find(({ name }) => name !== master);
  if (preferred === undefined || other === undefined) return [];
  const leads = async () => ((await stateOf(preferred, instance)) === "MASTER" ? true : undefined);
  if (await leads()) return [];
  // A host that is not well must not lead: the one that took over keeps the addresses.
  if ((await stateOf(preferred, instance)) !== "BACKUP")
    return [`${pair}: ${master} is not well, ${other.name} leads`];
  const wait = { deadlineMs: BACK_MS, everyMs: 250, signal: new AbortController().signal };
  if ((await waitFor(leads, wait)).met) return [`${pair}: ${master} leads ${instance} again`];
  const shell = await other.shell();
  const program = await daemonPath(shell);
  if (program !== undefined) await shell.run([program, "handover"], { timeout: BACK_MS });
  return [
    (await leads())
      ? `${pair}: ${other.name} handed ${instance} back to ${master}`
      : `${pair}: ${other.name} leads ${instance}`,
  ];
}

async function stateOf(host: Host, instance: string): Promise<string | undefined> {
  return (await statusOf(host))?.vrrp?.instances.find(({ name }) => name === instance)?.state;
}
