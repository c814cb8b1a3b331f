import { ExitCode, TandemError } from "../../src/diagnostics/index.ts";
import { maskSecrets } from "../../src/host/compare/secrets.ts";
import type { DaemonStatus } from "../../src/host/daemon-status.ts";
import type {
  ApplyOptions,
  Connection,
  Host,
  Observation,
  ObservedFile,
  Shell,
} from "../../src/host/host.ts";
import {
  type ByFile,
  fillSecrets,
  type Release,
  type ReleaseFile,
  type ReleaseFileName,
  type SecretValues,
} from "../../src/render/release.ts";
import { idleStatus } from "../host/idle-status.ts";

interface State {
  release: Release | undefined;
  /** Texts as on the disk, secrets filled in. */
  files: Map<ReleaseFileName, string>;
  sysctls: Map<string, string>;
  active: boolean;
  /** User and group of the proxy are there. */
  proxyUser?: boolean;
}

/** A set of hosts that live in this process: what a test edits by hand is what a read finds. */
export class FakeHosts {
  readonly states = new Map<string, State>();
  readonly calls: string[] = [];
  readonly unreachable = new Set<string>();
  /** VRRP state and reasons by node. */
  readonly vrrp = new Map<string, { state: "MASTER" | "BACKUP" | "FAULT"; reasons: string[] }>();
  /** Node whose apply lasts until it is cancelled. */
  readonly hang = new Set<string>();
  /** Node whose apply is refused, with the reason. */
  readonly refuse = new Map<string, string>();

  /** Node whose packets never arrive, with what the other one refused of them. */
  readonly unheard = new Map<string, Record<string, number>>();
  /** Nodes that were master since the other one's daemon started: an advert of theirs was heard. */
  readonly spoke = new Set(["lb-a", "lb-b"]);

  /** Nobody leads until somebody is asked to. */
  leaderless = false;

  /** Priority by node, where it is not 100. */
  readonly priorities = new Map<string, number>();

  /** The master gives way: the other node is master from now on, and speaks. */
  handedOver(node: string): void {
    const other = [...this.states.keys()].find((name) => name !== node) ?? "";
    this.vrrp.set(node, { state: "BACKUP", reasons: [] });
    this.vrrp.set(other, { state: "MASTER", reasons: [] });
    this.spoke.add(other);
  }

  /** Who was asked to lead does, and is heard. */
  leads(node: string): void {
    this.leaderless = false;
    this.vrrp.set(node, { state: "MASTER", reasons: [] });
    this.spoke.add(node);
  }

  othersLead(node: string): boolean {
    return [...this.vrrp].some(([name, { state }]) => name !== node && state === "MASTER");
  }

  readonly open = (connection: Connection): Host => new FakeHost(this, connection.name);

  state(node: string): State {
    let state = this.states.get(node);
    if (state === undefined) {
      state = { release: undefined, files: new Map(), sysctls: new Map(), active: false };
      this.states.set(node, state);
    }
    return state;
  }
}

class FakeHost implements Host {
  readonly name: string;
  readonly #hosts: FakeHosts;

  constructor(hosts: FakeHosts, name: string) {
    this.#hosts = hosts;
    this.name = name;
  }

