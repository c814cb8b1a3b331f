import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clientPublicKey, hostKey } from "../credentials.ts";
import type { LabHost, LabPlan } from "../plan.ts";
import { run } from "../run.ts";

/** A file or symbolic link that makes a host of the common root; paths are relative to its /. */
export interface Seed {
  readonly path: string;
  readonly text?: string;
  readonly linkTo?: string;
  /** Default 0o644. */
  readonly mode?: number;
  /** uid and gid; default root's. */
  readonly owner?: number;
}

/** The user `ops` is the first that was added to the root. */
const opsId = 1000;

const sudoRule = {
  nopasswd: "ops ALL=(ALL:ALL) NOPASSWD: ALL\n",
  password: "ops ALL=(ALL:ALL) ALL\n",
  none: "",
};

function interfaces(host: LabHost): string {
  return [
    "auto lo",
    "iface lo inet loopback",
    `auto ${host.interface}`,
    `iface ${host.interface} inet static`,
    `  address ${host.interfaceAddress}`,
    `iface ${host.interface} inet6 static`,
    `  address ${host.interfaceAddress6}`,
    "  dad-attempts 0",
    "  accept_ra 0",
    "",
  ].join("\n");
}

/** `/` names the host, `/headers` shows what a proxy added, `/slow` holds a request for a while. */
function site(host: LabHost): string {
  return `server {
    listen 80 default_server backlog=4096;
    listen [::]:80 default_server backlog=4096;
    access_log off;
    default_type text/plain;
    add_header X-Served-By ${host.name} always;
    location = / { return 200 "${host.name}\\n"; }
    location = /health { return 200 "ok\\n"; }
    location = /headers { return 200 "x-forwarded-for: $http_x_forwarded_for\\nhost: $http_host\\n"; }
    location / { root /srv/www; }
}
`;
}

const enable = (unit: string): Seed => ({
  path: `etc/systemd/system/multi-user.target.wants/${unit}`,
  linkTo: `/lib/systemd/system/${unit}`,
});

/**
 * The daemon gets real time and locked memory from limits of its unit, which a machine without CAP_SYS_RESOURCE
 * does not let its hosts raise: here from rights, so that adverts are on time while tests load the machine.
 */
const onTime: Seed = {
  path: "etc/systemd/system/tandem.service.d/50-lab.conf",
  text: "[Service]\nCapabilityBoundingSet=CAP_SYS_NICE CAP_IPC_LOCK\n",
};

const roleSeeds: Record<LabHost["role"], (host: LabHost) => readonly Seed[]> = {
  lb: () => [onTime],
  client: () => [],
  // keepalived's own unit leaves it all rights. Tandem's unit is another one with the packages, which needs more.
  "debian-lb": () => [],
  web: (host) => [
    { path: "etc/nginx/sites-available/default", text: site(host) },
    { path: "srv/www/name.txt", text: `${host.name}\n` },
    enable("nginx.service"),
  ],
};

/** `lower` finds a file of the common root by its relative path. */
export async function hostSeeds(
  plan: LabPlan,
  host: LabHost,
  lower: (path: string) => string,
): Promise<readonly Seed[]> {
  const key = hostKey(plan.name, host.name);
  const client = clientPublicKey(plan.name);
  const names = plan.hosts.map(
    (other) => `${other.address} ${other.name}\n${other.address6} ${other.name}\n`,
  );
  const hash = await crypt(plan.opsPassword);
  const shadow = readFileSync(lower("etc/shadow"), "utf8").replace(/^ops:[^:]*:/m, () => `ops:${hash}:`);
  return [
    { path: "etc/hostname", text: `${host.name}\n` },
    { path: "etc/machine-id", text: `${randomUUID().replaceAll("-", "")}\n`, mode: 0o444 },
    { path: "etc/hosts", text: `127.0.0.1 localhost\n::1 localhost\n${names.join("")}` },
    { path: "etc/resolv.conf", text: "" },
    { path: "etc/network/interfaces", text: interfaces(host) },
    { path: "etc/ssh/ssh_host_ed25519_key", text: key.secret, mode: 0o600 },
    { path: "etc/ssh/ssh_host_ed25519_key.pub", text: key.public },
    { path: "etc/sudoers.d/ops", text: sudoRule[host.sudo], mode: 0o440 },
    { path: "etc/shadow", text: shadow, mode: 0o640 },
    { path: "root/.ssh/authorized_keys", text: client, mode: 0o600 },
    { path: "home/ops/.ssh/authorized_keys", text: client, mode: 0o600, owner: opsId },
    ...roleSeeds[host.role](host),
  ];
}

/** The password as /etc/shadow keeps it. Perl is part of every Debian system and knows crypt(3). */
async function crypt(password: string): Promise<string> {
  const salt = randomUUID().replaceAll("-", "").slice(0, 16);
  const script = 'chomp(my $p = <STDIN>); print crypt($p, "\\$6\\$$ARGV[0]\\$")';
  return (await run(["perl", "-e", script, salt], { input: `${password}\n` })).stdout;
}

export const layersOf = (host: LabHost, root: string): readonly string[] =>
  host.role === "web" || host.role === "debian-lb"
    ? [join(root, "services"), join(root, "base")]
    : [join(root, "base")];
