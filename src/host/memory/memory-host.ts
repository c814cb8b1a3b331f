import { ExitCode, type Problem, TandemError } from "../../diagnostics/index.ts";
import { PROXY_USER, type Release, type SecretValues } from "../../render/index.ts";
import { givingBack, parseBaseline } from "../apply/baseline.ts";
import { reasonText, withPlace } from "../apply/failed-copy.ts";
import { makePlan } from "../apply/plan.ts";
import { statusReasons } from "../apply/self-check.ts";
import { describeDifference, diffObservation } from "../compare/differences.ts";
import type { ApplyOptions, Host, Observation, Shell } from "../host.ts";
import { toObservation } from "../observe/observe.ts";
import {
  interfaceProblems,
  ownAddressProblems,
  proxyUserProblems,
  sysctlProblems,
} from "../preflight/requirements.ts";
import { hostError, hostProblem } from "../problem.ts";
import { newerDaemon } from "../skew.ts";
import { MemoryMachine, type MemoryMachineOptions } from "./machine.ts";
import { type MemoryProgram, MemoryShell } from "./memory-shell.ts";

export interface MemoryHostOptions extends MemoryMachineOptions {
  readonly name?: string;
  /** What `tandemd check` would say to the files. */
  readonly check?: (release: Release) => readonly Problem[];
  readonly programs?: Readonly<Record<string, MemoryProgram>>;
}

/** A host in memory, with what a test may do to it by hand. */
export interface MemoryHost extends Host {
  readonly machine: MemoryMachine;
  /** From now on every call fails as it does when nobody answers. */
  unreachable: boolean;
  /** Who holds the host's lock, when somebody else does. */
  lockedBy: string | undefined;
}

/**
 * The twin of a host over SSH: same plan, same comparison, same errors, without a machine.
 * An apply works on a copy that replaces the machine's state only when it has proved itself.
 */
export function createMemoryHost(options: MemoryHostOptions = {}): MemoryHost {
  return new InMemory(options);
}

class InMemory implements MemoryHost {
  readonly name: string;
  readonly machine: MemoryMachine;
  unreachable = false;
  lockedBy: string | undefined;
  readonly #options: MemoryHostOptions;

  constructor(options: MemoryHostOptions) {
    this.name = options.name ?? "memory";
    this.#options = options;
    this.machine = new MemoryMachine(options);
  }

  async observe(wanted: Release, secrets: SecretValues): Promise<Observation> {
    this.#reach();
    return toObservation(this.machine.facts(wanted), wanted, secrets);
  }

  async preflight(release: Release, options: ApplyOptions): Promise<void> {
    this.#reach();
    options.signal?.throwIfAborted();
    const problems = this.#refusals(release);
    if (problems.length > 0) throw new TandemError(problems);
  }

  async apply(release: Release, options: ApplyOptions): Promise<Observation> {
    const tell = (step: string, message: string) => options.onProgress?.({ step, message });
    const before = await this.observe(release, options.secrets);
    const differences = diffObservation(release, before);
    if (differences.length === 0) {
      tell("done", "nothing to change");
      return before;
    }
    this.#lock();
    for (const difference of differences) tell("compare", describeDifference(difference));
    tell("preflight", "checking what the release needs of the host");
    options.signal?.throwIfAborted();
    const refused = this.#refusals(release);
    if (refused.length > 0) {
      if (!refused.some(({ code }) => code === "HOST_CONFIG_REFUSED")) throw new TandemError(refused);
      this.machine.keepFailed(release, options.owner, reasonText(refused));
      throw new TandemError(refused.map((problem, i) => (i === 0 ? withPlace(problem) : problem)));
    }
    const plan = makePlan(release, this.machine.facts(release), differences);
    if (plan.upload) tell("upload", `sending tandemd ${release.binary.version}`);
    tell("stage", `staging release ${release.id}`);
    if (plan.makeUser) {
      tell("user", `making user and group ${PROXY_USER}, as which the proxy runs`);
      this.machine.setProxyUser({ number: 998, shell: "/usr/sbin/nologin", grouped: true });
    }
    tell("switch", `taking over release ${release.id}`);
    const saved = this.machine.save();
    this.machine.takeOver(release, plan, options.secrets);
    tell("self-check", "waiting until the host runs what it was given");
    const status = this.machine.facts(release).daemon;
    const reasons =
      status === undefined ? [] : statusReasons(release, options.secrets, status, before.daemon).reasons;
    if (reasons.length > 0) {
      tell("rollback", "going back to what the host was");
      this.machine.restore(saved);
      const problems = reasons.map((reason) => hostProblem(this.name, "HOST_SELF_CHECK_FAILED", reason));
      this.machine.keepFailed(release, options.owner, reasonText(problems));
      const back = hostProblem(this.name, "HOST_ROLLED_BACK", "the host is as it was before", {
        severity: "warning",
      });
      throw new TandemError([...problems, withPlace(back)]);
    }
    tell("confirm", "confirming over a new connection");
    this.machine.confirm();
    tell("done", `runs release ${release.id}`);
    return await this.observe(release, options.secrets);
  }

  async destroy(options: Pick<ApplyOptions, "owner" | "onProgress" | "signal">): Promise<void> {
    this.#reach();
    options.signal?.throwIfAborted();
    this.#lock();
    const facts = this.machine.facts();
    const { restore, foreign } = givingBack(parseBaseline(facts.baseline), facts.kept, new Set());
    for (const { key, value } of foreign) {
      options.onProgress?.({
        step: "destroy",
        message: `sysctl ${key} stays ${value}: somebody else has set it since`,
      });
    }
    this.machine.clear(restore);
  }

  async shell(): Promise<Shell> {
    const { programs } = this.#options;
    return new MemoryShell({
      name: this.name,
      reach: () => this.#reach(),
      ...(programs === undefined ? {} : { programs }),
    });
  }

  async close(): Promise<void> {}

  #refusals(release: Release): readonly Problem[] {
    const facts = this.machine.facts(release);
    const newer = newerDaemon(this.name, facts.speaks);
    return [
      ...(newer === undefined ? [] : [newer]),
      ...interfaceProblems(this.name, release, facts),
      ...sysctlProblems(this.name, release, facts),
      ...proxyUserProblems(this.name, release, facts),
      ...ownAddressProblems(this.name, release, facts),
      ...(this.#options.check?.(release) ?? []),
    ].filter(({ severity }) => severity === "error");
  }

  #reach(): void {
    if (!this.unreachable) return;
    throw hostError(this.name, "HOST_UNREACHABLE", `${this.name} did not answer within 10 s`);
  }

  #lock(): void {
    if (this.lockedBy === undefined) return;
    throw new TandemError([hostProblem(this.name, "HOST_LOCKED", `locked by ${this.lockedBy}`)], {
      exitCode: ExitCode.failed,
    });
  }
}
