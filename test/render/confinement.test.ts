import { describe, expect, it } from "vitest";
import { type Release, render } from "../../src/render/index.ts";
import { parseStack, type StackInput } from "../../src/stack/index.ts";
import { binary, scenarios } from "./scenarios.ts";

type PairInput = StackInput["pairs"][number];

const lab = scenarios.lab as StackInput;
const [plain] = lab.pairs as readonly [PairInput];

function releaseOf(change: Partial<PairInput>): Release {
  const [pair] = parseStack({ ...lab, pairs: [{ ...plain, ...change } as PairInput] }).pairs;
  if (pair === undefined) throw new Error("the lab's stack has a pair");
  return render(pair, "lb-a", binary);
}

/** Lines of haproxy.cfg, what the unit says of them, and whether an apply makes the user. */
function worker(change: Partial<PairInput>) {
  const { files } = releaseOf(change);
  const lines = (files["haproxy.cfg"]?.text ?? "").split("\n").map((line) => line.trim());
  const unit = files["tandem.service"]?.text ?? "";
  return {
    lines: lines.filter((line) => /^(user|group|chroot) /.test(line)),
    unit: /^X-Tandem-Proxy=(.*)$/m.exec(unit)?.[1],
    folders: /^RuntimeDirectory=(.*)$/m.exec(unit)?.[1],
    made: files["sysusers.conf"] !== undefined,
  };
}

const EMPTY = "chroot /run/tandem/empty";
const inFrontend = (...lines: string[]): Partial<PairInput> => ({
  frontends: (plain.frontends ?? []).map((frontend) => ({ ...frontend, directives: lines })),
});

describe("who the proxy is", () => {
  it("is a user of its own in an empty root directory where the definition names none", () => {
    const lines = ["user tandem", "group tandem", EMPTY];
    expect(worker({})).toEqual({ lines, unit: lines.join(", "), folders: "tandem tandem/empty", made: true });
    expect(releaseOf({}).files["sysusers.conf"]).toMatchObject({
      path: "/etc/tandem/current/sysusers.conf",
      mode: 0o644,
      text: expect.stringMatching(/^u tandem - "Tandem proxy" \/ \/usr\/sbin\/nologin$/m),
    });
  });

  it.each<[what: string, proxy: PairInput["proxy"], lines: readonly string[], made: boolean]>([
    ["a user", { user: "haproxy" }, ["user haproxy", EMPTY], false],
    ["a user and a group", { user: "haproxy", group: "web" }, ["user haproxy", "group web", EMPTY], false],
    ["a group", { group: "web" }, ["group web", "user tandem", EMPTY], true],
    ["the user of this name", { user: "tandem" }, ["user tandem", EMPTY], false],
    ["a user in a further line", { globalDirectives: ["user www"] }, [EMPTY, "user www"], false],
    [
      "a root directory",
      { globalDirectives: ["chroot /var/lib/haproxy"] },
      ["user tandem", "group tandem", "chroot /var/lib/haproxy"],
      true,
    ],
    [
      "the user and the directory that it starts with",
      { user: "root", globalDirectives: ["chroot /"] },
      ["user root", "chroot /"],
      false,
    ],
  ])("is what the definition says: %s", (_, proxy, lines, made) => {
    expect(worker({ proxy })).toMatchObject({ lines, unit: lines.join(", "), made });
  });

  it.each<[what: string, change: Partial<PairInput>]>([
    ["a server", inFrontend("server php /run/php/fpm.sock")],
    ["a server with a prefix", inFrontend("server php unix@/run/php/fpm.sock check")],
    ["a server in quotes", inFrontend('server php "/run/php/fpm.sock"')],
    ["a server that a variable names", inFrontend("server php $BACKEND check")],
    ["a server at the log daemon's place", inFrontend("server log /dev/log")],
    ["a log", { proxy: { logs: [{ address: "/run/log.sock" }] } }],
    ["a log in a further line", inFrontend("log unix@/run/log.sock local0")],
    ["a log by a stream", inFrontend("log uxst@/dev/log local0")],
    ["a server of a ring", { sections: [{ kind: "ring", name: "r", directives: ["server s /run/r.sock"] }] }],
  ])("has the whole root directory where it connects to a path: %s", (_, change) => {
    expect(worker(change)).toMatchObject({
      lines: ["user tandem", "group tandem"],
      unit: "user tandem, group tandem",
      folders: "tandem",
    });
  });

  it.each([
    "log /dev/log local0",
    "log unix@/dev/log local0",
    "server web 10.0.0.1:80 ssl ca-file /etc/ssl/ca.pem",
    "bind unix@/run/tandem/in.sock",
    "http-request deny if { path /run }",
  ])("keeps to its empty directory with a line that asks for no path later: %s", (line) => {
    expect(worker(inFrontend(line)).lines).toContain(EMPTY);
  });

  it("says in the unit what is one word for systemd, whatever the line is", () => {
    const { unit } = worker({ proxy: { globalDirectives: ["chroot /x%n", 'user "w$w"'] } });
    expect(unit).toBe("chroot /x?n, user ?w?w?");
  });

  it("is nobody where nothing is proxied", () => {
    const [pair] = parseStack(scenarios.handbook as StackInput).pairs;
    if (pair === undefined) throw new Error("the handbook has a pair");
    const { files } = render(pair, "lb-a", binary);
    expect(files["sysusers.conf"]).toBeUndefined();
    expect(files["tandem.service"]?.text).not.toMatch(/X-Tandem-Proxy|empty/);
  });

  it("is the packages' own user with the engine distro, which is installed with them", () => {
    const { files } = releaseOf({ engine: "distro" });
    expect(files["sysusers.conf"]).toBeUndefined();
    expect(files["haproxy.cfg"]?.text).not.toMatch(/tandem$|chroot/m);
  });
});
