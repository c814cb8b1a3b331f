import type { BindAddress } from "../../stack/index.ts";

/** `v6only` keeps `::` off IPv4, so that `*` and `::` may stand side by side whatever the sysctl says. */
export function bindWord(address: BindAddress, port: number): string {
  switch (address.kind) {
    case "any4":
      return `*:${port}`;
    case "any6":
      return `[::]:${port} v6only`;
    case "ip":
      return address.ip.family === "ipv4" ? `${address.ip.text}:${port}` : `[${address.ip.text}]:${port}`;
  }
}
