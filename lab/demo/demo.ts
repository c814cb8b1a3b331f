import type { Host } from "../../src/host/index.ts";
import type { DrillResult } from "../../src/verify/index.ts";
import type { Lab } from "../index.ts";
import type { HostState } from "./host-state.ts";
import type { Workspace } from "./workspace.ts";

/** What the stages share. */
export interface Demo {
  readonly lab: Lab;
  readonly workspace: Workspace;
  readonly balancers: readonly [string, string];
  readonly vip: string;
  readonly url: string;
  readonly hosts: readonly Host[];
  /** The balancers before anything was shipped. */
  readonly untouched: ReadonlyMap<string, HostState>;
  readonly drills: DrillResult[];
}

/** The balancers that carry the virtual address now. */
export async function holders(demo: Pick<Demo, "lab" | "balancers" | "vip">): Promise<readonly string[]> {
  const held = await Promise.all(
    demo.balancers.map(async (name) => {
      const { stdout } = await demo.lab.exec(name, ["ip", "-o", "addr", "show", "to", demo.vip]);
      return stdout.trim() === "" ? [] : [name];
    }),
  );
  return held.flat();
}

/** The page that the client in the lab gets, or why it gets none. */
export async function page(demo: Pick<Demo, "lab" | "url">): Promise<string> {
  const { stdout, stderr, code } = await demo.lab.exec(
    "client",
    ["curl", "-sS", "--max-time", "3", demo.url],
    { allowFailure: true },
  );
  return code === 0 ? stdout.trim() : stderr.trim();
}
