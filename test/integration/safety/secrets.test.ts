import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tandemd } from "../../../lab/setup/paths.ts";
import { openHost, type Progress } from "../../../src/host/index.ts";
import { type Release, sha256 } from "../../../src/render/index.ts";
import { runJob, type TimedJob } from "./job.ts";
import { type Machine, startMachine } from "./machine.ts";
import { type Executable, executables, releaseThatSays } from "./releases.ts";

const built = existsSync(tandemd);

let machine: Machine;
let program: Executable;
/** By what an operator would call it; of a key the first line of its body. */
let planted: Readonly<Record<string, string>>;
let secrets: Readonly<Record<string, string>>;

const PASSPHRASE = "planted-passphrase-9kq2";

/** A release with a password of VRRP, one of the statistics page, and a certificate with its key. */
function release(says: string, more = ""): Release {
  const tls = `    bind 127.0.0.1:8443 ssl crt /etc/tandem/current/site.pem
    stats enable
    stats auth admin:@@secret:web.stats@@${more}
`;
  const { files, ...rest } = releaseThatSays(says, program, tls);
  const text = "@@secret:web.certificate@@\n";
  const pem = { path: "/etc/tandem/current/site.pem", mode: 0o600, text, sha256: sha256(text) };
  return { ...rest, files: { ...files, "site.pem": pem } };
}

const job = (wanted: Release): TimedJob => ({ kind: "apply", release: wanted, executable: program, secrets });
const connection = () =>
  machine.connection({
    auth: [{ kind: "privateKeyFile", path: join(machine.dir, "id_locked"), passphrase: PASSPHRASE }],
  });
/** Names of the planted secrets that a text gives away. */
const leaksIn = (text: string) => Object.keys(planted).filter((name) => text.includes(planted[name] ?? "?"));

beforeAll(async () => {
  if (!built) return;
  machine = await startMachine();
  [program] = executables(machine.dir);
  const at = (name: string) => join(machine.dir, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", PASSPHRASE, "-f", at("id_locked")]);
  await machine.sh(`echo '${readFileSync(at("id_locked.pub"), "utf8").trim()}' >>/root/.ssh/authorized_keys`);
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"],
      ...["-subj", "/CN=site.example", "-keyout", at("key.pem"), "-out", at("cert.pem")],
    ],
    { stdio: "ignore" },
  );
  const key = readFileSync(at("key.pem"), "utf8");
  secrets = {
    "web.auth_pass": "Vp7planted",
    "web.stats": "planted-stats-4hz8",
    "web.certificate": `${readFileSync(at("cert.pem"), "utf8")}${key}`.trim(),
  };
  planted = {
    // What keepalived takes of a password are its first eight characters.
    "vrrp password": "Vp7plant",
    "statistics password": "planted-stats-4hz8",
    "certificate key": key.split("\n")[1] ?? "",
    "key passphrase": PASSPHRASE,
  };
});
afterAll(() => machine?.stop());

/** Runs a controller in a process of its own; returns what it printed, and its arguments and environment. */
async function watched(wanted: TimedJob): Promise<string> {
  const path = new URL("./run-child.mts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--import", "tsx", path], { stdio: ["pipe", "pipe", "pipe"] });
  let seen = "";
  child.stdout.on("data", (chunk: Buffer) => {
    seen += chunk.toString();
    for (const part of ["cmdline", "environ"]) {
      const file = `/proc/${child.pid}/${part}`;
      if (existsSync(file)) seen += readFileSync(file, "latin1");
    }
  });
  child.stderr.on("data", (chunk: Buffer) => {
    seen += chunk.toString();
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.stdin.end(JSON.stringify({ job: wanted, connection: connection() }));
  expect(await exited, seen).toBe(0);
  return seen;
}

/** Everything that the host's processes show of themselves while something is done. */
async function processesDuring<T>(what: () => Promise<T>): Promise<readonly [T, string]> {
  await machine.sh(
    "(while [ ! -e /run/enough ]; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ; done >/run/processes 2>/dev/null; rm /run/enough) >/dev/null 2>&1 &",
  );
  const done = await what();
  const shown = await machine.sh(
    ": >/run/enough; while [ -e /run/enough ]; do :; done; tr '\\0' '\\n' </run/processes | sort -u; rm /run/processes",
  );
  return [done, shown];
}

describe.skipIf(!built)(
  `secrets (${built ? "a real sshd and daemon" : "skipped: dist/tandemd is not built"})`,
  () => {
    it("are in no process list, environment, output or event of either side while a release is brought", async () => {
      const [seen, shown] = await processesDuring(() => watched(job(release("one"))));
      expect(seen).toContain("confirm");
      expect(shown).toContain("systemctl");
      expect(leaksIn(seen)).toEqual([]);
      expect(leaksIn(shown)).toEqual([]);
    });

    it("are not in errors: of the daemon's check at their very line, of a switch that fails", async () => {
      const events: Progress[] = [];
      for (const [bad, code] of [
        [release("two", " and more"), "HOST_CONFIG_REFUSED"],
        [release("two", "\nfrontend taken\n    bind 127.0.0.1:9999"), "HOST_SWITCH_FAILED"],
      ] as const) {
        const error: unknown = await runJob(job(bad), connection(), (event) => events.push(event)).catch(
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({ code });
        expect(leaksIn(`${JSON.stringify(error)} ${String(error)} ${(error as Error).stack}`)).toEqual([]);
      }
      expect(leaksIn(JSON.stringify(events))).toEqual([]);
    });

    it("are not in what is observed, and so not in any state, report or preview", async () => {
      const host = openHost(connection());
      try {
        const observed = JSON.stringify(await host.observe(release("one"), secrets));
        expect(observed).toContain("@@secret:web.stats@@");
        expect(leaksIn(observed)).toEqual([]);
      } finally {
        await host.close();
      }
    });

    it("are on the host in files of releases and of the last failed one alone, which only root can read", async () => {
      const patterns = Object.values(planted)
        .map((secret) => `-e '${secret}'`)
        .join(" ");
      const found = await machine.sh(
        `grep -rlF ${patterns} /etc /opt /var/lib/tandem /var/log /var/tmp /tmp /run/journal /run/*.lock /root/.ssh 2>/dev/null | while read -r path; do stat -c '%n %a %U' "$path"; done`,
      );
      const lines = found.split("\n").sort();
      expect(lines.map((line) => line.replace(/releases\/[0-9a-f.]+/, "releases/ID"))).toEqual([
        "/etc/tandem/releases/ID/haproxy.cfg 640 root",
        "/etc/tandem/releases/ID/keepalived.conf 640 root",
        "/etc/tandem/releases/ID/site.pem 600 root",
        "/var/lib/tandem/failed/release/haproxy.cfg 640 root",
        "/var/lib/tandem/failed/release/keepalived.conf 640 root",
        "/var/lib/tandem/failed/release/site.pem 600 root",
      ]);
      expect(await machine.sh("stat -c %a /var/lib/tandem /var/lib/tandem/failed")).toBe("700\n700");
    });
  },
);
