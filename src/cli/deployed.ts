import { z } from "zod";
import { TandemError } from "../diagnostics/index.ts";
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
  const stdout = await askPulumi(context, args);
  const resources = deployment.parse(JSON.parse(stdout)).deployment.resources ?? [];
  return resources.filter((r) => r.type === nodeType).map(({ inputs }) => storedInputs(inputs));
}

/** All stacks of the project. */
export async function stackNames(context: CliContext): Promise<readonly string[]> {
  const listed = z.array(z.object({ name: z.string() }));
  return listed
    .parse(JSON.parse(await askPulumi(context, ["stack", "ls", "--json"])))
    .map(({ name }) => name);
}

async function askPulumi(context: CliContext, args: readonly string[]): Promise<string> {
  const { exitCode, stdout } = await runPulumi(args, {
    cwd: context.cwd,
    env: context.env,
    inherit: false,
    signal: context.signal,
  });
  if (exitCode === 0) return stdout;
  throw new TandemError([
    {
      code: "CLI_PULUMI_FAILED",
      severity: "error",
      message: `\`pulumi ${args.slice(0, 2).join(" ")}\` ended with ${exitCode}`,
      hint: "run it in the folder of Pulumi.yaml, with the stack selected or named by --stack",
    },
  ]);
}
