import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatWhere } from "../../src/diagnostics/index.ts";
import type { Imported } from "../../src/import/index.ts";
import { importFiles, inFolder, renderAgain } from "./round-trip.ts";

/** Without hosts, the place-holders of both nodes and of the virtual address lie in one network. */
export function imported(texts: { haproxy?: string; keepalived?: readonly string[] }): Imported {
  return inFolder((folder) => {
    const put = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const haproxy = texts.haproxy === undefined ? [] : [put("haproxy.cfg", texts.haproxy)];
    const keepalived = (texts.keepalived ?? []).map((text, index) => put(`${index}.conf`, text));
    const known =
      texts.keepalived === undefined
        ? []
        : [11, 12].map((last) => ({ interface: "eth0", interfaceAddress: `10.0.0.${last}/24` }));
    return importFiles({ haproxy, keepalived }, known);
  });
}

export const told = ({ notes }: Imported, code: string): string[] =>
  notes
    .filter((note) => note.code === code)
    .map(
      ({ where, message }) =>
        `${where === undefined ? "" : formatWhere(where).replace(/^.*\//, "")} ${message}`,
    );

export function proxyText(text: string): string {
  const again = renderAgain(imported({ haproxy: text }));
  if (!("haproxy" in again)) throw new Error(again.join("\n"));
  return again.haproxy;
}

export const proxied = (line: string) =>
  `defaults\n mode http\n timeout connect 5s\n timeout client 5s\n timeout server 5s\nfrontend f\n bind *:80\n ${line}\n default_backend b\nbackend b\n server s 10.0.0.21:80\n`;
