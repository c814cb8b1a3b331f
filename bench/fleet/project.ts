import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pulumi, repository, tandemd } from "../../lab/setup/paths.ts";

const PROJECT = `name: bench
main: index.js
runtime: {name: nodejs, options: {typescript: false, nodeargs: --import tandem-lb/start}}
options: {refresh: always}
plugins:
  providers: [{name: tandem, path: node_modules/tandem-lb/src/provider/plugin}]
  languages: [{name: nodejs, path: node_modules/tandem-lb/src/provider/langhost}]
`;

const PROGRAM = `import { getStack } from "@pulumi/pulumi";
import { deploy, loadStack } from "tandem-lb/pulumi";

export const outputs = deploy(await loadStack(getStack()));
`;

/** A new project as `tandem init` writes it, with this checkout as the installed package; stacks/ is empty. */
export function writeProject(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const dir of ["state", "stacks", "node_modules"]) mkdirSync(join(folder, dir), { recursive: true });
  symlinkSync(repository, join(folder, "node_modules/tandem-lb"));
  symlinkSync(join(repository, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bench", type: "module" }));
  writeFileSync(join(folder, "Pulumi.yaml"), PROJECT);
  writeFileSync(join(folder, "index.js"), PROGRAM);
}

/** Pulumi on a file backend in the project's folder. */
export function projectEnvironment(folder: string): Record<string, string | undefined> {
  return {
    ...process.env,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${folder}/state`,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    TANDEM_BINARY: tandemd,
    TANDEM_PULUMI: pulumi(),
    NO_COLOR: "1",
  };
}
