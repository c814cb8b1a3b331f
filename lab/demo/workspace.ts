import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabSetup } from "../../stacks/lab/setup.ts";
import { pulumi, repository } from "../setup/paths.ts";

export interface PulumiRun {
  readonly code: number;
  /** stdout and stderr, interleaved as printed. */
  readonly text: string;
  readonly seconds: number;
}

/** Called with each line as it is printed. */
export type LineListener = (line: string) => void;

/**
 * A Pulumi project of its own: the checkout's program and plugins, with a state folder, settings
 * and passphrase made for this run, so that neither the checkout nor the user's Pulumi is touched.
 */
export class Workspace {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  setup: LabSetup;

  /** `folder` is made; it goes with whatever it stands in. */
  constructor(folder: string, setup: LabSetup) {
    this.setup = setup;
    this.folder = folder;
    mkdirSync(folder);
    const state = join(this.folder, "state");
    mkdirSync(state);
    for (const entry of [
      "src",
      "stacks",
      "templates",
      "dist",
      "node_modules",
      "package.json",
      "tsconfig.json",
    ]) {
      symlinkSync(join(repository, entry), join(this.folder, entry));
    }
    writeFileSync(join(this.folder, "Pulumi.yaml"), readFileSync(join(repository, "Pulumi.yaml")));
    this.#env = {
      ...process.env,
      PULUMI_HOME: join(this.folder, "home"),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: randomBytes(12).toString("base64url"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
      NO_COLOR: "1",
    };
  }

  /** The environment in which a person could run `pulumi` by hand on this project. */
  get environment(): Readonly<Record<string, string>> {
    const names = ["PULUMI_HOME", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"];
    const own = names.map((name) => [name, this.#env[name] ?? ""]);
    return { ...Object.fromEntries(own), TANDEM_LAB: JSON.stringify(this.setup) };
  }

  /** Runs pulumi to its end; a non-zero exit is a result. */
  run(args: readonly string[], onLine: LineListener = () => undefined): Promise<PulumiRun> {
    const begin = performance.now();
    const child = spawn(pulumi(), [...args, "--non-interactive"], {
      cwd: this.folder,
      env: { ...this.#env, TANDEM_LAB: JSON.stringify(this.setup) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    let rest = "";
    const take = (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const lines = (rest + chunk.toString("utf8")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) =>
        resolve({ code: code ?? 1, text, seconds: (performance.now() - begin) / 1000 }),
      );
    });
  }

  /** Runs pulumi and throws with what it printed when it fails. */
  async expect(args: readonly string[], onLine?: LineListener): Promise<PulumiRun> {
    const outcome = await this.run(args, onLine);
    if (outcome.code !== 0) {
      throw new Error(`pulumi ${args.join(" ")} ended with ${outcome.code}:\n${outcome.text.slice(-4000)}`);
    }
    return outcome;
  }
}
