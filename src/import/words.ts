import {
  blockLines,
  checkSecret,
  commandLine,
  directive,
  emailAddress,
  hostName,
  interfaceAddress,
  interfaceName,
  ipAddress,
  logTarget,
  name,
  runtimeSocket,
  sectionName,
  statistics,
} from "../stack/index.ts";

type Schema = { safeParse(value: unknown): { readonly success: boolean } };

/** Whether the definition takes a value in a field of this kind. */
const accepts =
  (schema: Schema) =>
  (value: unknown): boolean =>
    schema.safeParse(value).success;

export const isName = accepts(name());
export const isSectionName = accepts(sectionName());
export const isDirective = accepts(directive());
export const isCommandLine = accepts(commandLine());
export const isEmail = accepts(emailAddress());
export const isHostName = accepts(hostName());
export const isInterface = accepts(interfaceName());
export const isInterfaceAddress = accepts(interfaceAddress());
export const isIp = accepts(ipAddress());
export const isLogTarget = accepts(logTarget);
export const isRuntimeSocket = accepts(runtimeSocket);
export const isStatistics = accepts(statistics);
/** Place-holders stand in files whose secrets were masked. */
export const isPagePassword = (text: string): boolean =>
  /^@@secret:[A-Za-z0-9_.-]+@@$/.test(text) || checkSecret("statistics.user.password", text).length === 0;
export const areBlockLines = accepts(blockLines());

/** A whole number of a range, or undefined. */
export function wholeNumber(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^-?\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}
