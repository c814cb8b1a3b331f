/** What a host is for: it decides which packages it has and what runs on it. */
export type HostRole = "lb" | "web" | "client" | "debian-lb";

export interface HostSpec {
  readonly name: string;
  readonly role: HostRole;
  /** How the user `ops` becomes root; default "nopasswd". */
  readonly sudo?: "nopasswd" | "password" | "none";
  /** Size of the host's writable disk in MiB; default 512. A small one makes "disk full" easy to reach. */
  readonly diskMiB?: number;
}

export interface LabHost extends Required<HostSpec> {
  readonly address: string;
  readonly address6: string;
  /** The host's own name for its link. */
  readonly interface: "eth0";
  /** Address with prefix length, as the interface carries it. */
  readonly interfaceAddress: string;
  readonly interfaceAddress6: string;
  /** This machine's end of the host's link: a port of the lab's bridge. */
  readonly port: string;
}

export interface LabPlan {
  readonly name: string;
  /** Short random word in every interface and control group of this lab, so that labs cannot collide. */
  readonly id: string;
  readonly bridge: string;
  /** First three octets, such as "10.214.7"; the lab is its /24. */
  readonly prefix: string;
  /** First 64 bits of the lab's unique local addresses, such as "fd74:616e:214:7". */
  readonly prefix6: string;
  /** This machine's addresses on the bridge. */
  readonly gateway: string;
  readonly gateway6: string;
  readonly hosts: readonly LabHost[];
  /** Addresses that no host uses: free for virtual addresses. */
  readonly vips: readonly string[];
  readonly vips6: readonly string[];
  /** Password of the user `ops` on every host. */
  readonly opsPassword: string;
}

export const defaultHosts: readonly HostSpec[] = [
  { name: "lb-a", role: "lb", sudo: "nopasswd" },
  { name: "lb-b", role: "lb", sudo: "password" },
  { name: "web-1", role: "web" },
  { name: "web-2", role: "web" },
  { name: "client", role: "client" },
];

/** First host number of each role; .100 to .120 stay free for virtual addresses. */
const firstNumber: Record<HostRole, number> = { lb: 11, web: 21, "debian-lb": 41, client: 61 };
const perRole = 20;
const vipNumbers = Array.from({ length: 21 }, (_, n) => 100 + n);

export interface PlanInput {
  readonly name: string;
  readonly id: string;
  /** Second and third octet of 10.x.y.0/24. */
  readonly subnet: readonly [number, number];
  readonly opsPassword: string;
  readonly hosts: readonly HostSpec[];
}

/** Gives every host of a lab its addresses and names; pure. Throws when a host cannot be placed. */
export function planLab(input: PlanInput): LabPlan {
  const prefix = `10.${input.subnet[0]}.${input.subnet[1]}`;
  const prefix6 = `fd74:616e:${input.subnet[0]}:${input.subnet[1]}`;
  const next: Record<HostRole, number> = { ...firstNumber };
  const seen = new Set<string>();
  const hosts = input.hosts.map((spec, index): LabHost => {
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(spec.name)) {
      throw new Error(`host name ${JSON.stringify(spec.name)}: use lower case letters, digits and "-"`);
    }
    if (seen.has(spec.name)) throw new Error(`host name ${spec.name} is used twice`);
    seen.add(spec.name);
    const number = next[spec.role]++;
    if (number >= firstNumber[spec.role] + perRole) {
      throw new Error(`host ${spec.name}: a lab has at most ${perRole} hosts of role ${spec.role}`);
    }
    return {
      name: spec.name,
      role: spec.role,
      sudo: spec.sudo ?? "nopasswd",
      diskMiB: spec.diskMiB ?? 512,
      address: `${prefix}.${number}`,
      address6: `${prefix6}::${number}`,
      interface: "eth0",
      interfaceAddress: `${prefix}.${number}/24`,
      interfaceAddress6: `${prefix6}::${number}/64`,
      port: `tl${input.id}-${index}`,
    };
  });
  return {
    name: input.name,
    id: input.id,
    bridge: `tl${input.id}-br`,
    prefix,
    prefix6,
    gateway: `${prefix}.1`,
    gateway6: `${prefix6}::1`,
    hosts,
    vips: vipNumbers.map((n) => `${prefix}.${n}`),
    vips6: vipNumbers.map((n) => `${prefix6}::${n}`),
    opsPassword: input.opsPassword,
  };
}
