import { createHash } from "node:crypto";
import { appendFileSync, copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tandemd } from "../../../lab/setup/paths.ts";
import type { Release } from "../../../src/render/index.ts";
import { makeRelease } from "../../host/make-release.ts";

export const SECRETS = { "web.auth_pass": "pa55w0rd" };

/** The text that the service answers with, port 8080 of the host itself. */
const haproxy = (says: string, more: string) => `global
    stats socket /run/tandem/admin.sock mode 600 level admin
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind 127.0.0.1:8080
    http-request return status 200 content-type text/plain string "${says}"
${more}`;

const KEEPALIVED = `global_defs {
    router_id lb-a
}
vrrp_instance web {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass @@secret:web.auth_pass@@
    }
    virtual_ipaddress {
        10.77.0.100/24
    }
}
`;

export interface Executable {
  readonly path: string;
  readonly ref: { readonly sha256: string; readonly version: string };
}

/** The daemon that was built, and one with another digest that does the same. */
export function executables(dir: string): readonly [Executable, Executable] {
  const other = join(dir, "tandemd-other");
  copyFileSync(tandemd, other);
  appendFileSync(other, "another build");
  return [tandemd, other].map((path) => ({
    path,
    ref: { sha256: createHash("sha256").update(readFileSync(path)).digest("hex"), version: "0.1.0" },
  })) as unknown as readonly [Executable, Executable];
}

/** A release that answers with a text. */
export function releaseThatSays(says: string, { ref }: Executable, more = ""): Release {
  return makeRelease(ref, {
    haproxy: haproxy(says, more),
    keepalived: KEEPALIVED,
    sysctls: { "net.ipv4.ip_nonlocal_bind": "1", "net.ipv4.ip_forward": says.startsWith("one") ? "1" : "0" },
    requires: {
      interfaces: ["eth0"],
      listens: [{ address: "127.0.0.1", port: 8080, frontend: "web" }],
      vips: [{ address: "10.77.0.100/24", interface: "eth0" }],
    },
  });
}
