import { hostError } from "../problem.ts";
import { runScript, scriptCode, text } from "../script.ts";
import { type ApplyContext, stagingOptions, tell } from "./context.ts";

/** Milliseconds: the lists may have to be fetched first, and another installation may have to end. */
const INSTALL_TIMEOUT = 900_000;

/**
 * Installs Debian packages, which start nothing: a package's own scripts would start its service at once and at
 * each boot, and what serves is what the release decides. Arguments: the packages. It goes on to its end without
 * its controller, as an installation that was cut short is worse than one that nobody needs.
 */
export const INSTALL_PACKAGES = `
trap '' HUP PIPE
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
command -v apt-get >/dev/null 2>&1 || fail "the host has no apt-get"
apt() {
  timeout 600 apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold \\
    "$@" </dev/null 2>&1
}
for package; do systemctl mask --quiet --runtime "$package.service"; done
dpkg --configure -a >/dev/null 2>&1 </dev/null
# Lists that are old, or were never fetched, are the usual reason for a failure.
out=$(apt install "$@") || { apt update >/dev/null; out=$(apt install "$@"); }
code=$?
for package; do
  systemctl unmask --quiet --runtime "$package.service"
  systemctl disable --quiet "$package.service" 2>/dev/null
done
[ "$code" -eq 0 ] || fail "$(printf '%s\\n' "$out" | grep -E '^(E|W|Err)[:]' | head -n 8)"
record installed "$(dpkg-query -W -f '\${Package} \${Version}, ' "$@")"
`;

/** Throws HOST_PACKAGE_MISSING with apt's own words. */
export async function installPackages(context: ApplyContext, packages: readonly string[]): Promise<void> {
  const { shell } = context;
  tell(context, "packages", `installing ${packages.join(", ")}`);
  const { exitCode, records, stderr } = await runScript(shell, INSTALL_PACKAGES, packages, {
    ...stagingOptions(context),
    timeout: INSTALL_TIMEOUT,
  });
  const said = (kind: string) =>
    text(
      records.find((record) => record.kind === kind),
      0,
    );
  if (exitCode === 0) {
    tell(context, "packages", `installed ${said("installed").replace(/, $/, "")}`);
    return;
  }
  const reason = said("fail") || stderr.trim() || `exit code ${exitCode}`;
  const install = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  throw hostError(
    shell.name,
    scriptCode(reason, "HOST_PACKAGE_MISSING"),
    `packages are missing and cannot be installed: ${packages.join(", ")}\n    ${reason.replaceAll("\n", "\n    ")}`,
    {
      why: 'with engine "distro" they are what runs',
      hint: `give the host package sources that have them, or install them by hand: ${install}`,
    },
  );
}
