import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pulumi, tandemd } from "../../../lab/setup/paths.ts";
import type { PairInput, StackInput } from "../../../src/stack/index.ts";
import { type CliRun, runCli } from "../../cli/run-cli.ts";
import { Project } from "../provider/project.ts";
import { NAMES, type Pair, startPair, VIP } from "./pair.ts";

/** What an operator would have to keep to himself, each in another way in which a definition can refer to it. */
const WORDS = {
  // What keepalived takes of a password are its first eight characters.
  "vrrp password": "Wq4grain",
  "statistics password": "granary-mill-7dv5",
  "key passphrase": "barley-and-rye-2kx8",
  "state's passphrase": "a passphrase for tests",
  "password set by hand on a host": "oatmeal-4nf9",
  "password of an imported file": "semolina-6pw1",
  "password that does not fit": "buckwheat-is-much-too-long",
} as const;

/** A pair with secrets of every kind, and a project that has them: nothing that it shows may tell one. */
export class Planted {
  readonly pair: Pair;
  readonly project = new Project();
  readonly #words: Readonly<Record<string, string>>;

  private constructor(pair: Pair) {
    this.pair = pair;
    const { dir } = pair.machines["lb-a"];
    const at = (name: string) => join(dir, name);
    const key = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "90",
    ];
    const out = ["-subj", "/CN=site.example", "-keyout", at("key.pem"), "-out", at("cert.pem")];
    execFileSync("openssl", [...key, ...out], { stdio: "ignore" });
    const pass = WORDS["key passphrase"];
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", pass, "-f", at("id_locked")]);
    this.#words = { ...WORDS, "certificate key": readFileSync(at("key.pem"), "utf8").split("\n")[1] ?? "" };
    // The program of a rollout runs in this process.
    process.env.PLANTED_VRRP = WORDS["vrrp password"];
    process.env.PLANTED_PASSPHRASE = pass;
    Object.assign(this.project.environment, {
      TANDEM_BINARY: tandemd,
      TANDEM_PULUMI: pulumi(),
      PLANTED_VRRP: WORDS["vrrp password"],
      PLANTED_PASSPHRASE: pass,
    });
    mkdirSync(join(this.project.folder, "stacks"));
    this.project.write("index.ts", "");
  }

  static async start(): Promise<Planted> {
    const planted = new Planted(await startPair());
    const { dir } = planted.pair.machines["lb-a"];
    const keys = ["id", "id_locked"].map((name) => readFileSync(join(dir, `${name}.pub`), "utf8").trim());
    for (const name of NAMES)
      await planted.pair.machines[name].sh(
        `printf '%s\\n' '${keys.join("' '")}' >>/root/.ssh/authorized_keys`,
      );
    return planted;
  }

  /** A word by what it is. */
  word(name: keyof typeof WORDS): string {
    return WORDS[name];
  }

  /** Names of the planted words that a text gives away. */
  leaksIn(text: string): readonly string[] {
    return Object.keys(this.#words).filter((name) => text.includes(this.#words[name] ?? "?"));
  }

  /** Writes a definition under stacks/. */
  write(name: string, change: (pair: PairInput) => PairInput = (pair) => pair): void {
    const stack = this.#stack();
    const [pair] = stack.pairs;
    if (pair === undefined) throw new RangeError("the stack has a pair");
    const text = JSON.stringify({ ...stack, pairs: [change(pair)] });
    this.project.write(`stacks/${name}.ts`, `export const stack = ${text};\n`);
  }

  #stack(): StackInput {
    const { dir } = this.pair.machines["lb-a"];
    const file = (name: string) => ({ kind: "file", path: join(dir, name) }) as const;
    const stack = this.pair.stack();
    const [pair] = stack.pairs;
    const [instance] = pair?.vrrpInstances ?? [];
    if (pair === undefined || instance === undefined) throw new RangeError("the pair has an instance");
    const passphrase = { kind: "env", name: "PLANTED_PASSPHRASE" } as const;
    const key = { kind: "privateKeyFile", path: join(dir, "id_locked"), passphrase } as const;
    const change = {
      nodes: pair.nodes.map((node) => ({ ...node, ssh: { ...node.ssh, authentication: [key] } })),
      certificates: [
        { kind: "secret", name: "site", certificate: file("cert.pem"), privateKey: file("key.pem") },
      ],
      vrrpInstances: [
        { ...instance, authentication: { kind: "PASS", password: { kind: "env", name: "PLANTED_VRRP" } } },
      ],
      statistics: {
        users: [{ name: "admin", password: { kind: "plain", value: WORDS["statistics password"] } }],
      },
      frontends: [
        ...(pair.frontends ?? []),
        {
          name: "tls",
          mode: "http",
          binds: [{ address: VIP, port: 443, tls: { certificates: ["site"] } }],
          defaultBackend: "web",
        },
      ],
    };
    return { ...stack, pairs: [{ ...pair, ...change } as unknown as PairInput] };
  }

  run(...argv: string[]): Promise<CliRun> {
    const env = Object.entries(this.project.environment).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return runCli(argv, { cwd: this.project.folder, env: Object.fromEntries(env) });
  }

  /** The text of a file that a command wrote. */
  file(name: string): string {
    return readFileSync(join(this.project.folder, name), "utf8");
  }

  /** Everything that Pulumi keeps. */
  state(): string {
    const folder = join(this.project.folder, "state");
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, "utf8"))
      .join("\n");
  }

  /**
   * Arguments of processes of both hosts and of this machine that have a planted word in them while something is
   * done, or one of those words that have to be seen there.
   */
  async processesDuring<T>(seen: readonly string[], what: () => Promise<T>): Promise<readonly [T, string]> {
    const words = [...Object.values(this.#words), ...seen].join("\n");
    const look = (file: string) =>
      `while [ ! -e ${file}.enough ]; do cat /proc/[0-9]*/cmdline; sleep 0.05; done 2>/dev/null |
        tr '\\0' '\\n' | grep -aFf ${file}.words >${file}; : >${file}.done`;
    const [here, there] = [join(this.project.folder, "processes"), "/run/processes"];
    const machines = Object.values(this.pair.machines);
    for (const machine of machines) {
      await machine.sh(`printf '%s' '${words}' >${there}.words`);
      await machine.sh(`(${look(there)}) >/dev/null 2>&1 &`);
    }
    writeFileSync(`${here}.words`, words);
    const own = spawn("sh", ["-c", look(here)], { stdio: "ignore" });
    const gone = new Promise((resolve) => own.once("exit", resolve));
    const done = await what();
    writeFileSync(`${here}.enough`, "");
    await gone;
    const found = await Promise.all(
      machines.map((machine) =>
        machine.sh(
          `: >${there}.enough; while [ ! -e ${there}.done ]; do sleep 0.02; done; sort -u ${there}; rm ${there}*`,
        ),
      ),
    );
    return [done, [readFileSync(here, "utf8"), ...found].join("\n")];
  }

  async stop(): Promise<void> {
    delete process.env.PLANTED_VRRP;
    delete process.env.PLANTED_PASSPHRASE;
    this.project.remove();
    await this.pair.stop();
  }
}
