import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pulumi, repository } from "../../lab/setup/paths.ts";
import { fleetStack } from "../fleet/definition.ts";
import type { Fleet, FleetHost } from "../fleet/fleet.ts";
import { projectEnvironment, writeProject } from "../fleet/project.ts";
import type { Action, Command, Contender, Wanted } from "./contender.ts";

const STACK = "bench";

/** A project as `tandem init` writes it, with Pulumi on a file backend. */
export class Tandem implements Contender {
  readonly name = "tandem";
  readonly #folder: string;
  readonly #env: Record<string, string | undefined>;

  constructor(folder: string) {
    this.#folder = folder;
    this.#env = projectEnvironment(folder);
  }

  async prepare(fleet: Fleet, wanted: Wanted): Promise<void> {
    writeProject(this.#folder);
    this.rewrite(fleet, wanted);
    execFileSync(pulumi(), ["stack", "init", STACK, "--non-interactive"], {
      cwd: this.#folder,
      env: { ...this.#env },
      stdio: ["ignore", "ignore", "inherit"],
    });
  }

  rewrite(fleet: Fleet, { retries }: Wanted): void {
    const stack = fleetStack(fleet, fleet.hosts, { name: STACK, retries });
    writeFileSync(
      join(this.#folder, `stacks/${STACK}.ts`),
      `import { defineStack } from "tandem-lb";\nexport const stack = defineStack(${JSON.stringify(stack, null, 2)});\n`,
    );
  }

  commands(action: Action, hosts: readonly FleetHost[]): readonly Command[] {
    const at = { action, cwd: this.#folder, env: this.#env };
    const accept = (code: number | null) => code === 0;
    const parallel = ["--parallel", String(hosts.length), "--non-interactive", "--stack", STACK];
    const cli = [process.execPath, join(repository, "dist/cli/main.js")];
    if (action !== "check")
      return [
        { ...at, id: "tandem", argv: [pulumi(), "up", "--yes", "--skip-preview", ...parallel], accept },
      ];
    return [
      { ...at, id: "tandem", argv: [...cli, "diff", STACK], accept },
      {
        ...at,
        id: "tandem preview",
        argv: [pulumi(), "preview", "--expect-no-changes", ...parallel],
        accept,
      },
    ];
  }
}
