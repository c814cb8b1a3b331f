import {
  type BinaryRef,
  type ByFile,
  binaryPath,
  canonicalJson,
  HostPaths,
  PROXY_USER,
  type Release,
  type ReleaseFile,
  type ReleaseFileName,
  secretNamesIn,
  sha256,
} from "../../src/render/index.ts";

export interface ReleaseWish {
  readonly haproxy?: string;
  readonly keepalived?: string;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly service?: Release["service"];
  readonly requires?: Partial<Release["requires"]>;
  readonly unit?: string;
  /** The proxy has a user of its own, which an apply makes. */
  readonly sysusers?: true;
  readonly leaveOut?: readonly ReleaseFileName[];
}

export const HAPROXY = `frontend web
    bind *:8080
    default_backend web
backend web
    server web-1 10.0.0.21:80 check
`;
export const KEEPALIVED = `vrrp_instance web {
    interface eth0
    authentication {
        auth_type PASS
        auth_pass @@secret:web.auth_pass@@
    }
}
`;
export const SECRETS = { "web.auth_pass": "s3cr3t!'" };

/** A small release, without the stack and the templates. */
export function makeRelease(binary: BinaryRef, wish: ReleaseWish = {}): Release {
  const sysctls = wish.sysctls ?? { "net.ipv4.ip_nonlocal_bind": "1", "net.ipv4.ip_forward": "1" };
  const texts: readonly (readonly [ReleaseFileName, string, string, number])[] = [
    ["haproxy.cfg", `${HostPaths.current}/haproxy.cfg`, wish.haproxy ?? HAPROXY, 0o640],
    ["keepalived.conf", `${HostPaths.current}/keepalived.conf`, wish.keepalived ?? KEEPALIVED, 0o640],
    [
      "90-tandem.conf",
      HostPaths.sysctl,
      Object.entries(sysctls)
        .map(([k, v]) => `${k} = ${v}\n`)
        .join(""),
      0o644,
    ],
    ["tandem.service", HostPaths.unit, wish.unit ?? unit(binary), 0o644],
    ...(wish.sysusers === undefined ? [] : [sysusers]),
  ];
  const files: ByFile<ReleaseFile> = Object.fromEntries(
    texts
      .filter(([name]) => wish.leaveOut?.includes(name) !== true)
      .map(([name, path, text, mode]) => [name, { path, mode, text, sha256: sha256(text) }]),
  );
  const body = {
    node: "lb-a",
    pair: "web",
    files,
    sysctls,
    service: wish.service ?? { enabled: true, active: true },
    binary,
    secretNames: secretNamesIn(texts.map(([, , text]) => text)),
    requires: { interfaces: [], listens: [], vips: [], ...wish.requires },
  };
  return { id: sha256(canonicalJson(body)).slice(0, 16), ...body };
}

const sysusers = [
  "sysusers.conf",
  `${HostPaths.current}/sysusers.conf`,
  `u ${PROXY_USER} - "Tandem proxy" / /usr/sbin/nologin\n`,
  0o644,
] as const;

export function unit(binary: BinaryRef): string {
  const program = binaryPath(binary);
  return `[Unit]
Description=Tandem load balancer
StartLimitIntervalSec=0
[Service]
Type=notify
ExecStart=${program} run --haproxy ${HostPaths.current}/haproxy.cfg --keepalived ${HostPaths.current}/keepalived.conf --run-dir ${HostPaths.runtime}
ExecReload=${program} reload --run-dir ${HostPaths.runtime}
Restart=always
RestartSec=500ms
RuntimeDirectory=tandem
[Install]
WantedBy=multi-user.target
`;
}
