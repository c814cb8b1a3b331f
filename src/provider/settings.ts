import * as z from "zod";

const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

/** Configuration of the provider, as `pulumi config set tandem:KEY VALUE`. */
export const settingsSchema = z.strictObject({
  refreshBeforeUpdate: flag
    .default(true)
    .describe("Read the hosts before every preview and update, so that drift shows without --refresh."),
  onUnreachable: z
    .enum(["fail", "forget"])
    .default("fail")
    .describe("What to do on delete when a host does not answer: fail, or drop it from the state."),
  binary: z
    .string()
    .optional()
    .describe("Path of the tandemd executable to ship, relative to the project; default the packaged one."),
  drillReports: z
    .string()
    .optional()
    .describe("Folder that receives the full result of every drill as JSON."),
  sshUser: z.string().default("root").describe("User for `pulumi import`."),
  sshPrivateKeyFile: z.string().optional().describe("Private key for `pulumi import`; else the SSH agent."),
  sshKnownHosts: z.string().optional().describe("known_hosts file for `pulumi import`."),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Environment variables that win over the configuration: they work on `destroy` as well. */
export const settingEnvironment: Readonly<Record<string, keyof Settings>> = {
  TANDEM_ON_UNREACHABLE: "onUnreachable",
  TANDEM_REFRESH_BEFORE_UPDATE: "refreshBeforeUpdate",
  TANDEM_BINARY: "binary",
  TANDEM_DRILL_REPORTS: "drillReports",
  TANDEM_SSH_USER: "sshUser",
  TANDEM_SSH_PRIVATE_KEY_FILE: "sshPrivateKeyFile",
  TANDEM_SSH_KNOWN_HOSTS: "sshKnownHosts",
};

/** Settings of the engine itself that come with the provider's configuration. */
const FOREIGN = new Set(["version", "pluginDownloadURL", "parameterization"]);

/** Configuration values with the environment laid over them, ready for `settingsSchema`. */
export function gatherSettings(
  values: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const gathered: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    if (!FOREIGN.has(key) && !key.startsWith("__")) gathered[key] = value;
  }
  for (const [name, key] of Object.entries(settingEnvironment)) {
    const value = environment[name];
    if (value !== undefined && value !== "") gathered[key] = value;
  }
  return gathered;
}

/** What the engine's process hands down but no program that we start may see. */
const PRIVATE = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_CONFIG_PASSPHRASE_FILE",
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_CONFIG",
];

/** Removes the engine's own secrets from an environment. */
export function scrubEnvironment(environment: Record<string, string | undefined>): void {
  for (const name of PRIVATE) delete environment[name];
}
