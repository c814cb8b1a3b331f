import { PROXY_USER } from "../../render/index.ts";
import { StatePaths } from "../layout.ts";
import { hostError } from "../problem.ts";
import { runScript, scriptCode, text } from "../script.ts";
import { type ApplyContext, stagingOptions, tell } from "./context.ts";
import type { Plan } from "./plan.ts";

/**
 * Makes user and group of the proxy as the staged file says; what of them is there already stays. Argument: the
 * attempt. It is not undone: an account without a process, a file or a login does nothing, and its number shall not
 * be given to somebody else.
 */
const MAKE_USER = `
trap '' HUP PIPE
out=$(timeout 30 systemd-sysusers ${StatePaths.stagePrefix}$1/release/sysusers.conf 2>&1) || fail "$out"
# One that only a directory of the network has is no user for systemd-sysusers to make, and none that tandemd finds.
for file in /etc/passwd /etc/group; do
  grep -q '^${PROXY_USER}:' "$file" || fail "$out\${out:+; }$file has no ${PROXY_USER}"
done
exit 0
`;

/** Throws HOST_USER_MISSING with systemd-sysusers' own words. */
export async function makeUser(context: ApplyContext, plan: Plan): Promise<void> {
  const { shell } = context;
  tell(context, "user", `making user and group ${PROXY_USER}, as which the proxy runs`);
  const { exitCode, records, stderr } = await runScript(
    shell,
    MAKE_USER,
    [plan.attempt],
    stagingOptions(context),
  );
  if (exitCode === 0) return;
  const failed = records.find(({ kind }) => kind === "fail");
  const reason = text(failed, 0) || stderr.trim() || `exit code ${exitCode}`;
  throw hostError(
    shell.name,
    scriptCode(reason, "HOST_USER_MISSING"),
    `there is no user and group ${PROXY_USER}, and systemd-sysusers cannot make them: ${reason}`,
    {
      why: "the proxy runs as that user, so the service would not start",
      hint: `make them by hand (useradd --system --user-group --home-dir / --no-create-home --shell /usr/sbin/nologin ${PROXY_USER}), or name another user in the definition (proxy.user)`,
    },
  );
}
