import { TandemError } from "./error.ts";
import type { Problem } from "./problem.ts";

/**
 * The values of all, once none is at work any more. What went wrong in any of them is one error with every problem,
 * each told once; its exit code is that of the first. Throws what is no TandemError as it is.
 */
export async function together<T>(all: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(all);
  const thrown = ended.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : []));
  if (thrown.length === 0) return await Promise.all(all);
  const errors = thrown.filter((one): one is TandemError => one instanceof TandemError);
  const [first] = errors;
  if (first === undefined || errors.length < thrown.length)
    throw thrown.find((one) => !(one instanceof TandemError)) ?? first;
  if (errors.length === 1) throw first;
  const problems = new Map<string, Problem>();
  for (const problem of errors.flatMap((error) => error.problems))
    problems.set(JSON.stringify(problem), problem);
  throw new TandemError([...problems.values()], { exitCode: first.exitCode, cause: first });
}
