import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Problem } from "../../diagnostics/index.ts";
import type { PairEvent } from "../run/driver.ts";

const COLOURS = /<\{%[^%]*%\}>/g;

/** Follows Pulumi's events of one update: what happens to which pair, and what went wrong. */
export class EngineLog {
  readonly #pairs: readonly string[];
  readonly #onEvent: (event: PairEvent) => void;
  readonly #errors = new Map<string, string[]>();
  /** Resources that a preview would change, as `update web-1-lb-a`. */
  readonly changes: string[] = [];

  constructor(pairs: readonly string[], onEvent: (event: PairEvent) => void) {
    this.#pairs = [...pairs].sort((a, b) => b.length - a.length);
    this.#onEvent = onEvent;
  }

  readonly take = (event: EngineEvent): void => {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent } = event;
    if (resourcePreEvent !== undefined) {
      const { op, urn } = resourcePreEvent.metadata;
      if (!["same", "refresh", "read"].includes(op)) {
        if (!urn.includes("::pulumi:")) this.changes.push(`${op} ${nameOf(urn)}`);
        this.#tell(urn, "running", op);
      }
    }
    if (resOutputsEvent !== undefined) {
      const { op, urn } = resOutputsEvent.metadata;
      if (!["same", "refresh", "read"].includes(op)) this.#tell(urn, "done", op);
    }
    if (resOpFailedEvent !== undefined) {
      const { op, urn } = resOpFailedEvent.metadata;
      this.#tell(urn, "failed", op);
    }
    if (diagnosticEvent !== undefined) this.#diagnostic(diagnosticEvent);
  };

  #diagnostic(event: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    const { severity, urn, message, ephemeral } = event;
    const text = message.replace(COLOURS, "").trim();
    if (text === "") return;
    if (severity === "error") {
      const about = urn ?? "";
      this.#errors.set(about, [...(this.#errors.get(about) ?? []), text]);
    } else if (ephemeral === true && urn !== undefined) this.#tell(urn, "note", text);
  }

  #tell(urn: string, state: PairEvent["state"], text: string): void {
    const name = nameOf(urn);
    const pair = this.#pairs.find((candidate) => name === candidate || name.startsWith(`${candidate}-`));
    if (pair === undefined) return;
    const part = name === pair ? "" : name.slice(pair.length + 1);
    // The component itself is nothing that happens on a host.
    if (part !== "") this.#onEvent({ pair, part, state, text });
  }

  /** What went wrong, by resource; that the update failed as a whole is told by those. */
  problems(stage: string, failure: unknown): Problem[] {
    const named = [...this.#errors].filter(([, texts]) => texts.some((text) => text !== "update failed"));
    if (named.length === 0) return [shipFailed(`stage ${stage}: ${plain(failure)}`)];
    return named.map(([urn, texts]) =>
      shipFailed(`stage ${stage}: ${urn === "" ? "" : `${nameOf(urn)}: `}${texts.join("; ")}`),
    );
  }
}

function shipFailed(message: string): Problem {
  return {
    code: "ROLLOUT_SHIP_FAILED",
    severity: "error",
    message,
    why: "nothing after it was touched",
    hint: "repair what it names; `tandem rollout run` goes on with the pairs that are left",
  };
}

/** The text of a failed command, without the command line. */
export function plain(failure: unknown): string {
  const text = failure instanceof Error ? failure.message : String(failure);
  const stderr = /stderr:([\s\S]*?)(?:\n err\?:|$)/.exec(text)?.[1] ?? text;
  return stderr.replace(COLOURS, "").trim();
}

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);
