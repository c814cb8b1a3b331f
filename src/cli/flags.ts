// Flags and words that several commands take.

const stack = {
  brief: "Stack: a file that exports `stack`, or its name under stacks/",
  placeholder: "stack",
  parse: String,
} as const;

export const stackOnly = { kind: "tuple", parameters: [stack] } as const;
export const json = {
  kind: "boolean",
  brief: "Print JSON on stdout",
  default: false,
  withNegated: false,
} as const;
/** A word that says something: of an empty one, mostly a variable that was not set, nobody knows what it means. */
function said(text: string): string {
  if (text.trim() === "") throw new RangeError("it is empty; write a value, or leave the option out");
  return text;
}

/** A path or another text that is optional, and not empty where it is given. */
export const worded = (brief: string) => ({ kind: "parsed", parse: said, brief, optional: true }) as const;

export const ofEach = (brief: string) =>
  ({ kind: "parsed", parse: said, variadic: true, optional: true, brief }) as const;

export const node = worded("Only this node");
export const pair = worded("Only this pair");

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0.2 && value <= 3600)) throw new RangeError("seconds are a number from 0.2 to 3600");
  return value;
}

export const every = {
  kind: "parsed",
  parse: seconds,
  brief: "Seconds between two looks",
  default: "2",
} as const;
