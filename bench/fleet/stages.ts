import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/setup/paths.ts";
import { measure, type Ran } from "./cost.ts";
import { fleetStack } from "./definition.ts";
import type { Fleet, FleetHost } from "./fleet.ts";
import { projectEnvironment, writeProject } from "./project.ts";

/** An environment of a rollout: its name, how many pairs it has, and whatever else its stage says. */
export interface StageWish {
  readonly name: string;
  readonly pairs: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A project whose rollout takes the pairs of a fleet in their order, stage by stage. */
export class FleetRollout {
  readonly folder: string;
  readonly #fleet: Fleet;
  readonly #stages: readonly StageWish[];
  readonly #timeoutMs: number | undefined;

  /** `timeoutMs`: a command that takes longer is killed. */
  constructor(folder: string, fleet: Fleet, stages: readonly StageWish[], timeoutMs?: number) {
    this.folder = folder;
    this.#fleet = fleet;
    this.#stages = stages;
    this.#timeoutMs = timeoutMs;
    writeProject(folder);
  }

  hosts(stage: string): readonly FleetHost[] {
    let before = 0;
    for (const { name, pairs } of this.#stages) {
      if (name === stage) return this.#fleet.hosts.slice(2 * before, 2 * (before + pairs));
      before += pairs;
    }
    throw new RangeError(`no stage ${stage}`);
  }

  /** `retries` is the line of haproxy.cfg that a release changes. */
  define(retries: number): void {
    const stages = this.#stages.map(({ name, more }) => ({
      name,
      stack: fleetStack(this.#fleet, this.hosts(name), { name, retries }),
      ...more,
    }));
    const text = `import { defineRollout } from "tandem-lb";
export const rollout = defineRollout(${JSON.stringify({ name: "fleet", stages }, null, 1)});
`;
    writeFileSync(join(this.folder, "rollout.ts"), text);
  }

  /** `tandem rollout …`, and what it cost. */
  run(...args: readonly string[]): Promise<Ran> {
    const program = [process.execPath, join(repository, "dist/cli/main.js"), "rollout"];
    const options = {
      cwd: this.folder,
      env: projectEnvironment(this.folder),
      ...(this.#timeoutMs === undefined ? {} : { timeoutMs: this.#timeoutMs }),
    };
    return measure([...program, ...args, "--file", "rollout.ts"], options);
  }

  /** What the hosts of a stage have in that line. */
  async retries(stage: string): Promise<readonly number[]> {
    const look = ["sed", "-n", "s/^ *retries //p", "/etc/tandem/current/haproxy.cfg"];
    return await Promise.all(this.hosts(stage).map(async (host) => Number(await this.#fleet.on(host, look))));
  }
}
