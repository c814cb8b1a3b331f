import type { Lab } from "../index.ts";

/** What a host is, line by line: files, kernel parameters, units, addresses, firewall, processes. */
export type HostState = ReadonlyMap<string, string>;

/** Files of users and groups, as a term of find(1): the proxy's user stays (docs/security.md), and makes them others. */
export const ACCOUNTS = "-regex '/etc/\\(g?shadow\\|passwd\\|group\\)-?\\|/etc/\\.pwd\\.lock' -prune";

/** Folders in which provisioning could leave something; logs and systemd's own records change by themselves. */
const files = [
  "find /etc /opt /usr/local /usr/lib/systemd /var/lib /run/tandem -xdev",
  "\\( -path /var/lib/systemd -o -path '/etc/.updated' \\) -prune -o",
  `${ACCOUNTS} -o`,
  "\\( -type f -exec sha256sum {} + \\) -o -type l -printf '%l  %p\\n' -o -type d -printf 'folder  %p\\n' 2>/dev/null",
].join(" ");

const questions: Readonly<Record<string, string>> = {
  file: files,
  // Counters and values that the kernel changes by itself are no settings.
  sysctl:
    "sysctl -a 2>/dev/null | grep '^net\\.' | grep -Ev 'count|stat|random|uuid|nf_log|tcp_mem|flush' | sed 's/ = /  /' | awk -F'  ' '{print $2\"  \"$1}'",
  user: "cat /etc/passwd /etc/group | grep -v '^tandem:' | sed 's/^/listed  /'",
  unit: "systemctl list-unit-files --no-legend --no-pager | awk '{print $2\"  \"$1}'",
  address: 'ip -o addr show | awk \'{print $3"  "$2" "$4}\' | sort',
  firewall: "nft list tables 2>/dev/null | awk '{print \"table  \"$0}'",
  process:
    "ps -eo comm= | sort -u | grep -Ev '^(sh|ps|sort|grep|sshd|\\(sd-pam\\)|systemd|systemctl|awk|sed|nsenter|kworker.*|.*-executor)$' | sed 's/^/running  /'",
};

export async function hostState(lab: Lab, host: string): Promise<HostState> {
  const state = new Map<string, string>();
  for (const [kind, script] of Object.entries(questions)) {
    const { stdout } = await lab.exec(host, ["sh", "-c", `${script}; true`]);
    for (const line of stdout.split("\n").filter((l) => l !== "")) {
      const cut = line.indexOf("  ");
      state.set(`${kind} ${line.slice(cut + 2)}`, line.slice(0, cut));
    }
  }
  return state;
}

/** Everything that is not as it was, one sentence each. */
export function differences(before: HostState, after: HostState): readonly string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    if (was === is) return [];
    if (was === undefined) return [`${key} was left behind`];
    if (is === undefined) return [`${key} is gone`];
    return [`${key} is ${is}, was ${was}`];
  });
}
