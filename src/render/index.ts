/**
 * Render: definition → Release.
 * In: a ResolvedPair, a node's name, the binary's digest.
 * Out: every file (path, mode, text, sha256), kernel parameters, service state, requirements; no secrets.
 * Pure and deterministic; imports src/stack and src/diagnostics, the templates are part of the module.
 */
export { canonicalJson, sha256 } from "./canonical.ts";
export { ownProgram } from "./engines/index.ts";
export { sysctlPath } from "./model/sysctls.ts";
export * from "./release.ts";
export { binaryPath, render } from "./render.ts";
