import { appendFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** One line of the file that test/summary.mjs adds up. */
interface Line {
  readonly state: "passed" | "failed" | "skipped";
  readonly name: string;
  /** Why a test was left out, or what it found. */
  readonly reason?: string;
}

/** Writes one JSON line per test to $TANDEM_TEST_RESULTS; a skipped test carries its reason. */
class ResultLines implements Reporter {
  readonly #file = process.env.TANDEM_TEST_RESULTS;

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === "pending") return;
    const name = nameOf(test);
    if (result.state === "passed") this.#write({ state: "passed", name });
    else if (result.state === "skipped")
      this.#write({ state: "skipped", name, reason: result.note ?? "no reason given" });
    else
      this.#write({ state: "failed", name, reason: result.errors.map(({ message }) => message).join("\n") });
  }

  /** A file that cannot be loaded, or whose hooks fail, names no test of its own. */
  onTestModuleEnd(module: TestModule): void {
    const suites = [...module.children.allSuites()].flatMap((suite) => suite.errors());
    for (const error of [...module.errors(), ...suites]) {
      this.#write({ state: "failed", name: module.relativeModuleId, reason: error.message });
    }
  }

  #write(line: Line): void {
    if (this.#file) appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

const nameOf = (test: TestCase): string => `${test.module.relativeModuleId}: ${test.fullName}`;

// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default ResultLines;
