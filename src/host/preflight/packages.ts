import type { Problem } from "../../diagnostics/index.ts";
import { hostProblem } from "../problem.ts";

/** What is told where packages are missing and nothing may be installed: the files cannot be judged before. */
export function packagesToCome(host: string, missing: readonly string[]): Problem {
  return hostProblem(host, "HOST_PACKAGE_MISSING", `packages are missing: ${missing.join(", ")}`, {
    severity: "warning",
    why: "an apply installs them; until then nobody on the host can check the files",
    hint: `install them before for that: apt-get install --no-install-recommends ${missing.join(" ")}`,
  });
}
