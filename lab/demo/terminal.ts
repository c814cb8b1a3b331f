import { createColors } from "picocolors";
import type { DemoStep } from "./report/model.ts";

/** Prints the demo's steps as they happen and remembers them for the report. */
export class Terminal {
  readonly #colors = createColors(process.stdout.isTTY && process.env.NO_COLOR === undefined);
  readonly steps: DemoStep[] = [];

  line(text = ""): void {
    process.stdout.write(`${text}\n`);
  }

  /** Runs one step under a heading; says how long it took, and every ten seconds that it still runs. */
  async step(title: string, work: (step: StepNotes) => Promise<void>): Promise<void> {
    const number = this.steps.length + 1;
    this.line();
    this.line(this.#colors.bold(`── ${number}. ${title}`));
    const begin = performance.now();
    const elapsed = () => (performance.now() - begin) / 1000;
    const notes = new StepNotes((text) => this.line(text), this.#colors);
    const checkIn = setInterval(() => this.line(this.#colors.dim(`   … ${elapsed().toFixed(0)} s`)), 10_000);
    try {
      await work(notes);
    } finally {
      clearInterval(checkIn);
      const seconds = elapsed();
      this.steps.push({ title, seconds, observed: notes.observed, excerpts: notes.excerpts });
      this.line(this.#colors.dim(`   ${seconds.toFixed(1)} s`));
    }
  }
}

/** What one step says. */
export class StepNotes {
  readonly observed: string[] = [];
  readonly excerpts: { title: string; text: string }[] = [];
  readonly #print: (text: string) => void;
  readonly #colors: ReturnType<typeof createColors>;

  constructor(print: (text: string) => void, colors: ReturnType<typeof createColors>) {
    this.#print = print;
    this.#colors = colors;
  }

  /** Something that was looked at and is as it should be. */
  saw(text: string): void {
    this.observed.push(text);
    this.#print(`   ${this.#colors.green("✓")} ${text}`);
  }

  /** What is being done now. */
  doing(text: string): void {
    this.#print(this.#colors.dim(`   ${text}`));
  }

  /** Text as a tool printed it, whole in the report and on the terminal. */
  excerpt(title: string, text: string): void {
    this.excerpts.push({ title, text });
    this.#print(`   ${title}`);
    for (const line of text.split("\n")) {
      const paint = /^\s*\+/.test(line)
        ? this.#colors.green
        : /^\s*-/.test(line)
          ? this.#colors.red
          : this.#colors.dim;
      this.#print(`   │ ${paint(line)}`);
    }
  }

  /** Fails the demo, saying what was seen instead. */
  expect(good: boolean, wanted: string, seen: string): void {
    if (!good) throw new Error(`expected ${wanted}, but ${seen}`);
  }
}
