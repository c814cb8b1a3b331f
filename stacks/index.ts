import { existsSync, readdirSync } from "node:fs";
import { getStack, RunError } from "@pulumi/pulumi";
import type { StackInput } from "../src/index.ts";
import { loadProgram } from "./program.ts";

const { deploy, programError } = await loadProgram();

// The Pulumi stack NAME deploys the definition in stacks/NAME.ts, its named export `stack`.
const name = getStack();
const file = new URL(`./${name}.ts`, import.meta.url);
if (!existsSync(file)) {
  const known = readdirSync(new URL(".", import.meta.url))
    .filter((entry) => entry.endsWith(".ts") && !["index.ts", "program.ts", "rollout.ts"].includes(entry))
    .map((entry) => entry.slice(0, -3));
  throw programError(
    new RunError(
      `no definition for the Pulumi stack ${JSON.stringify(name)}: stacks/${name}.ts does not exist. ` +
        `Select one of ${known.join(", ")} with \`pulumi stack select\`, or write that file.`,
    ),
  );
}

async function definition(): Promise<StackInput> {
  try {
    const { stack } = (await import(file.href)) as { readonly stack?: StackInput };
    if (stack !== undefined) return stack;
  } catch (cause) {
    throw programError(cause);
  }
  throw programError(
    new RunError(
      `stacks/${name}.ts does not export \`stack\`: write \`export const stack = defineStack({ … })\``,
    ),
  );
}

/** Addresses and releases by pair: the outputs of `pulumi up`. */
export const pairs = deploy(await definition());
