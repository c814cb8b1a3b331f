import { formatProblem } from "../../diagnostics/index.ts";
import type { RolloutEvent, Timed } from "../../rollout/index.ts";

/** An event as a line of an append-only log; undefined for what only a live view shows. */
export function logLine(event: Timed<RolloutEvent>): string | undefined {
  const text = describe(event);
  return text === undefined ? undefined : `${event.at} ${text}`;
}

function describe(event: RolloutEvent): string | undefined {
  switch (event.kind) {
    case "run":
      return `${event.resumed ? "goes on with" : "begins"} run ${event.run} of ${event.rollout}, by ${event.owner}`;
    case "stage":
      return `${event.stage}: ${event.state}, release ${event.release}${event.text === "" ? "" : `: ${event.text}`}`;
    case "wave":
      return `${event.stage}: ${event.back ? "back" : `wave ${event.wave + 1}`}: ${event.pairs.join(", ")}`;
    case "pair":
      return event.state === "note" && event.part !== ""
        ? undefined
        : `${event.stage}: ${event.pair}${event.part === "" ? "" : ` ${event.part}`}: ${event.state === "note" ? "" : `${event.state} `}${event.text}`;
    case "gate":
      return event.state === "note"
        ? undefined
        : `${event.stage}: gate ${event.gate}: ${event.state}${event.text === "" ? "" : `: ${event.text}`}`;
    case "problem":
      return `${event.stage}: ${formatProblem(event.problem)}`;
    case "end":
      return `${event.outcome}: ${event.text}`;
  }
}
