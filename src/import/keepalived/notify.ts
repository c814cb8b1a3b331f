import { type Field, field, literal, record } from "../document.ts";
import { isCommandLine } from "../words.ts";
import { type Block, keyword } from "./tree.ts";

const NOTIFY: Readonly<Record<string, string>> = {
  notify_master: "master",
  notify_backup: "backup",
  notify_fault: "fault",
  notify_stop: "stop",
  notify: "any",
};

/** Programs to run at a change of state; lines that say more stand as they are. */
export function notifyOf(lines: readonly Block[]): {
  readonly fields: readonly Field[];
  readonly used: readonly Block[];
} {
  const used = lines.filter(
    (line) =>
      NOTIFY[keyword(line)] !== undefined && line.words.length === 2 && isCommandLine(line.words[1] ?? ""),
  );
  const fields = used.map((line) => field(NOTIFY[keyword(line)] ?? "", literal(line.words[1] ?? ""), line));
  return { used, fields: fields.length === 0 ? [] : [field("notify", record(fields))] };
}
