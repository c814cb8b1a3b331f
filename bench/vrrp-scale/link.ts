// Two hosts and the cable between them, as network namespaces of this run.
import { execFileSync } from "node:child_process";

export const interfaceName = "eth0";

export class Link {
  readonly names = [`tvs${process.pid}a`, `tvs${process.pid}b`] as const;

  constructor() {
    const [a, b] = this.names;
    for (const name of this.names) ip("netns", "add", name);
    ip(
      ...["link", "add", interfaceName, "netns", a, "type", "veth"],
      ...["peer", "name", interfaceName, "netns", b],
    );
    this.names.forEach((name, side) => {
      ip("-n", name, "link", "set", "lo", "up");
      ip("-n", name, "addr", "add", `10.77.0.${side + 1}/16`, "dev", interfaceName);
      ip("-n", name, "link", "set", interfaceName, "up");
    });
  }

  /** How many virtual addresses a side holds. */
  held(side: 0 | 1): number {
    const text = ip("-n", this.names[side], "-o", "-4", "addr", "show", "dev", interfaceName);
    return text.split("\n").filter((line) => line.includes(" 10.77.1.")).length;
  }

  /** Removes what a killed program left on a side. */
  clear(side: 0 | 1): void {
    const name = this.names[side];
    ip("-n", name, "addr", "flush", "dev", interfaceName);
    ip("-n", name, "addr", "add", `10.77.0.${side + 1}/16`, "dev", interfaceName);
  }

  remove(): void {
    for (const name of this.names) ip("netns", "del", name);
  }
}

function ip(...words: string[]): string {
  return execFileSync("ip", words, { encoding: "utf8" });
}
