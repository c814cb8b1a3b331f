/**
 * Host: a release and a real machine, over SSH.
 * In: a Connection and a Release with the values of its secrets.
 * Out: observation, differences, preflight problems, an applied or untouched host.
 * Nothing here knows of Pulumi or of the command line.
 * May import diagnostics, stack and render.
 */

export { bareAddress } from "./address.ts";
export { type FailedCopy, failedCopyOf } from "./apply/failed-copy.ts";
export { type Audit, readAudit } from "./audit/audit.ts";
export { foreignDrops } from "./audit/ruleset.ts";
export { suspects } from "./audit/who.ts";
export { type Difference, describeDifference, diffObservation } from "./compare/differences.ts";
export { CHANGED_SECRET } from "./compare/secrets.ts";
export type { DaemonStatus } from "./daemon-status.ts";
export type * from "./host.ts";
export { filePath, normalizeSysctl } from "./layout.ts";
export { createMemoryHost, type MemoryHost, type MemoryHostOptions } from "./memory/memory-host.ts";
export { MemoryShell } from "./memory/memory-shell.ts";
export { readInterfaces } from "./observe/facts.ts";
export { SshShell } from "./ssh/shell.ts";
export { openHost } from "./ssh-host.ts";
