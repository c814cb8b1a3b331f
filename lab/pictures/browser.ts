// Chromium on a host of the scene: what that host cannot reach, the page cannot load.
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import type { Host } from "./hosts.ts";

/** Debian's; Playwright's own is not downloaded. */
const program = "/usr/bin/chromium";

export function absent(): string | undefined {
  return existsSync(program) ? undefined : "chromium (Debian package) is not installed";
}

export async function browse(host: Host, folder: string): Promise<Browser> {
  const executablePath = join(folder, "chromium");
  writeFileSync(executablePath, `#!/bin/sh\nexec ${host.on.join(" ")} ${program} "$@"\n`);
  chmodSync(executablePath, 0o755);
  return chromium.launch({ executablePath, args: ["--disable-gpu", "--force-color-profile=srgb"] });
}
