import type { Problem } from "../../diagnostics/index.ts";
import type { Release } from "../../render/index.ts";
import { hostProblem } from "../problem.ts";
import { type ScriptRecord, text } from "../script.ts";
import { collides, parseListener } from "./listeners.ts";

/** A process that listens where a frontend shall. */
export function portProblem(host: string, release: Release, record: ScriptRecord): readonly Problem[] {
  const [local, pid, name, unit] = [text(record, 0), text(record, 1), text(record, 2), text(record, 3)];
  const listener = parseListener(local);
  const wanted = release.requires.listens.find(
    (listen) => listener !== undefined && collides(listen, listener),
  );
  if (wanted === undefined) return [];
  const who = `${name || "a process"}${pid === "" ? "" : ` (pid ${pid}${unit === "" ? "" : `, ${unit}`})`}`;
  return [
    hostProblem(
      host,
      "HOST_PORT_IN_USE",
      `${local} is in use by ${who}; frontend ${wanted.frontend} needs it`,
      {
        why: "the frontend could not listen",
        hint:
          unit === ""
            ? `stop ${name || "it"}, or choose another port`
            : `systemctl disable --now ${unit}, or choose another port`,
      },
    ),
  ];
}

/** A keepalived or haproxy that is not ours. */
export function foreignProblem(host: string, record: ScriptRecord): Problem {
  const [pid, name, unit] = [text(record, 0), text(record, 1), text(record, 2)];
  return hostProblem(
    host,
    "HOST_FOREIGN_DAEMON",
    `${name} runs already (pid ${pid}${unit === "" ? "" : `, ${unit}`})`,
    {
      why: "two daemons would fight for the same addresses and ports",
      hint:
        unit === ""
          ? `stop it: kill ${pid}`
          : `let it give way (takeOver: true of the pair), or take it out of service: systemctl disable --now ${unit}`,
    },
  );
}
