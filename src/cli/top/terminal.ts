import type { Size } from "./draw.ts";

/** What is needed of a terminal that keys come from. */
export interface KeySource {
  setRawMode(on: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: "data", take: (bytes: Buffer) => void): unknown;
  off(event: "data", take: (bytes: Buffer) => void): unknown;
}

/** What is needed of a terminal that is drawn on. */
export interface Canvas {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: "resize", take: () => void): unknown;
  off(event: "resize", take: () => void): unknown;
}

/** Ways out that ask nobody: signals, and the end of the process. */
export interface Exits {
  on(event: string, take: () => void): unknown;
  off(event: string, take: () => void): unknown;
  /** Ends as the signal ends a process that does not know it. */
  die(signal: NodeJS.Signals): void;
}

/** A screen of its own without a cursor; what stood there before is untouched. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const DEADLY = ["SIGTERM", "SIGHUP", "SIGQUIT"] as const;

export interface Terminal {
  size(): Size;
  draw(text: string): void;
  /** Puts everything back; the second time nothing. */
  restore(): void;
}

/** Takes a terminal over. Whatever way the process goes, `restore` has run before. */
export function takeTerminal(
  ends: { readonly keys: KeySource; readonly canvas: Canvas; readonly exits: Exits },
  on: { readonly key: (key: string) => void; readonly resize: () => void },
): Terminal {
  const { keys, canvas, exits } = ends;
  const data = (bytes: Buffer) => {
    for (const key of keysIn(bytes.toString("utf8"))) on.key(key);
  };
  let taken = true;
  const dying = DEADLY.map((signal) => ({
    signal,
    take: () => {
      restore();
      exits.die(signal);
    },
  }));
  const restore = (): void => {
    if (!taken) return;
    taken = false;
    for (const { signal, take } of dying) exits.off(signal, take);
    exits.off("exit", restore);
    canvas.off("resize", on.resize);
    keys.off("data", data);
    canvas.write(LEAVE);
    keys.setRawMode(false);
    keys.pause();
  };
  for (const { signal, take } of dying) exits.on(signal, take);
  exits.on("exit", restore);
  canvas.on("resize", on.resize);
  keys.setRawMode(true);
  keys.on("data", data);
  keys.resume();
  canvas.write(ENTER);
  return {
    // A terminal that does not know its size says 0.
    size: () => ({ columns: canvas.columns || 80, rows: canvas.rows || 24 }),
    draw: (text) => {
      if (taken) canvas.write(text);
    },
    restore,
  };
}

/** Keys that came at once: sequences of the arrows whole, everything else sign by sign. */
export function keysIn(text: string): readonly string[] {
  return text.match(KEYS) ?? [];
}

const ESCAPE = "\x1b";
const KEYS = new RegExp(`${ESCAPE}\\[[0-9;]*[A-Za-z~]|[\\s\\S]`, "gu");
