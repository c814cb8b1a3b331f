import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { probeProblems } from "../../src/host/apply/address-probe.ts";
import { givingBack, parseBaseline } from "../../src/host/apply/baseline.ts";
import { checkProblems } from "../../src/host/apply/config-check.ts";
import { INSTALL_PACKAGES } from "../../src/host/apply/install-packages.ts";
import { ROLLBACK } from "../../src/host/apply/rollback-script.ts";
import { CONFIRM, SWITCH, UNSTAGE } from "../../src/host/apply/switch-script.ts";
import { tar } from "../../src/host/apply/tar.ts";
import { OBSERVE } from "../../src/host/observe/script.ts";
import { collides, parseListener } from "../../src/host/preflight/listeners.ts";
import { PREFLIGHT } from "../../src/host/preflight/script.ts";
import { parseRecords, runScript } from "../../src/host/script.ts";
import { makeRelease, SECRETS } from "./make-release.ts";

describe("the archive that carries files to a host", () => {
  it("is unpacked by tar with every byte and mode", () => {
    const dir = mkdtempSync(join(tmpdir(), "tar-"));
    try {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 }), (contents) => {
          const files = contents.map((bytes, i) => ({
            name: `d/f${i}`,
            mode: 0o640 - i,
            bytes: Buffer.from(bytes),
          }));
          execFileSync("tar", ["-xpf", "-", "-C", dir], { input: tar(files) });
          for (const { name, mode, bytes } of files) {
            expect(readFileSync(join(dir, name)).equals(bytes)).toBe(true);
            expect(statSync(join(dir, name)).mode & 0o777).toBe(mode);
          }
        }),
        { numRuns: 30 },
      );
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe("scripts for a host", () => {
  it.each(Object.entries({ OBSERVE, PREFLIGHT, INSTALL_PACKAGES, ROLLBACK, SWITCH, CONFIRM, UNSTAGE }))(
    "%s is POSIX sh",
    (_, script) => {
      expect(() => execFileSync("sh", ["-n"], { input: script, stdio: "pipe" })).not.toThrow();
    },
  );

  it("carry any bytes in records and skip what a login prints", async () => {
    const lines: string[] = [];
    const shell = {
      name: "here",
      run: async (argv: readonly string[]) => ({
        exitCode: 0,
        stdout: execFileSync(argv[0] ?? "", argv.slice(1)),
        stderr: "",
      }),
      close: async () => undefined,
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 }), async (fields) => {
        const clean = fields.map((field) => field.replaceAll("\0", ""));
        const { records } = await runScript(shell, 'echo "Welcome, @user"; record some "$@"', clean);
        expect(records).toHaveLength(1);
        // The shell takes trailing newlines of no argument, so every field arrives whole.
        expect(records[0]?.fields.map(String)).toEqual(clean);
        lines.push("ran");
      }),
      { numRuns: 25 },
    );
    expect(lines.length).toBeGreaterThan(0);
    expect(parseRecords("@bad =!!\n@ok\n@ok = :a/b\n")).toEqual([
      { kind: "ok", fields: [] },
      { kind: "ok", fields: [Buffer.alloc(0), Buffer.from("a/b")] },
    ]);
  });
});

describe("listeners", () => {
  it.each([
    ["*", "0.0.0.0:80", true],
    ["*", "10.0.0.1:80", true],
    ["*", "*:80", true],
    ["*", "[::]:80", false],
    ["::", "[::]:80", true],
    ["10.0.0.1", "0.0.0.0:80", true],
    ["10.0.0.1", "10.0.0.2:80", false],
    ["10.0.0.1", "10.0.0.1%eth0:80", true],
    ["10.0.0.1", "10.0.0.1:81", false],
    ["fd00::1", "[fd00::1]:80", true],
    ["fd00::1", "127.0.0.1:80", false],
  ])("%s:80 beside %s", (address, local, expected) => {
    const listener = parseListener(local);
    expect(listener && collides({ address, port: 80 }, listener)).toBe(expected);
  });
});