  async observe(wanted: Release, secrets: SecretValues): Promise<Observation> {
    this.#call("observe");
    const state = this.#hosts.state(this.name);
    const { release } = state;
    const files: ByFile<ObservedFile> = {};
    for (const [name, file] of Object.entries(wanted.files) as [ReleaseFileName, ReleaseFile][]) {
      const text = state.files.get(name);
      if (text === undefined) continue;
      files[name] = {
        path: file.path,
        mode: release?.files[name]?.mode ?? 0o644,
        owner: "root:root",
        text: maskSecrets(text, file.text, secrets),
        sha256: "",
      };
    }
    return {
      hostname: this.name,
      architecture: "x86_64",
      kernel: "6.1.0",
      files,
      sysctls: Object.fromEntries(
        Object.keys(wanted.sysctls).flatMap((key) => {
          const value = state.sysctls.get(key);
          return value === undefined ? [] : [[key, value]];
        }),
      ),
      service: { enabled: release !== undefined, active: state.active },
      ...(release === undefined
        ? {}
        : { binary: { sha256: release.binary.sha256, intact: true }, releaseId: release.id }),
      interfaces: [],
      ...(state.proxyUser === true ? { proxyUser: true as const } : {}),
      ...(state.active ? { daemon: this.#daemon() } : {}),
    };
  }

  async preflight(_release: Release, _options: ApplyOptions): Promise<void> {
    this.#call("preflight");
    this.#refuse();
  }

  async apply(release: Release, options: ApplyOptions): Promise<Observation> {
    // As on a real host, an apply begins with the preflight.
    this.#call("preflight");
    this.#refuse();
    this.#call("apply");
    if (this.#hosts.hang.has(this.name)) await cancelled(options.signal);
    options.onProgress?.({ step: "swap", message: `to ${release.id}` });
    const state = this.#hosts.state(this.name);
    state.release = release;
    state.active = release.service.active;
    state.files.clear();
    for (const [name, file] of Object.entries(release.files)) {
      state.files.set(name as ReleaseFileName, fillSecrets(file.text, options.secrets));
    }
    for (const [key, value] of Object.entries(release.sysctls)) state.sysctls.set(key, value);
    if (release.files["sysusers.conf"] !== undefined) state.proxyUser = true;
    return this.observe(release, options.secrets);
  }

  async destroy(): Promise<void> {
    this.#call("destroy");
    this.#hosts.states.delete(this.name);
  }

  /** A shell that knows the unit and the status, as a look at the pair needs them. */
  async shell(): Promise<Shell> {
    this.#call("shell");
    const { active } = this.#hosts.state(this.name);
    const answer = (stdout: string, exitCode = 0) => ({ exitCode, stdout: Buffer.from(stdout), stderr: "" });
    const run = async (argv: readonly string[]) => {
      if (argv[0] === "cat") return answer("ExecStart=/opt/tandemd run\n");
      if (argv[1] === "status") return active ? answer(JSON.stringify(this.#daemon())) : answer("", 1);
      this.#call(argv.slice(1).join(" "));
      if (argv[1] === "handover") this.#hosts.handedOver(this.name);
      if (argv[1] === "lead") this.#hosts.leads(this.name);
      return answer("");
    };
    return { name: this.name, run } as unknown as Shell;
  }

  async close(): Promise<void> {
    this.#hosts.calls.push(`${this.name} close`);
  }

  #refuse(): void {
    const reason = this.#hosts.refuse.get(this.name);
    if (reason === undefined) return;
    throw new TandemError([
      {
        code: "HOST_CONFIG_REFUSED",
        severity: "error",
        message: reason,
        where: { kind: "host", host: this.name },
      },
    ]);
  }

  #call(what: string): void {
    if (this.#hosts.unreachable.has(this.name)) {
      throw new TandemError(
        [
          {
            code: "HOST_UNREACHABLE",
            severity: "error",
            message: "no answer within 10 s",
            where: { kind: "host", host: this.name },
          },
        ],
        { exitCode: ExitCode.unreachable },
      );
    }
    this.#hosts.calls.push(`${this.name} ${what}`);
  }

  #daemon(): DaemonStatus {
    const { state, reasons } = this.#hosts.vrrp.get(this.name) ?? {
      state:
        this.name === "lb-a" &&
        this.#hosts.states.size > 1 &&
        !this.#hosts.leaderless &&
        !this.#hosts.othersLead(this.name)
          ? "MASTER"
          : "BACKUP",
      reasons: [],
    };
    const other = this.name === "lb-a" ? "lb-b" : "lb-a";
    const refused = this.#hosts.unheard.get(other);
    const speaks = refused === undefined && this.#hosts.spoke.has(other);
    const held = state === "MASTER" ? ["10.0.0.100/24"] : [];
    return {
      ...idleStatus,
      vrrp: {
        instances: [
          {
            name: "VI_1",
            state,
            reasons,
            interface: "eth0",
            virtualRouterId: 51,
            version: 3,
            family: "ipv4",
            priority: 100,
            effectivePriority: this.#hosts.priorities.get(this.name) ?? 100,
            advertIntervalMs: 1000,
            addresses: ["10.0.0.100/24"],
            held,
            master: null,
            lastAdvertHeardMs: null,
            peers: [
              {
                address: "10.0.0.99",
                state: null,
                priority: null,
                lastAdvertHeardMs: speaks ? 100 : null,
                lastReportMs: refused === undefined && !this.#hosts.leaderless ? 200 : null,
                heardUsMs: null,
                hearsUs: null,
                addressListDiffers: false,
              },
            ],
            packetErrors: refused ?? {},
            since: 0,
            transitions: 0,
            counters: {},
          },
        ],
      },
      proxy: null,
    };
  }
}

function cancelled(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
