import { explainCode, type Problem } from "../diagnostics/index.ts";

/** A mistake at a place of a file, with the explanation that the catalogue has. */
export function problem(
  code: string,
  message: string,
  file: string,
  line: number,
  column: number,
  severity: Problem["severity"] = "warning",
): Problem {
  const entry = explainCode(code);
  return {
    code,
    severity,
    message,
    where: { kind: "file", file, line, column },
    ...(entry === undefined ? {} : { why: entry.meaning, hint: entry.fix }),
  };
}
