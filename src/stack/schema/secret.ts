import * as z from "zod";
import { guarded, localPath } from "./text.ts";

/** Where a secret's value comes from; the value itself never stands in a rendered file that is shown. */
export const secretRef = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("config"),
      key: guarded(/^[A-Za-z0-9_.:-]{1,128}$/, "a configuration key", {
        code: "STACK_NAME_INVALID",
        hint: 'write the key given to `pulumi config set --secret`, e.g. "vrrpPassword"',
      }).describe("key of a secret set with `pulumi config set --secret KEY`"),
    }),
    z.strictObject({
      kind: z.literal("env"),
      name: guarded(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "an environment variable", {
        code: "STACK_NAME_INVALID",
        hint: 'write e.g. "TANDEM_VRRP_PASSWORD"',
      }).describe("environment variable of the process that runs Tandem"),
    }),
    z.strictObject({
      kind: z.literal("file"),
      path: localPath().describe("file on the machine that runs Tandem; one trailing line end is cut"),
    }),
    z.strictObject({
      kind: z.literal("plain"),
      value: z
        .string()
        .min(1)
        .max(65_536)
        .describe("the value itself; only for labs, as it stands in the source"),
    }),
  ])
  .meta({ id: "SecretRef" });

export type SecretRef = z.output<typeof secretRef>;
