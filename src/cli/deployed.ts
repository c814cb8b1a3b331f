import * as z from "zod";
import { type Problem, TandemError } from "../diagnostics/index.ts";
import type { NodeInputs } from "../provider/node/inputs.ts";
import { storedInputs } from "../provider/node/stored.ts";
import type { CliContext } from "./context.ts";
import { runPulumi } from "./pulumi.ts";

const nodeType = "tandem:index:Node";

const deployment = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({ urn: z.string(), type: z.string(), inputs: z.record(z.string(), z.unknown()).optional() }),
      )
      .optional(),
  }),
});

/** What was last applied to each node, from the state of a Pulumi stack. */
export async function deployedNodes(
  context: CliContext,
  stack: string | undefined,
): Promise<readonly NodeInputs[]> {
  const args = ["stack", "export", "--show-secrets", ...(stack === undefined ? [] : ["--stack", stack])];
  const { resources } = understood(deployment, await askPulumi(context, args), args).deployment;
  return (resources ?? [])
    .filter((r) => r.type === nodeType)
    .map(({ urn, inputs }) => storedInputs(urn, inputs));
}

/** All stacks of the project. */
export async function stackNames(context: CliContext): Promise<readonly string[]> {
  const args = ["stack", "ls", "--json"];
  const listed = z.array(z.object({ name: z.string() }));
  return understood(listed, await askPulumi(context, args), args).map(({ name }) => name);
}

function understood<T>(schema: z.ZodType<T>, text: string, args: readonly string[]): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw failed(args, "gave an answer that cannot be understood", cause);
  }
}

async function askPulumi(context: CliContext, args: readonly string[]): Promise<string> {
  const { exitCode, stdout } = await runPulumi(args, {
    cwd: context.cwd,
    env: context.env,
    inherit: false,
    signal: context.signal,
  });
  if (exitCode === 0) return stdout;
  throw failed(args, `ended with ${exitCode}; what it said stands above`);
}

function failed(args: readonly string[], what: string, cause?: unknown): TandemError {
  const named = args.indexOf("--stack") + 1;
  const stack = named === 0 ? "" : ` of stack ${args[named]}`;
  const problem: Problem = {
    code: "CLI_PULUMI_FAILED",
    severity: "error",
    message: `\`pulumi ${args.slice(0, 2).join(" ")}\`${stack} ${what}`,
    why: "what was deployed is known to Pulumi's state alone; no host was asked",
    hint: "run it in the folder of Pulumi.yaml, logged in, with the stack selected or named by --stack; `pulumi stack ls` lists them",
  };
  return new TandemError([problem], { cause });
}
