import { describe, expect, it } from "vitest";
import { render } from "../../src/render/index.ts";
import { parseStack, type StackInput } from "../../src/stack/index.ts";
import { binary, scenarios } from "./scenarios.ts";

type PairInput = StackInput["pairs"][number];

const lab = scenarios.lab as StackInput;
const [plain] = lab.pairs as readonly [PairInput];

/** What the unit of the lab's pair says with something else in it. */
function settingsOf(change: Partial<PairInput>, base: PairInput = plain): (name: string) => string {
  const [pair] = parseStack({ ...lab, pairs: [{ ...base, ...change } as PairInput] }).pairs;
  if (pair === undefined) throw new Error("the lab's stack has a pair");
  const text = render(pair, "lb-a", binary).files["tandem.service"]?.text ?? "";
  return (name) => new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1] ?? "";
}

/** How far it is open. */
function unitOf(change: Partial<PairInput>, base: PairInput = plain): Record<string, string> {
  const setting = settingsOf(change, base);
  return {
    rights: setting("CapabilityBoundingSet").replaceAll("CAP_", ""),
    home: setting("ProtectHome"),
    writable: setting("ReadWritePaths"),
    closed: setting("ReadOnlyPaths"),
    calls: setting("SystemCallFilter").replace(/^@system-service (.*?) ?seccomp .*/, "$1"),
  };
}

const alone = "NET_ADMIN NET_RAW NET_BIND_SERVICE";
const others = "SETUID SETGID SETPCAP KILL";
const least = {
  rights: `${alone} ${others} SYS_CHROOT`,
  home: "yes",
  writable: "/proc/sys/net",
  closed: "/run",
  calls: "chroot",
};
const anywhere = { home: "read-only", writable: "/proc/sys/net /run /var", closed: "" };
const withLines = (...lines: string[]): Partial<PairInput> => ({
  frontends: (plain.frontends ?? []).map((frontend) => ({ ...frontend, directives: lines })),
});

describe("the unit of a definition", () => {
  it("is closed but for the router, low ports and a proxy of its own user when nothing else is wanted", () => {
    expect(unitOf({})).toEqual(least);
    expect(
      unitOf(withLines("http-request deny if { path_beg /admin }", "acl api path_beg /api /v1/run")),
    ).toEqual(least);
  });

  it("has no right to low ports where there is no proxy", () => {
    const { handbook } = scenarios;
    const [pair] = parseStack(handbook as StackInput).pairs;
    if (pair === undefined) throw new Error("the handbook has a pair");
    expect(render(pair, "lb-a", binary).files["tandem.service"]?.text).not.toContain("CAP_NET_BIND_SERVICE");
  });

  it("becomes nobody else where there is neither a proxy nor a script", () => {
    const { drill: _, ...undrilled } = plain;
    const router = { ...undrilled, frontends: [], backends: [] };
    const script = {
      trackScripts: [{ name: "up", script: "/usr/bin/true", interval: "1s" as const }],
      vrrpInstances: plain.vrrpInstances.map((one) => ({ ...one, trackScripts: ["up"] })),
    };
    expect(unitOf({}, router)).toEqual({ ...least, rights: "NET_ADMIN NET_RAW", calls: "" });
    expect(unitOf(script, router)).toMatchObject({ rights: `NET_ADMIN NET_RAW ${others}`, calls: "" });
  });

  it.each<[what: string, change: Partial<PairInput>, opened: Partial<typeof least>]>([
    [
      "a check script",
      {
        trackScripts: [{ name: "up", script: "/usr/bin/true", interval: "1s" }],
        vrrpInstances: plain.vrrpInstances.map((one) => ({ ...one, trackScripts: ["up"] })),
      },
      anywhere,
    ],
    // It becomes root's group, and nothing but that.
    ["a proxy that is root", { proxy: { user: "root" } }, {}],
    [
      "a program that is told of a change",
      { vrrpInstances: plain.vrrpInstances.map((one) => ({ ...one, notify: { any: "/usr/bin/logger" } })) },
      anywhere,
    ],
    ["another user of the proxy", { proxy: { user: "haproxy" } }, {}],
    [
      "another root directory",
      { proxy: { globalDirectives: ["chroot /var/lib/haproxy"] } },
      { home: "read-only", writable: "/proc/sys/net /var" },
    ],
    [
      "a server on a unix socket, which an empty root directory would not have",
      withLines("server php unix@/srv/php.sock"),
      { rights: `${alone} ${others}`, calls: "", home: "read-only" },
    ],
    [
      "a socket of a group",
      {
        proxy: {
          runtimeSocket: { path: "/run/haproxy/admin.sock", mode: "660", group: "adm", level: "admin" },
        },
      },
      { rights: `${alone} ${others} CHOWN SYS_CHROOT`, writable: "/proc/sys/net /run", closed: "" },
    ],
    [
      "a certificate that something else keeps",
      withLines("bind 10.99.0.100:443 ssl crt /etc/ssl/private/site.pem"),
      { home: "read-only" },
    ],
    [
      "a list of users, which are none of the host",
      { sections: [{ kind: "userlist", name: "ops", directives: ["user ann password $5$x"] }] },
      {},
    ],
  ])("opens what %s needs, and nothing else", (_, change, opened) => {
    expect(unitOf(change)).toEqual({ ...least, ...opened });
  });

  it.each<[what: string, change: Partial<PairInput>]>([
    ["a mark", withLines("http-request set-mark 0x10 if { path_beg /slow }")],
    ["clients' addresses", { proxy: { defaultDirectives: ["source 0.0.0.0 usesrc clientip"] } }],
  ])("is another one with %s: a reload would not give the proxy the right for it", (_, change) => {
    const proxyOf = (change: Partial<PairInput>) => settingsOf(change)("X-Tandem-Proxy");
    expect(proxyOf(change)).toBe(`${proxyOf({})}, CAP_NET_RAW`);
  });
});
