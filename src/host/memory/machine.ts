import {
  type ByFile,
  fillSecrets,
  type Release,
  type ReleaseFileName,
  type SecretValues,
} from "../../render/index.ts";
import type { Setting } from "../apply/baseline.ts";
import type { Plan } from "../apply/plan.ts";
import type { DaemonStatus } from "../daemon-status.ts";
import type { ObservedInterface } from "../host.ts";
import { binaryPath, fileNames, procPath } from "../layout.ts";
import type { HostFacts, ProxyUser, RawFile } from "../observe/facts.ts";
import { sha256 } from "../observe/observe.ts";

export interface MemoryMachineOptions {
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly interfaces?: readonly ObservedInterface[];
  /** Who has the name of the proxy's user. */
  readonly proxyUser?: ProxyUser;
  /** What the daemon tells beside what it runs. */
  readonly status?: (texts: Readonly<Record<string, string>>) => Partial<DaemonStatus>;
}

interface State {
  readonly files: Readonly<ByFile<RawFile>>;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly active: boolean;
  readonly binary?: string;
  readonly link?: string;
  readonly baseline?: string;
  readonly proxyUser?: ProxyUser;
  /** What is said of the last release that could not be taken over. */
  readonly failed?: string;
  /** The texts that the running daemon has read. */
  readonly running: Readonly<Record<string, string>>;
  readonly generation: number;
}

const ETHERNET: ObservedInterface = {
  name: "eth0",
  up: true,
  mac: "02:00:00:00:00:01",
  addresses: ["10.0.0.11/24"],
};

/** What a host consists of, as far as an apply and a drift can touch it. */
export class MemoryMachine {
  readonly #options: MemoryMachineOptions;
  #state: State;

  constructor(options: MemoryMachineOptions) {
    this.#options = options;
    const sysctls = { "net.ipv4.ip_forward": "0", "net.ipv4.ip_nonlocal_bind": "0", ...options.sysctls };
    const { proxyUser } = options;
    this.#state = {
      ...{ files: {}, sysctls, enabled: false, active: false, running: {}, generation: 0 },
      ...(proxyUser === undefined ? {} : { proxyUser }),
    };
  }

  /** What systemd-sysusers and userdel do; no way back touches it. */
  setProxyUser(proxyUser: ProxyUser | undefined): void {
    const { proxyUser: _, ...state } = this.#state;
    this.#state = { ...state, ...(proxyUser === undefined ? {} : { proxyUser }) };
  }

  /** Edits a file by hand; the daemon goes on with what it has read. */
  editFile(name: ReleaseFileName, edit: (text: string) => string): void {
    const file = this.#state.files[name];
    if (file === undefined) throw new RangeError(`there is no ${name} on this host`);
    const bytes = Buffer.from(edit(file.bytes.toString()));
    this.#change({ files: { ...this.#state.files, [name]: { ...file, bytes } } });
  }

  setSysctl(key: string, value: string): void {
    this.#change({ sysctls: { ...this.#state.sysctls, [key]: value } });
  }

  sysctl(key: string): string | undefined {
    return this.#state.sysctls[key];
  }

  setService(service: { readonly enabled?: boolean; readonly active?: boolean }): void {
    this.#change(service);
  }

  save(): State {
    return this.#state;
  }

  restore(state: State): void {
    this.#state = state;
  }

  /** Remembers what could not be taken over, until something is. */
  keepFailed(release: Release, by: string, reason: string): void {
    this.#change({ failed: `release: ${release.id}\nby: ${by}\nat: 2026-01-31T12:00:00Z\n\n${reason}\n` });
  }

  confirm(): void {
    const { failed: _, ...state } = this.#state;
    this.#state = state;
  }

  takeOver(release: Release, plan: Plan, secrets: SecretValues): void {
    const entries = fileNames(release.files).flatMap((name) => {
      const file = release.files[name];
      if (file === undefined) return [];
      const bytes = Buffer.from(fillSecrets(file.text, secrets));
      return [[name, { mode: file.mode, owner: "root:root", bytes }] as const];
    });
    const texts = Object.fromEntries(entries.map(([name, { bytes }]) => [name, bytes.toString()]));
    const reads = plan.action !== "none";
    this.#change({
      files: Object.fromEntries(entries),
      sysctls: {
        ...this.#state.sysctls,
        ...Object.fromEntries(plan.set.map(({ key, value }) => [key, value])),
      },
      enabled: release.service.enabled,
      active: release.service.active,
      binary: release.binary.sha256,
      baseline: JSON.stringify(plan.baseline),
      ...(plan.releasePath === undefined ? {} : { link: plan.releasePath }),
      ...(reads ? { running: texts, generation: this.#state.generation + 1 } : {}),
    });
  }

  clear(restore: readonly Setting[]): void {
    const given = Object.fromEntries(restore.map(({ key, value }) => [key, value]));
    const { proxyUser } = this.#state;
    const sysctls = { ...this.#state.sysctls, ...given };
    this.#state = {
      ...{ files: {}, sysctls, enabled: false, active: false, running: {}, generation: 0 },
      ...(proxyUser === undefined ? {} : { proxyUser }),
    };
  }

  /** What the observe script would have said. */
  facts(wanted?: Release): HostFacts {
    const { files, sysctls, enabled, active, binary, link, baseline, failed, proxyUser } = this.#state;
    const daemon = active ? this.#daemon() : undefined;
    const keys = Object.keys(wanted?.sysctls ?? {});
    return {
      hostname: "memory",
      kernel: "6.1.0",
      architecture: "x86_64",
      files,
      sysctls: Object.fromEntries(keys.flatMap((key) => (key in sysctls ? [[key, sysctls[key] ?? ""]] : []))),
      kept: Object.fromEntries(Object.entries(sysctls).map(([key, value]) => [procPath(key), value])),
      unit: {
        UnitFileState: enabled ? "enabled" : "disabled",
        ActiveState: active ? "active" : "inactive",
      },
      interfaces: this.#options.interfaces ?? [ETHERNET],
      releases: link === undefined ? [] : [link],
      stale: [],
      ...(link === undefined ? {} : { link }),
      ...(binary === undefined ? {} : { binary: { path: binaryPath(binary), sha256: binary } }),
      ...(daemon === undefined ? {} : { daemon, speaks: daemon }),
      ...(baseline === undefined ? {} : { baseline }),
      ...(proxyUser === undefined ? {} : { proxyUser }),
      ...(failed === undefined ? {} : { failed }),
    };
  }

  #daemon(): DaemonStatus {
    const { running, generation } = this.#state;
    const digest = (name: string) => (running[name] === undefined ? null : sha256(running[name]));
    return {
      version: "0.1.0",
      commit: "memory",
      protocol: 1,
      pid: 1,
      startedAt: 0,
      configuration: {
        generation,
        haproxySha256: digest("haproxy.cfg"),
        keepalivedSha256: digest("keepalived.conf"),
        loadedAt: 0,
      },
      processes: [],
      vrrp: running["keepalived.conf"] === undefined ? null : { instances: [] },
      proxy: running["haproxy.cfg"] === undefined ? null : { frontends: [], backends: [] },
      ...this.#options.status?.(running),
    };
  }

  #change(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
  }
}
