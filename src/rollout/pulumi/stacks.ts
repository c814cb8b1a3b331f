import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import { ExitCode, type Problem, TandemError } from "../../diagnostics/index.ts";
import { plain } from "./engine-events.ts";

export interface Project {
  /** Folder of Pulumi.yaml. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of the pulumi executable. */
  readonly pulumi: string;
}

/** The stages' Pulumi stacks, opened once each; they are made when they are not there. */
export class Stacks {
  readonly name: string;
  readonly #project: Project;
  readonly #open = new Map<string, Promise<Stack>>();

  constructor(project: Project) {
    this.#project = project;
    this.name = projectName(project.folder);
  }

  open(stage: string): Promise<Stack> {
    const known = this.#open.get(stage) ?? this.#select(stage);
    this.#open.set(stage, known);
    return known.catch((error: unknown) => {
      // The next one tries again.
      this.#open.delete(stage);
      throw unreadable(stage, error);
    });
  }

  async #select(stage: string): Promise<Stack> {
    const { folder, env, pulumi } = this.#project;
    // The Automation API runs the `pulumi` that it finds on PATH.
    const PATH = [dirname(pulumi), env.PATH ?? ""].join(delimiter);
    process.env.PATH = PATH;
    const given = Object.entries({ ...env, PATH });
    const envVars = Object.fromEntries(
      given.filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const pulumiCommand = await PulumiCommand.get({ skipVersionCheck: true });
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: stage, projectName: this.name, program: async () => ({}) },
      { workDir: folder, envVars, pulumiCommand },
    );
    // Every update would ask for outputs and history afterwards, by three more commands: all that is
    // wanted of a stack is read by one export.
    stack.outputs = async () => ({});
    stack.info = async () => undefined;
    return stack;
  }

  /** Does `work`; when only a dead process of this machine keeps the stack busy, its lock is removed first. */
  async withStack<T>(stage: string, work: (stack: Stack) => Promise<T>): Promise<T> {
    const stack = await this.open(stage);
    try {
      return await work(stack);
    } catch (error) {
      const text = plain(error);
      if (!/currently locked by/.test(text)) throw error;
      if (!heldByDead(text)) throw busy(stage, text);
      await stack.cancel();
      return await work(stack);
    }
  }
}

function projectName(folder: string): string {
  const file = join(folder, "Pulumi.yaml");
  try {
    return /^name:\s*["']?([\w.-]+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? "tandem";
  } catch (cause) {
    throw noProject(file, cause);
  }
}

/** Whether every process that Pulumi names as holder was of this machine and is gone. */
function heldByDead(text: string): boolean {
  const holders = [...text.matchAll(/created by \S*@(\S+) \(pid (\d+)\)/g)];
  return holders.length > 0 && holders.every(([, host, pid]) => host === hostname() && !alive(Number(pid)));
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function noProject(file: string, cause: unknown): TandemError {
  const problem: Problem = {
    code: "ROLLOUT_NO_PROJECT",
    severity: "error",
    message: `the project cannot be read: ${cause instanceof Error ? cause.message : cause}`,
    where: { kind: "file", file },
    why: "the stages are Pulumi stacks of the project in whose folder the command runs",
    hint: "run it in the folder of Pulumi.yaml; `tandem init` writes a project",
  };
  return new TandemError([problem], { exitCode: ExitCode.usage, cause });
}

/** A failure to read a stage's state, in Pulumi's own words. */
export function unreadable(stage: string, cause: unknown): TandemError {
  if (cause instanceof TandemError) return cause;
  const problem: Problem = {
    code: "ROLLOUT_STATE_UNREADABLE",
    severity: "error",
    message: `stage ${stage}: Pulumi's state cannot be read: ${plain(cause).replaceAll("\n", "\n    ")}`,
    why: "what was verified there, and who holds it, stands in that state alone; no host was touched",
    hint: `put right what it names; \`pulumi stack export --stack ${stage}\` has the same failure`,
  };
  return new TandemError([problem], { cause });
}

function busy(stage: string, text: string): TandemError {
  const holder = /created by .*/.exec(text)?.[0] ?? text;
  return new TandemError([
    {
      code: "ROLLOUT_STACK_BUSY",
      severity: "error",
      message: `Pulumi's lock on stack ${stage} is held: ${holder}`,
      why: "another update of the same stack would write over this one",
      hint: `wait for it; when its machine is gone, \`pulumi cancel --stack ${stage}\``,
    },
  ]);
}
