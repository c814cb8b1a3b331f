/** A kernel parameter as a boot sets it, and the file that has the last word. */
export interface BootValue {
  readonly value: string;
  readonly file: string;
}

/**
 * What `systemd-analyze cat-config sysctl.d` prints: all files in the order of their names, each under its path
 * as a comment. The last line of a key counts; patterns give way to whole names (sysctl.d(5)).
 */
export function readBoot(text: string): Readonly<Record<string, BootValue>> {
  const values: Record<string, BootValue> = {};
  let file = "";
  for (const line of text.split("\n")) {
    const [, path] = /^# (\/\S+)$/.exec(line) ?? [];
    if (path !== undefined) file = path;
    const [, key, value] = /^\s*-?([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && !key.includes("*")) values[dotted(key)] = { value, file };
  }
  return values;
}

/** Where the first separator is a slash, slashes part and dots stand for themselves. */
function dotted(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  if (first !== "/") return key;
  return [...key].map((c) => (c === "/" ? "." : c === "." ? "/" : c)).join("");
}
