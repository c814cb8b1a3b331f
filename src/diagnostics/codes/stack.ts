import type { ErrorTable } from "./entry.ts";

/** Codes of src/stack; the format is told in entry.ts. */
export const stackCodes = {
  STACK_ADDRESS_INVALID: [
    "a text that should be an IP address or an address with prefix length is neither",
    'pairs[0].vrrpInstances[0].vips[0].address: error[STACK_ADDRESS_INVALID]: "10.0.0.300/24" is not an address with prefix length',
    'write an address with its prefix length, e.g. "10.0.0.100/24" or "2001:db8::100/64"',
  ],
} as const satisfies ErrorTable;
