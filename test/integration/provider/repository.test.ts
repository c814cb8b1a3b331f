import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../../../lab/setup/paths.ts";
import { type CliResult, Project } from "./project.ts";

// The repository's own Pulumi.yaml and stacks/index.ts, as a newcomer uses them; in a folder with links
// to it, as the CLI writes its settings beside Pulumi.yaml.
let project: Project;

beforeAll(() => {
  project = new Project();
  for (const name of ["stacks", "src", "templates", "dist"]) {
    if (existsSync(join(repository, name))) symlinkSync(join(repository, name), join(project.folder, name));
  }
  for (const name of ["package.json", "Pulumi.yaml"]) {
    project.write(name, readFileSync(join(repository, name), "utf8"));
  }
});
afterAll(() => {
  project.remove();
});

const pulumi = (...args: string[]): Promise<CliResult> => project.run(...args);

describe("the repository as a Pulumi project", () => {
  it("names the definitions that exist when there is none for the stack", async () => {
    expect((await pulumi("stack", "init", "nowhere")).code).toBe(0);
    const result = await pulumi("preview", "--stack", "nowhere");
    expect(result.code).not.toBe(0);
    expect(result.text).toContain("stacks/nowhere.ts does not exist");
    expect(result.text).toMatch(/Select one of .*lab/);
    expect(result.text).not.toContain("    at ");
  });

  it("tells why a definition cannot be loaded", async () => {
    expect((await pulumi("stack", "init", "lab")).code).toBe(0);
    const result = await pulumi("preview", "--stack", "lab");
    expect(result.code).not.toBe(0);
    expect(result.text).toContain("TANDEM_LAB is not set");
  });
});
