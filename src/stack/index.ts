/**
 * Stack: the definition as the operator writes it.
 * In: plain data (`defineStack`), of unknown quality.
 * Out: a ResolvedStack with all defaults and good references, or every problem at once; warnings beside it.
 * Pure: no disk, network, clock or environment; imports src/diagnostics only.
 */

export { certificateRefs, inspectCertificates } from "./certificates/inspect.ts";
export { type CheckedPair, definePair, defineStack } from "./define.ts";
export {
  checkStack,
  inspectNeighbour,
  inspectStack,
  type ParsedStack,
  parseStack,
  silencesOf,
} from "./parse.ts";
export {
  checkTarget,
  failoverPredictions,
  type Prediction,
  pairPredictions,
  predictionText,
} from "./predictions.ts";
export { predictFailover } from "./resolve/failover.ts";
export type * from "./resolve/resolved.ts";
export {
  type IpAddress,
  type IpInterface,
  inSubnet,
  interfaceAddress,
  ipAddress,
  parseInterface,
  parseIp,
} from "./schema/address.ts";
export { type Duration, durationMs } from "./schema/duration.ts";
export { logTarget } from "./schema/proxy.ts";
export type { SecretRef } from "./schema/secret.ts";
export { sectionKinds } from "./schema/section.ts";
export { type EngineName, type PairInput, type StackInput, stackSchema } from "./schema/stack.ts";
export {
  blockLines,
  commandLine,
  directive,
  emailAddress,
  hostName,
  interfaceName,
  name,
  sectionName,
} from "./schema/text.ts";
export { runtimeSocket, statistics } from "./schema/windows.ts";
export { checkSecret, checkSecrets } from "./secrets.ts";
export { nearest, nearestCode, suggestion } from "./suggest.ts";
