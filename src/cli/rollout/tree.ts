import type { Printer } from "../printer.ts";
import type { RunView } from "./model.ts";

const MARKS: Readonly<Record<string, string>> = {
  waiting: "·",
  running: "▸",
  rolling: "▸",
  done: "✓",
  passed: "✓",
  verified: "✓",
  skipped: "✓",
  failed: "✗",
  refused: "✗",
  rollingBack: "◂",
  rolledBack: "◂",
};

/** The run as a tree of stages, waves with their pairs, and gates; the words tell what the marks do. */
export function treeLines(view: RunView, colors: Printer["colors"], width: number): string[] {
  const paint = (state: string, text: string): string => {
    if (["done", "passed", "verified", "skipped"].includes(state)) return colors.green(text);
    if (["failed", "refused"].includes(state)) return colors.red(text);
    return state === "waiting" ? colors.dim(text) : colors.yellow(text);
  };
  const line = (depth: number, state: string, what: string, text: string): string => {
    const head = `${"  ".repeat(depth)}${MARKS[state] ?? "?"} ${what} ${state}`;
    const room = Math.max(0, width - head.length - 3);
    return paint(state, text === "" ? head : `${head}  ${text.split("\n")[0]?.slice(0, room)}`);
  };
  return view.stages.flatMap((stage) => [
    line(0, stage.state, `${stage.name} ${stage.release}`, stage.text),
    ...stage.pairs.map((pair) => line(1, pair.state, `wave ${pair.wave + 1} ${pair.name}`, pair.text)),
    ...stage.gates.map((gate) => line(1, gate.state, `gate ${gate.kind}`, gate.text)),
  ]);
}

/** Draws the tree again and again in the same place of a terminal. */
export class LiveTree {
  readonly #write: (text: string) => void;
  readonly #printer: Printer;
  #drawn = 0;

  constructor(write: (text: string) => void, printer: Printer) {
    this.#write = write;
    this.#printer = printer;
  }

  draw(view: RunView, columns: number, rows: number): void {
    const lines = treeLines(view, this.#printer.colors, columns);
    // What does not fit would scroll, and could not be drawn over: the stages that are over go first.
    const shown = lines.slice(Math.max(0, lines.length - rows + 2));
    const up = this.#drawn === 0 ? "" : `\u001b[${this.#drawn}A`;
    this.#write(`${up}\u001b[J${shown.join("\n")}\n`);
    this.#drawn = shown.length;
  }
}
