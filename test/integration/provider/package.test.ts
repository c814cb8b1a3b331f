import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { repository } from "../../../lab/setup/paths.ts";
import { Project } from "./project.ts";

// The npm package as a user installs it: packed, unpacked into node_modules, run from there.
let project: Project | undefined;
afterAll(() => project?.remove());

const built =
  existsSync(join(repository, "dist/provider/main.js")) && existsSync(join(repository, "dist/tandemd"));

/** Unpacks the package beside the dependencies that a package manager would have put there. */
function install(folder: string): string {
  const modules = join(folder, "node_modules");
  rmSync(modules, { recursive: true });
  mkdirSync(modules);
  for (const entry of readdirSync(join(repository, "node_modules"))) {
    symlinkSync(join(repository, "node_modules", entry), join(modules, entry));
  }
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: repository,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const target = join(modules, "tandem-lb");
  mkdirSync(target);
  // As npm does: every file is as old as the installation, in the order of the archive.
  execFileSync("tar", ["-xzf", join(folder, filename), "--touch", "--strip-components=1", "-C", target]);
  return target;
}

describe("the npm package", () => {
  it("runs program, plugin and language host without its sources", async (context) => {
    if (!built) return context.skip("dist/ is not built: npm run build");
    project = new Project();
    const target = install(project.folder);
    const shipped = readdirSync(join(target, "src"), { recursive: true, encoding: "utf8" });
    expect(shipped.filter((name) => name.endsWith(".ts"))).toEqual([]);
    for (const file of ["plugin/pulumi-resource-tandem", "langhost/pulumi-language-nodejs"]) {
      expect(statSync(join(target, "src/provider", file)).mode & 0o111, file).toBe(0o111);
    }
    project.write(
      "Pulumi.yaml",
      [
        "name: edge",
        "main: index.js",
        "runtime: {name: nodejs, options: {typescript: false, nodeargs: --import tandem-lb/start}}",
        "plugins:",
        "  providers: [{name: tandem, path: node_modules/tandem-lb/src/provider/plugin}]",
        "  languages: [{name: nodejs, path: node_modules/tandem-lb/src/provider/langhost}]",
        "",
      ].join("\n"),
    );
    project.write("index.js", PROGRAM);
    mkdirSync(join(project.folder, "stacks"));
    project.write("stacks/test.ts", DEFINITION);
    expect((await project.run("stack", "init", "test")).code).toBe(0);
    const preview = await project.run("preview");
    expect(preview.code, preview.text).toBe(0);
    expect(preview.text).toContain("+ 5 to create");
    expect(preview.text).toContain("10.0.0.100/24");
  });
});

const PROGRAM = `
import { getStack } from "@pulumi/pulumi";
import { deploy, loadStack } from "tandem-lb/pulumi";
export const pairs = deploy(await loadStack(getStack()));
`;

const DEFINITION = `
import { defineStack } from "tandem-lb";
const node = (name: string, last: number) => ({
  name, address: "10.0.0." + last, interface: "eth0", interfaceAddress: "10.0.0." + last + "/24",
});
export const stack = defineStack({ name: "edge", pairs: [{
  name: "web",
  nodes: [node("lb-a", 11), node("lb-b", 12)],
  vrrpInstances: [{ name: "VI_1", virtualRouterId: 51, master: "lb-a", vips: [{ address: "10.0.0.100/24" }] }],
}] });
`;
