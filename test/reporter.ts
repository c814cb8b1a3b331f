import { appendFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** One line of the file that test/summary.mjs adds up. */
interface Line {
  readonly state: "passed" | "failed" | "skipped";
  readonly name: string;
  /** Why a test was left out. */
  readonly reason?: string;
}

/** Writes one JSON line per test to $TANDEM_TEST_RESULTS; a skipped test carries its reason. */
class ResultLines implements Reporter {
  readonly #file = process.env.TANDEM_TEST_RESULTS;

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === "pending") return;
    const reason = result.state === "skipped" ? (result.note ?? "no reason given") : undefined;
    this.#write({ state: result.state, name: nameOf(test), ...(reason === undefined ? {} : { reason }) });
  }

  /** A file that cannot be loaded, or whose hooks fail, names no test of its own. */
  onTestModuleEnd(module: TestModule): void {
    const suites = [...module.children.allSuites()].flatMap((suite) => suite.errors());
    for (const error of [...module.errors(), ...suites]) {
      this.#write({ state: "failed", name: `${module.relativeModuleId}: ${error.message.split("\n")[0]}` });
    }
  }

  #write(line: Line): void {
    if (this.#file) appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

const nameOf = (test: TestCase): string => `${test.module.relativeModuleId}: ${test.fullName}`;

// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default ResultLines;
