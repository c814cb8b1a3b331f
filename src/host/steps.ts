import { type Problem, TandemError } from "../diagnostics/index.ts";
import type { Progress, RunOptions, Shell } from "./host.ts";

/** The steps of one run, so that an error can say at which one it came. */
export class Steps {
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  #current = "observe";

  constructor(onProgress: ((progress: Progress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  readonly tell = (progress: Progress): void => {
    this.#current = progress.step;
    this.#onProgress?.(progress);
  };

  /** The same shell; what it cannot do names the step. */
  on(shell: Shell): Shell {
    const current = () => this.#current;
    return {
      name: shell.name,
      get step() {
        return current();
      },
      run: async (argv: readonly string[], options?: RunOptions) => {
        try {
          return await shell.run(argv, options);
        } catch (error) {
          throw error instanceof TandemError ? this.#during(error) : error;
        }
      },
      close: () => shell.close(),
    };
  }

  #during(error: TandemError): TandemError {
    const step = `step ${this.#current}`;
    const problems = error.problems.map((problem): Problem => {
      if (problem.where?.kind !== "host") return problem;
      const { detail } = problem.where;
      return {
        ...problem,
        where: { ...problem.where, detail: detail === undefined ? step : `${detail}, ${step}` },
      };
    });
    return new TandemError(problems, { exitCode: error.exitCode, cause: error });
  }
}
