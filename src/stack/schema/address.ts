import ipaddr from "ipaddr.js";
import * as z from "zod";
import { quote } from "./text.ts";

/** An IP address taken apart; `text` is its one canonical spelling (RFC 5952 for IPv6). */
export interface IpAddress {
  readonly text: string;
  readonly family: "ipv4" | "ipv6";
  readonly bytes: readonly number[];
}

/** An address on a subnet, e.g. 10.0.0.11/24. */
export interface IpInterface {
  readonly address: IpAddress;
  readonly prefix: number;
  /** `ADDR/LEN`. */
  readonly text: string;
}

/** The address, or undefined. Only the usual spellings: four decimals, or RFC 4291 text without zone. */
export function parseIp(text: string): IpAddress | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    const ip = ipaddr.IPv4.parse(text);
    return { text: ip.toString(), family: "ipv4", bytes: ip.toByteArray() };
  }
  if (!text.includes(":") || text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  const ip = ipaddr.IPv6.parse(text);
  return { text: ip.toRFC5952String(), family: "ipv6", bytes: ip.toByteArray() };
}

/** `ADDR/LEN`, or undefined. */
export function parseInterface(text: string): IpInterface | undefined {
  const [, head = "", tail = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = parseIp(head);
  const prefix = Number(tail);
  if (address === undefined || prefix > address.bytes.length * 8) return undefined;
  return { address, prefix, text: `${address.text}/${prefix}` };
}

/** Whether an address lies in the subnet of another with its prefix length. */
export function inSubnet(address: IpAddress, subnet: IpInterface): boolean {
  if (address.family !== subnet.address.family) return false;
  return sharesBits(address.bytes, subnet.address.bytes, subnet.prefix);
}

function sharesBits(a: readonly number[], b: readonly number[], bits: number): boolean {
  return a.every((byte, i) => {
    const used = Math.min(8, Math.max(0, bits - i * 8));
    const mask = (0xff << (8 - used)) & 0xff;
    return (byte & mask) === ((b[i] ?? 0) & mask);
  });
}

/** Whether two subnets share addresses. */
export function subnetsOverlap(a: IpInterface, b: IpInterface): boolean {
  return a.prefix <= b.prefix ? inSubnet(b.address, a) : inSubnet(a.address, b);
}

const check = (what: string, accepts: (text: string) => boolean, hint: string): z.ZodType<string, string> =>
  z.string().superRefine((value, context) => {
    if (accepts(value)) return;
    context.addIssue({
      code: "custom",
      message: `${quote(value)} is not ${what}`,
      params: { code: "STACK_ADDRESS_INVALID", hint },
    });
  });

export const ipAddress = (): z.ZodType<string, string> =>
  check("an IP address", (text) => parseIp(text) !== undefined, 'write e.g. "10.0.0.21" or "2001:db8::21"');

export const interfaceAddress = (): z.ZodType<string, string> =>
  check(
    "an address with prefix length",
    (text) => parseInterface(text) !== undefined,
    'write e.g. "10.0.0.11/24" or "2001:db8::11/64"',
  );

/** `*` is every IPv4 address, `::` every IPv6 address. */
export const bindAddress = (): z.ZodType<string, string> =>
  check(
    'an IP address, "*" or "::"',
    (text) => text === "*" || parseIp(text) !== undefined,
    'write e.g. "10.0.0.100", "*" for every IPv4 address or "::" for every IPv6 address',
  );

export const multicastGroup = (family: "ipv4" | "ipv6"): z.ZodType<string, string> =>
  check(
    family === "ipv4" ? "an IPv4 multicast address" : "an IPv6 multicast address",
    (text) => {
      const ip = parseIp(text);
      const first = ip?.bytes[0] ?? 0;
      return ip?.family === family && (family === "ipv4" ? first >> 4 === 14 : first === 255);
    },
    family === "ipv4" ? 'write e.g. "224.0.0.18"' : 'write e.g. "ff02::12"',
  );
