import type { Problem } from "../../diagnostics/index.ts";
import { PROXY_USER, type Release } from "../../render/index.ts";
import { bareAddress } from "../address.ts";
import type { HostFacts } from "../observe/facts.ts";
import { hostProblem } from "../problem.ts";

/** Interfaces that the release needs and the host does not have, or that are down. */
export function interfaceProblems(host: string, release: Release, facts: HostFacts): readonly Problem[] {
  return release.requires.interfaces.flatMap((name) => {
    const found = facts.interfaces.find((other) => other.name === name);
    const others = facts.interfaces.map((other) => other.name).filter((other) => other !== "lo");
    if (found === undefined) {
      return [
        hostProblem(host, "HOST_NO_INTERFACE", `there is no interface ${name}`, {
          why: "adverts and virtual addresses need it",
          hint: `the host has ${others.join(", ") || "none"}; correct the interface of the node`,
        }),
      ];
    }
    if (found.up) return [];
    return [
      hostProblem(host, "HOST_INTERFACE_DOWN", `interface ${name} is down`, {
        why: "the instances on it would be in FAULT",
        hint: `bring it up (ip link set ${name} up) and check the cable`,
      }),
    ];
  });
}

/** Numbers from here on are people's, and those of containers; below they are services' (login.defs, SYS_UID_MAX). */
const FIRST_LOGIN = 1000;

/** Somebody who has the name of the proxy's user: it must not become what that one is. */
export function proxyUserProblems(
  host: string,
  { files }: Release,
  { proxyUser }: HostFacts,
): readonly Problem[] {
  if (files["sysusers.conf"] === undefined || proxyUser === undefined) return [];
  const { number, shell } = proxyUser;
  if (number > 0 && number < FIRST_LOGIN) return [];
  return [
    hostProblem(
      host,
      "HOST_USER_TAKEN",
      `the user ${PROXY_USER} (number ${number}, ${shell}) is somebody's own`,
      {
        why: "the proxy would run with that user's groups and whatever is that user's",
        hint: `name another one in the definition, e.g. proxy: { user: "haproxy" }; proxy: { user: "${PROXY_USER}" } takes this one all the same`,
      },
    ),
  ];
}

/** Parameters that the host's kernel does not have. */
export function sysctlProblems(host: string, release: Release, facts: HostFacts): readonly Problem[] {
  return Object.keys(release.sysctls)
    .filter((key) => facts.sysctls[key] === undefined)
    .map((key) =>
      hostProblem(host, "HOST_SYSCTL_UNKNOWN", `the kernel has no parameter ${key}`, {
        why: "it cannot be set",
        hint: "correct its name, or load the module that brings it",
      }),
    );
}

/** Virtual addresses that somebody has configured on this host: the daemon would take them away. */
export function ownAddressProblems(host: string, release: Release, facts: HostFacts): readonly Problem[] {
  // After the first apply such an address is the daemon's own.
  if (facts.baseline !== undefined) return [];
  return release.requires.vips.flatMap((vip) => {
    const address = bareAddress(vip.address);
    const on = facts.interfaces.find((link) => link.addresses.some((own) => bareAddress(own) === address));
    if (on === undefined) return [];
    return [
      hostProblem(host, "HOST_VIP_CONFIGURED", `${address} is configured on ${on.name} of this host itself`, {
        why: "a virtual address moves between the hosts; one that is configured for good stays on both",
        hint: `take it out of the host's network configuration (ip address del ${vip.address} dev ${on.name})`,
      }),
    ];
  });
}
