import { sha256 } from "../canonical.ts";
import type { BinaryRef } from "../release.ts";
import { distroProgram } from "../templates.ts";
import type { Engine } from "./engine.ts";

const [, version = ""] = /^my \$VERSION = '(\S+)';$/m.exec(distroProgram) ?? [];
const ref: BinaryRef = { sha256: sha256(distroProgram), version };

/** Debian's haproxy and keepalived, run by the units of their packages. */
export const distro: Engine = {
  unit: "distro.service",
  router: {
    // The program is a script: script security looks at the first word alone.
    globals: (program) => [
      "vrrp_notify_fifo /run/tandem/vrrp.fifo",
      `vrrp_notify_fifo_script "/usr/bin/perl ${program} notify" root`,
      "fifo_write_vrrp_states_on_reload",
    ],
    proxyScript: {
      name: "tandem_proxy",
      script: "/usr/bin/systemctl is-active --quiet haproxy.service",
      intervalMs: 1000,
      weight: 0,
      rise: 1,
      fall: 1,
      user: "root",
    },
  },
  packages: ["haproxy", "keepalived"],
  program: () => ref,
  // The package makes user and group; without these lines the workers would run as root.
  proxyGlobals: ({ proxy }) => [
    ...(proxy.user === undefined ? ["user haproxy"] : []),
    ...(proxy.group === undefined ? ["group haproxy"] : []),
  ],
};

/** Text of a program that is part of this package and no file of its own; undefined for any other. */
export function ownProgram({ sha256: digest }: Pick<BinaryRef, "sha256">): string | undefined {
  return digest === ref.sha256 ? distroProgram : undefined;
}
