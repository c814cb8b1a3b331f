import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { repository } from "../../../lab/setup/paths.ts";
import type { Project } from "../provider/project.ts";

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** `tandem rollout` in a process of its own, with everything that it starts: it may be killed at any time. */
export class RolloutProcess {
  readonly #project: Project;

  constructor(project: Project) {
    this.#project = project;
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  start(...args: string[]) {
    const main = join(repository, "src/cli/main.ts");
    const tsx = join(repository, "node_modules/tsx/dist/loader.mjs");
    const child = spawn(process.execPath, ["--import", tsx, main, "rollout", ...args], {
      cwd: this.#project.folder,
      env: this.#project.environment as NodeJS.ProcessEnv,
      stdio: ["ignore", "ignore", "pipe"],
      // A group of its own, so that Pulumi is killed with it.
      detached: true,
    });
    const told = new Told(child);
    const ended = new Promise<Ended>((resolve) =>
      child.once("close", (code) => resolve({ code, stderr: told.text })),
    );
    return {
      ended,
      said: (pattern: RegExp) => Promise.race([told.said(pattern), ended.then((end) => gone(end, pattern))]),
      kill: async (): Promise<void> => {
        process.kill(-(child.pid ?? 0), "SIGKILL");
        await ended;
      },
    };
  }
}

function gone({ code, stderr }: Ended, pattern: RegExp): never {
  throw new Error(`it ended with ${code} and never said ${pattern}:\n${stderr}`);
}

/** What a process says, and who waits for it. */
class Told {
  text = "";
  readonly #waiting = new Map<RegExp, () => void>();

  constructor(child: ChildProcess) {
    child.stderr?.on("data", (chunk: Buffer) => {
      this.text += chunk.toString();
      for (const [pattern, found] of this.#waiting) if (pattern.test(this.text)) found();
    });
  }

  said(pattern: RegExp): Promise<void> {
    if (pattern.test(this.text)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(pattern, resolve));
  }
}
