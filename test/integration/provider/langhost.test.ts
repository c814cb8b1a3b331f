import { existsSync, mkdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project } from "./project.ts";

let project: Project;
beforeAll(async () => {
  project = new Project();
  expect((await project.run("stack", "init", "test")).code).toBe(0);
});
afterAll(() => project.remove());

describe("the stand-in for the language host", () => {
  it("hands configuration, secrets, arguments and output through", async () => {
    project.write(
      "index.ts",
      `import { Config, getOrganization, getProject, getStack, runtime } from "@pulumi/pulumi";
       const config = new Config();
       console.log("said on stdout");
       export const seen = [getProject(), getStack(), getOrganization(), config.require("plain"), runtime.isDryRun()].join(" ");
       export const hidden = config.requireSecret("hidden");
       export const other = new Config("else").require("key");\n`,
    );
    await project.run("config", "set", "plain", "text");
    await project.run("config", "set", "--secret", "hidden", "h1dden");
    await project.run("config", "set", "else:key", "other");
    const up = await project.run("up", "--yes");
    expect(up.code, up.text).toBe(0);
    expect(up.text).toContain("said on stdout");
    expect(up.text).toMatch(/seen\s*: "edge test organization text false"/);
    expect(up.text).toMatch(/hidden: \[secret\]/);
    expect(up.text).toMatch(/other\s*: "other"/);
  });

  it("tells a program that ends by itself from one that the SDK has reported", async () => {
    project.write("index.ts", "process.exit(3);\n");
    const exit = await project.run("preview");
    expect(exit.code).not.toBe(0);
    expect(exit.text).toContain("the program ended with exit code 3");
    project.write("index.ts", `throw Object.assign(new Error("known reason"), { stack: "" });\n`);
    const thrown = await project.run("preview");
    expect(thrown.code).not.toBe(0);
    expect(thrown.text).toContain("known reason");
    expect(thrown.text).not.toContain("exit code");
  });

  it("installs what the lock file says, and tells about the runtime", async () => {
    const about = await project.run("about");
    expect(about.text).toContain(process.version);
    const lock = { name: "edge", lockfileVersion: 3, requires: true, packages: { "": { name: "edge" } } };
    project.write("package-lock.json", JSON.stringify(lock));
    // The link to this repository's packages goes: `npm ci` empties the folder that it finds.
    const modules = join(project.folder, "node_modules");
    unlinkSync(modules);
    mkdirSync(join(modules, "left-over"), { recursive: true });
    const install = await project.run("install");
    expect(install.code, install.text).toBe(0);
    expect(existsSync(join(modules, "left-over"))).toBe(false);
    project.write("package-lock.json", "no lock file");
    const broken = await project.run("install");
    expect(broken.code).not.toBe(0);
    expect(broken.text).toContain("npm ci ended with");
  });
});
