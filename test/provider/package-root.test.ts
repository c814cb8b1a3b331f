import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../src/provider/package-root.ts";

it("finds the project's folder from a program that lies below it", () => {
  const root = mkdtempSync(join(tmpdir(), "tandem-root-"));
  try {
    const program = join(root, "stacks/deep");
    mkdirSync(program, { recursive: true });
    expect(projectRoot(program)).toBe(program);
    writeFileSync(join(root, "Pulumi.yaml"), "name: edge\n");
    expect(projectRoot(program)).toBe(root);
    expect(projectRoot(root)).toBe(root);
  } finally {
    rmSync(root, { recursive: true });
  }
});
