/** A TCP listener as ss shows it. */
export interface Listener {
  readonly address: string;
  readonly port: number;
}

/** `0.0.0.0:80`, `*:80`, `[::1]:80`, `10.0.0.1%eth0:80`. */
export function parseListener(local: string): Listener | undefined {
  const match = /^\[?([^\]]*?)\]?:(\d+)$/.exec(local);
  const [, address, port] = match ?? [];
  if (address === undefined || port === undefined) return undefined;
  return { address: address.replace(/%.*$/, "").replace(/\]$/, ""), port: Number(port) };
}

/** Whether a bind to `wanted` fails because of `other`. */
export function collides(wanted: Listener, other: Listener): boolean {
  if (wanted.port !== other.port) return false;
  // ss writes a socket of both families as *; our own * is IPv4 as in haproxy.
  if (other.address === "*") return true;
  if (isIpv6(wanted.address) !== isIpv6(other.address)) return false;
  return isAny(wanted.address) || isAny(other.address) || wanted.address === other.address;
}

function isIpv6(address: string): boolean {
  return address.includes(":");
}

function isAny(address: string): boolean {
  return ["*", "0.0.0.0", "::"].includes(address);
}
