import type { ResolvedPair } from "../../stack/index.ts";
import type { Requirements } from "../release.ts";

type Listen = Requirements["listens"][number];

/** Longer ranges of ports than this are looked at where they begin. */
const RANGE = 256;

/** What the bind lines among a pair's directives and further sections listen on; sockets of files are none of it. */
export function rawBinds({ frontends, sections }: ResolvedPair): readonly Listen[] {
  const listening = sections.filter(({ kind }) => kind === "frontend" || kind === "listen");
  return [...frontends, ...listening].flatMap(({ name, directives }) =>
    directives.flatMap((line) => {
      const [keyword, addresses = ""] = line.trim().split(/\s+/);
      if (keyword !== "bind") return [];
      return addresses.split(",").flatMap((address) => listens(address, name));
    }),
  );
}

/** Configuration manual 4.2, "bind": a family, an address or none, and a port or a range of them. */
function listens(text: string, frontend: string): readonly Listen[] {
  const [, family = "", host = "", first = "", last = first] =
    /^(?:(ipv4|ipv6)@)?([0-9a-f.:[\]*]*):(\d+)(?:-(\d+))?$/i.exec(text) ?? [];
  if (first === "") return [];
  const any = family === "ipv6" ? "::" : "*";
  const address = host === "" || host === "*" || host === "0.0.0.0" ? any : host.replace(/^\[|\]$/g, "");
  const count = Math.min(Number(last) - Number(first) + 1, RANGE);
  return Array.from({ length: Math.max(count, 1) }, (_, n) => ({
    address,
    port: Number(first) + n,
    frontend,
  }));
}