describe("the verdict of tandemd check", () => {
  const release = makeRelease({ sha256: "a".repeat(64), version: "0.1.0" });
  const diagnostic = {
    severity: "error",
    code: "E0007",
    message: "auth_pass s3cr3t!' is too long",
    file: "/etc/tandem/.stage-1/release/keepalived.conf",
    line: 5,
    column: 19,
    length: 8,
    suggestion: "at most 8 characters",
    source: "        auth_pass s3cr3t!'",
  };

  it("comes back with file, line and column, and without secrets", () => {
    const [problem] = checkProblems("lb-a", release, SECRETS, "1", JSON.stringify([diagnostic]));
    expect(problem).toMatchObject({
      code: "HOST_CONFIG_REFUSED",
      where: { file: "lb-a:keepalived.conf", line: 5, column: 19 },
      hint: "at most 8 characters",
    });
    expect(JSON.stringify(problem)).not.toContain("s3cr3t");
  });

  it("shows the line with a mark below the wrong word", () => {
    const source = "    balance rondrobin";
    const [problem] = checkProblems(
      "lb-a",
      release,
      SECRETS,
      "1",
      JSON.stringify([{ ...diagnostic, source, column: 13, length: 9, file: "haproxy.cfg" }]),
    );
    expect(problem?.why).toContain(`    ${source}\n    ${" ".repeat(12)}^^^^^^^^^`);
  });

  it("names what the host lacks, and nothing that was told before", () => {
    const lacking = { ...diagnostic, code: "host/no-user", message: "user 'web' is not in /etc/passwd" };
    const two = JSON.stringify([lacking, { ...lacking, code: "host/no-interface" }]);
    const told = (code: string) => code === "host/no-interface";
    const problems = checkProblems("lb-a", release, SECRETS, "2", two, told);
    expect(problems).toMatchObject([
      { code: "HOST_CONFIG_REFUSED", why: expect.stringContaining("does not have") },
    ]);
    expect(problems).toHaveLength(1);
  });

  it("is told as text when it cannot be understood, and warnings do not stop", () => {
    expect(checkProblems("lb-a", release, SECRETS, "139", "Segmentation fault")[0]?.message).toContain(
      "Segmentation",
    );
    expect(checkProblems("lb-a", release, SECRETS, "0", "[]")).toEqual([]);
    const warning = { ...diagnostic, severity: "warning" };
    expect(checkProblems("lb-a", release, SECRETS, "0", JSON.stringify([warning]))).toEqual([]);
  });

  it("tells of files that are taken what ends soon on that host alone", () => {
    const message = "the certificate in '/etc/ssl/site.pem' expires in 12 days, on 2026-01-31";
    const ends = { ...diagnostic, severity: "warning", code: "host/certificate-expires", message };
    const lacking = { ...diagnostic, code: "host/no-user", message: "user 'tandem' is not in /etc/passwd" };
    const both = JSON.stringify([lacking, ends]);
    // What the apply brings is no error, and hides nothing.
    expect(
      checkProblems("lb-a", release, SECRETS, "2", both, (code) => code === "host/no-user"),
    ).toMatchObject([{ code: "HOST_CERTIFICATE", severity: "warning", message }]);
    expect(checkProblems("lb-a", release, SECRETS, "0", JSON.stringify([ends]))).toMatchObject([
      { code: "HOST_CERTIFICATE", severity: "warning", message, where: { kind: "host", host: "lb-a" } },
    ]);
  });
});

describe("who has a virtual address", () => {
  const release = makeRelease(
    { sha256: "a".repeat(64), version: "0.1.0" },
    { requires: { peers: ["10.0.0.12/24"] } },
  );
  const record = (exitCode: string, out: string) => ({
    kind: "probe",
    fields: ["eth0", exitCode, out].map((field) => Buffer.from(field)),
  });
  const answer = (mac: string) => JSON.stringify([{ address: "10.0.0.100", mac }]);

  it("is a problem, unless it is the peer or a virtual router", () => {
    const codes = (mac: string, peers: readonly string[]) =>
      probeProblems("lb-a", record("1", answer(mac)), release, peers).map(({ code }) => code);
    expect(codes("52:54:00:00:00:01", [])).toEqual(["HOST_VIP_TAKEN"]);
    expect(codes("52:54:00:AA:00:01", ["52:54:00:aa:00:01"])).toEqual([]);
    expect(codes("00:00:5e:00:01:33", [])).toEqual([]);
    expect(probeProblems("lb-a", record("0", "[]"), release, [])).toEqual([]);
  });

  it("is the pair's other host when the same machine answers for that host's own address", () => {
    const mac = "52:54:00:00:00:02";
    const both = JSON.stringify([
      { address: "10.0.0.100", mac },
      { address: "10.0.0.12", mac },
    ]);
    expect(probeProblems("lb-a", record("1", both), release, [])).toEqual([]);
  });

  it("is a warning when nobody could be asked", () => {
    expect(probeProblems("lb-a", record("2", "no such device"), release, [])).toMatchObject([
      { code: "HOST_PROBE_FAILED", severity: "warning" },
    ]);
  });
});

describe("what the host was before", () => {
  it("is given back only where our value still stands", () => {
    const entry = (key: string, before: string, ours: string) =>
      [key, { path: `/proc/sys/${key}`, before, ours }] as const;
    const baseline = parseBaseline(
      JSON.stringify({
        version: 1,
        sysctls: Object.fromEntries([
          entry("net.ipv4.conf.all.arp_ignore", "0", "1"),
          entry("net.ipv4.ip_forward", "0", "1"),
          entry("theirs", "0", "1"),
          entry("stays", "0", "1"),
          entry("same", "1", "1"),
        ]),
        files: {},
        vips: [],
      }),
    );
    const kept = Object.fromEntries(
      Object.entries(baseline?.sysctls ?? {}).map(([key, { path }]) => [path, key === "theirs" ? "2" : "1"]),
    );
    const { restore, foreign } = givingBack(baseline, kept, new Set(["stays"]));
    // Forwarding first: the kernel resets other parameters with it.
    expect(restore.map(({ key }) => key)).toEqual(["net.ipv4.ip_forward", "net.ipv4.conf.all.arp_ignore"]);
    expect(foreign.map(({ key }) => key)).toEqual(["theirs"]);
    expect(parseBaseline("rubbish")).toBeUndefined();
  });
});
