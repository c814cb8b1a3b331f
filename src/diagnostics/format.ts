import type { Problem, Where } from "./problem.ts";

/** `stacks[0].pairs["web"].vips[1]`: a definition path as a programmer would write it. */
export function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((part, i) => {
      if (typeof part === "number") return `[${part}]`;
      if (/^[A-Za-z_$][\w$]*$/.test(part)) return i === 0 ? part : `.${part}`;
      return `[${JSON.stringify(part)}]`;
    })
    .join("");
}

/** `file:line:col`, a definition path, or `host lb-a`. */
export function formatWhere(where: Where): string {
  switch (where.kind) {
    case "file":
      return [where.file, where.line, where.column].filter((p) => p !== undefined).join(":");
    case "path":
      return formatPath(where.path);
    case "host":
      return where.detail === undefined ? `host ${where.host}` : `host ${where.host}: ${where.detail}`;
  }
}

/** One problem as plain text: what and where, then why, then what to do. */
export function formatProblem(problem: Problem): string {
  const where = problem.where === undefined ? "" : `${formatWhere(problem.where)}: `;
  const lines = [`${where}${problem.severity}[${problem.code}]: ${problem.message}`];
  if (problem.why !== undefined) lines.push(`  why: ${problem.why}`);
  if (problem.hint !== undefined) lines.push(`  fix: ${problem.hint}`);
  return lines.join("\n");
}

/** All problems, in the order found. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join("\n");
}
