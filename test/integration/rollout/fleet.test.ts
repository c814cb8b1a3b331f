import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "../../../lab/index.ts";
import { repository } from "../../../lab/setup/paths.ts";

const whole = process.env.TANDEM_SLOW !== undefined;
const built = existsSync(join(repository, "dist/cli/main.js"));

const title = whole
  ? "three environments of four pairs over sshd: refusal, a forced release with its reason, and the way back"
  : "three environments of four pairs over sshd: prod refuses what nobody verified, then all have the release";

test(title, { timeout: 3_600_000 }, async (context) => {
  if (!built) return context.skip("dist/ is not built: npm run build");
  const program = fileURLToPath(new URL("fleet.mts", import.meta.url));
  const pairs = process.env.TANDEM_FLEET_PAIRS ?? "4";
  const argv = [process.execPath, "--import", "tsx", program, pairs, ...(whole ? ["whole"] : [])];
  const { code, stderr } = await run(argv, { allowFailure: true, timeoutMs: 3_500_000 });
  expect(code, stderr).toBe(0);
});
