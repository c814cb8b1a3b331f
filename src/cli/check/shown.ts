import type { Problem } from "../../diagnostics/index.ts";
import type { Printer } from "../printer.ts";
import { codeOf, type Finding, type Place, type Told } from "./report.ts";

/** A finding of two files, with the lines that it is about. */
export function shown(found: Told, c: Printer["colors"]): string {
  if (found.silenced !== undefined)
    return c.dim(`silenced[${codeOf(found)}]: ${found.message}\n  reason: ${found.silenced}`);
  const paint = found.severity === "error" ? c.red : c.yellow;
  const lines = [`${paint(`${found.severity}[${found.rule ?? found.code}]`)}: ${found.message}`];
  for (const at of found.places) lines.push(...excerpt(at, c));
  if (found.why !== null) lines.push(`  ${c.dim("why:")} ${found.why}`);
  if (found.suggestion !== null) lines.push(`  ${c.cyan("fix:")} ${found.suggestion}`);
  return lines.join("\n");
}

/** The line as it may be shown, with a caret under the place; tabs stay tabs, so that it fits. */
function excerpt(at: Place, c: Printer["colors"]): string[] {
  const number = String(at.line);
  const gutter = " ".repeat(number.length);
  const blank = [...at.source]
    .slice(0, at.column - 1)
    .map((char) => (char === "\t" ? "\t" : " "))
    .join("");
  const room = Math.max(1, Math.min(at.length, [...at.source].length - at.column + 1));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would move the caret or the terminal
  const source = at.source.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "\ufffd");
  return [
    ` ${gutter}--> ${c.bold(`${at.file}:${at.line}:${at.column}`)}`,
    ` ${gutter} |`,
    ` ${number} | ${source}`,
    ` ${gutter} | ${blank}${c.cyan(`^${"~".repeat(room - 1)}`)}`,
  ];
}

/** How many there are, and where more is told of the first rule. */
export function summary(findings: readonly (Told | Problem)[]): string {
  const of = (severity: Finding["severity"]) => findings.filter((f) => f.severity === severity).length;
  const many = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
  if (findings.length === 0) return "no problem";
  const rules = [
    ...new Set(findings.flatMap((found) => ("rule" in found && found.rule !== null ? [found.rule] : []))),
  ];
  const more = rules.length === 0 ? "" : `; more: tandem explain ${rules[0]}`;
  return `${many(of("error"), "error")}, ${many(of("warning"), "warning")}${more}`;
}
