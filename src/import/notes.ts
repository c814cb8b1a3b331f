import type { Problem } from "../diagnostics/index.ts";
import type { Place } from "./statement.ts";

interface Explained {
  readonly why?: string;
  readonly hint: string;
}

/** What the operator must know of an import: what stayed behind, what became something else, what is to be filled in. */
export class Notes {
  readonly #found: Problem[] = [];

  /** Something of the files that the definition does not hold. */
  lost(place: Place, message: string, explained: Explained): void {
    this.#add("IMPORT_NOT_CARRIED", "error", place, message, explained);
  }

  /** Something that the definition says in other words. */
  translated(place: Place, message: string, explained: Explained): void {
    this.#add("IMPORT_TRANSLATED", "warning", place, message, explained);
  }

  /** Carried over as it is, but tandemd does not act on it. */
  refused(place: Place, message: string, explained: Explained): void {
    this.#add("IMPORT_NOT_UNDERSTOOD", "warning", place, message, explained);
  }

  /** A password that the definition refers to, or holds. */
  secret(place: Place, message: string, explained: Explained): void {
    this.#add("IMPORT_SECRET", "warning", place, message, explained);
  }

  /** Something that no file tells and the operator writes. */
  placeholder(message: string, explained: Explained): void {
    this.#add("IMPORT_PLACEHOLDER", "warning", undefined, message, explained);
  }

  /** All of it: by file and line, what stands in no file last. */
  sorted(): readonly Problem[] {
    const line = ({ where }: Problem): number => (where?.kind === "file" ? (where.line ?? 0) : Infinity);
    const file = ({ where }: Problem): string => (where?.kind === "file" ? where.file : "\uffff");
    return [...this.#found].sort((a, b) =>
      file(a) === file(b) ? line(a) - line(b) : file(a) < file(b) ? -1 : 1,
    );
  }

  #add(
    code: string,
    severity: Problem["severity"],
    place: Place | undefined,
    message: string,
    explained: Explained,
  ): void {
    const where =
      place === undefined
        ? {}
        : { where: { kind: "file", file: place.file, line: place.line, column: place.column } as const };
    this.#found.push({ code, severity, message, ...explained, ...where });
  }
}
