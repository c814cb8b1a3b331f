import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheDir, repository } from "../../../lab/setup/paths.ts";
import { Provider } from "../../../src/provider/provider.ts";
import { type RunningServer, serve } from "../../../src/provider/server.ts";
import { FakeHosts } from "../../provider/fake-hosts.ts";
import { Project } from "./project.ts";

// Pulumi's own language host instead of the stand-in. It is an old one, as newer ones are not served
// as Go modules; it knows no runtime options, so Node gets tsx from the environment.
const VERSION = "3.68.0";
const folder = join(cacheDir, `pulumi-language-nodejs-${VERSION}`);

/** The folder with the language host, built once; undefined where there is no Go. */
function stockHost(): string | undefined {
  const file = join(folder, "pulumi-language-nodejs");
  if (existsSync(file)) return folder;
  try {
    execFileSync("go", ["version"]);
  } catch {
    return undefined;
  }
  const part = `${file}.${process.pid}`;
  mkdirSync(dirname(part), { recursive: true });
  const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${VERSION}`;
  execFileSync(
    "go",
    [
      "build",
      "-trimpath",
      "-ldflags",
      `-s -w -X ${version}`,
      "-o",
      part,
      "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    ],
    {
      cwd: fileURLToPath(new URL("./stock-host", import.meta.url)),
      env: { ...process.env, CGO_ENABLED: "0" },
    },
  );
  renameSync(part, file);
  return folder;
}

const hosts = new FakeHosts();
let server: RunningServer | undefined;
let project: Project | undefined;
let path: string | undefined;

beforeAll(async () => {
  path = stockHost();
}, 600_000);

afterAll(async () => {
  await server?.stop();
  project?.remove();
});

describe("the program with Pulumi's own language host", () => {
  it("deploys as with the stand-in", async (context) => {
    if (path === undefined) return context.skip("no Go here, so the language host cannot be built");
    project = new Project();
    server = await serve(
      new Provider({ openHost: hosts.open, environment: { TANDEM_BINARY: join(project.folder, "tandemd") } }),
      "0.1.0",
    );
    Object.assign(project.environment, {
      PATH: `${path}:${process.env.PATH}`,
      NODE_OPTIONS: "--import tsx",
      PULUMI_DEBUG_PROVIDERS: `tandem:${server.port}`,
    });
    project.write("Pulumi.yaml", "name: edge\nmain: index.ts\nruntime: nodejs\n");
    project.write("tandemd", "not executed here");
    project.write("tandemd.json", JSON.stringify({ version: "0.1.0" }));
    project.write("index.ts", PROGRAM);
    expect((await project.run("stack", "init", "test")).code).toBe(0);
    await project.run("config", "set", "tandem:binary", "tandemd");
    const up = await project.run("up", "--yes");
    expect(up.code, up.text).toBe(0);
    expect(up.text).toContain("using pulumi-language-nodejs from $PATH");
    expect(hosts.calls.filter((call) => call.endsWith(" apply"))).toEqual(["lb-b apply", "lb-a apply"]);
    const preview = await project.run("preview", "--refresh", "--expect-no-changes");
    expect(preview.code, preview.text).toBe(0);
  }, 300_000);
});

const PROGRAM = `
import { deploy } from "${repository}/src/provider/program.ts";
import { defineStack } from "${repository}/src/index.ts";
const node = (name, last) => ({
  name, address: "10.0.0." + last, interface: "eth0", interfaceAddress: "10.0.0." + last + "/24",
});
export const pairs = deploy(defineStack({ name: "edge", pairs: [{
  name: "web",
  nodes: [node("lb-a", 11), node("lb-b", 12)],
  vrrpInstances: [{ name: "VI_1", virtualRouterId: 51, master: "lb-a", vips: [{ address: "10.0.0.100/24" }] }],
}] }));
`;
