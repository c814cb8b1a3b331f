import { closeSync, openSync, readSync } from "node:fs";

/** e_machine of the ELF header by what uname -m prints. */
const MACHINES: Readonly<Record<string, number>> = { x86_64: 0x3e, aarch64: 0xb7 };

/** What `uname -m` prints where an executable runs; undefined when it is no ELF file of a known machine. */
export function architectureOf(path: string): string | undefined {
  const header = Buffer.alloc(20);
  const file = openSync(path, "r");
  try {
    if (readSync(file, header, 0, header.length, 0) < header.length) return undefined;
  } finally {
    closeSync(file);
  }
  if (header.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  const machine = header.readUInt16LE(18);
  return Object.keys(MACHINES).find((name) => MACHINES[name] === machine);
}
