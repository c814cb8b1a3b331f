/**
 * Puts the package's folder back into file names that the SDK's source maps leave it out of:
 * `node_modules/@pulumi/resource.ts` is in `node_modules/@pulumi/pulumi/`. It is more than looks:
 * Node 20's `util.inspect` with colours, which the SDK applies to every error, does not end on a name
 * in a scope without a package until memory does, some twenty seconds later.
 */
export function repairStackTraces(): void {
  const before = Error.prepareStackTrace;
  if (before === undefined) return;
  Error.prepareStackTrace = (error, frames) => repaired(before(error, frames));
}

export function repaired(trace: unknown): unknown {
  if (typeof trace !== "string") return trace;
  return trace.replace(/\/node_modules\/@pulumi\/(?!pulumi\/)/g, "/node_modules/@pulumi/pulumi/");
}
