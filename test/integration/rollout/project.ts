import { join } from "node:path";
import { pulumi, repository } from "../../../lab/setup/paths.ts";
import type { StageRecord } from "../../../src/rollout/index.ts";
import { type CliRun, runCli } from "../../cli/run-cli.ts";
import { Project } from "../provider/project.ts";
import { RolloutProcess } from "./process.ts";

export interface StageWish {
  readonly name: string;
  readonly pairs: number;
  /** Further properties of the stage, as TypeScript. */
  readonly more?: string;
}

/** A definition of pairs whose hosts are nowhere: the provider that is attached has them in memory. */
function stackText({ name, pairs }: StageWish, index: number, retries: number): string {
  const node = (pair: number, which: "a" | "b") => {
    const last = pair * 2 + (which === "a" ? 11 : 12);
    return `{ name: "${name}-${which}${pair}", address: "127.9.${index}.${last}", interface: "eth0",
      interfaceAddress: "10.9.${index}.${last}/24", ssh: { port: 9, authentication: [{ kind: "password", password: { kind: "plain", value: "nobody asks" } }],
      hostKey: { kind: "pinned", fingerprint: "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } } }`;
  };
  const pair = (n: number) => `{
    name: "web-${n}", nodes: [${node(n, "a")}, ${node(n, "b")}],
    proxy: { retries: ${retries} },
    vrrpInstances: [{ name: "VI_1", virtualRouterId: ${10 * index + n}, master: "${name}-a${n}", vips: [{ address: "10.9.${index}.${200 + n}/24" }] }],
    frontends: [{ name: "www", mode: "http", binds: [{ address: "10.9.${index}.${200 + n}", port: 80 }], defaultBackend: "web" }],
    backends: [{ name: "web", mode: "http", healthCheck: { kind: "http", path: "/" }, servers: [{ name: "web-1", address: "10.9.${index}.99", port: 80 }] }] }`;
  return `{ name: "${name}", pairs: [${Array.from({ length: pairs }, (_, i) => pair(i + 1)).join(", ")}] }`;
}

/** A Pulumi project with a rollout; the command line runs in this process, or in one that may be killed. */
export class RolloutProject {
  readonly project = new Project();

  constructor() {
    const { environment, folder } = this.project;
    environment.TANDEM_BINARY = join(folder, "tandemd");
    environment.TANDEM_PULUMI = pulumi();
    // What a plain `pulumi up` would run; Pulumi looks whether it is there.
    this.project.write("index.ts", "");
    this.project.write("tandemd", "not executed here");
    this.project.write("tandemd.json", JSON.stringify({ version: "0.1.0" }));
  }

  /** Writes the definition; `retries` is what changes from release to release. */
  write(stages: readonly StageWish[], retries: number): void {
    const list = stages.map(
      (stage, index) =>
        `{ name: "${stage.name}", stack: ${stackText(stage, index + 1, retries)}, ${stage.more ?? ""} }`,
    );
    this.project.write(
      "rollout.ts",
      `import { defineRollout } from "${repository}/src/index.ts";
       export const rollout = defineRollout({ name: "edge", stages: [${list.join(",\n")}] });\n`,
    );
  }

  run(...args: string[]): Promise<CliRun> {
    const env = Object.fromEntries(
      Object.entries(this.project.environment).filter((e): e is [string, string] => e[1] !== undefined),
    );
    return runCli(["rollout", ...args], { cwd: this.project.folder, env });
  }

  /** A process of its own, which may be killed. */
  start(...args: string[]) {
    return new RolloutProcess(this.project).start(...args);
  }

  async record(stage: string): Promise<StageRecord> {
    const result = await this.project.run("stack", "output", "--json", "--stack", stage);
    return (JSON.parse(result.stdout) as { rollout: StageRecord }).rollout;
  }
}
