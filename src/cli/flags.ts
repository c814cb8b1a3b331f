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
export const node = { kind: "parsed", parse: String, brief: "Only this node", optional: true } as const;
export const pair = { kind: "parsed", parse: String, brief: "Only this pair", optional: true } as const;

export const ofEach = (brief: string) =>
  ({ kind: "parsed", parse: String, variadic: true, optional: true, brief }) as const;

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
