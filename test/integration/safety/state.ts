import { until } from "../../../lab/index.ts";
import type { Machine } from "./machine.ts";

/** Everything that an apply is to change, whatever folder or process it stands in, and what a client gets. */
const STATE = `
current=$(readlink -f /etc/tandem/current) && (cd "$current" && find . -type f -printf '%p %m %U:%G\\n' -exec sha256sum {} \\; | sort)
for path in /etc/systemd/system/tandem.service /etc/sysctl.d/90-tandem.conf /var/lib/tandem/baseline.json; do
  [ -e "$path" ] && stat -c '%n %a %U:%G' "$path" && sha256sum <"$path"
done
sysctl net.ipv4.ip_forward net.ipv4.ip_nonlocal_bind
systemctl show tandem.service -p UnitFileState -p ActiveState
pid=$(systemctl show tandem.service -p MainPID | cut -d = -f 2)
[ "$pid" = 0 ] || readlink "/proc/$pid/exe" | sed 's/ (deleted)//'
curl -s -m 2 http://127.0.0.1:8080/ || echo "nobody answers"
exit 0`;

/** What must not be there once nothing is going on, whatever happened before. */
const LEFTOVERS = `
{ find /etc/tandem /opt/tandem /var/lib/tandem /etc/systemd/system /etc/sysctl.d -mindepth 1; ls -d /run/*.lock; } 2>/dev/null |
  grep -E '/\\.(stage|pending|confirmed|failed)|tandem-(new|old)|current\\.(new|old)|/pending|rollback|\\.lock$'
ls -d /etc/tandem/releases/* 2>/dev/null | sed '1,3d'
ls -d /opt/tandem/bin/* 2>/dev/null | sed '1,2d'
exit 0`;

export const stateOf = async (machine: Machine): Promise<string> => await machine.sh(STATE);
export const leftoversOn = async (machine: Machine): Promise<string> => await machine.sh(LEFTOVERS);

/** The state once no way back is armed and nothing but `allowed` is seen; fails with what there is instead. */
export async function settledState(machine: Machine, allowed: readonly string[]): Promise<string> {
  let seen = "";
  const settled = async () => {
    // A whole look costs the host much more than this wait for the timer.
    const armed = await machine.sh(
      "n=0; while [ -e /var/lib/tandem/pending ] && [ $n -lt 100 ]; do n=$((n + 1)); sleep 0.05; done; ls -d /var/lib/tandem/pending 2>/dev/null || true",
    );
    if (armed !== "") return undefined;
    seen = await stateOf(machine);
    return allowed.includes(seen) ? seen : undefined;
  };
  return await until("the host is wholly old or wholly new", 40_000, settled).catch(
    async (error: unknown) => {
      const journal = await machine.sh("tail -n 20 /run/journal; ls -A /var/lib/tandem /etc/tandem");
      throw new Error(
        `the host is neither old nor new:\n${seen}\n\n${journal}\n\nbut\n${allowed.join("\nor\n")}`,
        {
          cause: error,
        },
      );
    },
  );
}
