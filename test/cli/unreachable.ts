import { pairWith, sampleStack } from "../stack/sample.ts";

/** The text of a definition whose hosts are at a port of this machine, with a password to log in. */
export function definitionAt(address: string, port: number, password: object): string {
  const node = (name: string, last: number) => ({
    ...{ name, address, interface: "eth0", interfaceAddress: `10.0.0.${last}/24` },
    ssh: { port, authentication: [{ kind: "password", password }], timeouts: { connect: "400ms" } },
  });
  const stack = sampleStack(pairWith({ nodes: [node("lb-a", 11), node("lb-b", 12)] as never }));
  return `export const stack = ${JSON.stringify(stack)};\n`;
}
