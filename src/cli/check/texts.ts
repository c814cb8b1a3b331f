import { closeSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Problem } from "../../diagnostics/index.ts";

/** A text has none of these; whatever else is in there says it early. */
const NUL = 0;
const LOOKED_AT = 64 * 1024;

/** Files that are no texts, all of them: read as one, a folder or a program would become lines of a definition. */
export function notTexts(cwd: string, files: readonly string[]): readonly Problem[] {
  return files.flatMap((file) => {
    const what = otherThanText(resolve(cwd, file));
    if (what === undefined) return [];
    return [
      {
        code: "IMPORT_UNREADABLE",
        severity: "error" as const,
        message: what,
        where: { kind: "file" as const, file },
        why: "a definition is made of the lines of haproxy.cfg and keepalived.conf",
        hint:
          what === FOLDER
            ? "name the files in it, in their order: --haproxy and --keepalived may be given several times"
            : "name the text that the program reads, as it stands on the host",
      },
    ];
  });
}

const FOLDER = "this is a folder";

/** Undefined for texts, and for what is not there or may not be read: whoever reads it says so. */
function otherThanText(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (found.isDirectory()) return FOLDER;
  // A pipe can be read once.
  if (!found.isFile()) return undefined;
  try {
    return beginning(path).includes(NUL) ? "this is no text: it has zero bytes" : undefined;
  } catch {
    return undefined;
  }
}

function beginning(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(LOOKED_AT);
    return bytes.subarray(0, readSync(file, bytes, 0, LOOKED_AT, 0));
  } finally {
    closeSync(file);
  }
}
