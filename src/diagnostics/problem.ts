/** Where a problem is: a file position, a path into the definition, or a host. */
export type Where =
  | { readonly kind: "file"; readonly file: string; readonly line?: number; readonly column?: number }
  | { readonly kind: "path"; readonly path: readonly (string | number)[] }
  | { readonly kind: "host"; readonly host: string; readonly detail?: string };

/**
 * One thing that is wrong, with what to do about it. Texts are lower case, carry the wrong
 * value, and have no full stop.
 */
export interface Problem {
  /** Stable code, e.g. `STACK_VIP_OUTSIDE_SUBNET`; explained in docs/errors.md. */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** What is wrong, naming the value. */
  readonly message: string;
  readonly where?: Where;
  /** Why it matters. */
  readonly why?: string;
  /** What to write or do instead. */
  readonly hint?: string;
  /** The code that tandemd gives it, where it is told under another. */
  readonly daemonCode?: string;
  /** Why it is not to be told of. */
  readonly silenced?: string;
}
