import type { Problem } from "../../diagnostics/index.ts";
import type { PairData } from "../schema/stack.ts";
import { error, type Path } from "./report.ts";

type Backend = PairData["backends"][number];

/** Whether what chooses a server is there to be read. */
export function balanceProblems(backend: Backend, path: Path): Problem[] {
  return [...unreadable(backend, path), ...incomplete(backend, path), ...idleCookies(backend, path)];
}

const OF_REQUESTS: readonly string[] = ["uri", "url_param", "hdr"];

function unreadable({ mode, balance, cookie }: Backend, path: Path): Problem[] {
  if (mode === "http") return [];
  const wanted = [
    ...(OF_REQUESTS.includes(balance) ? [["balance", JSON.stringify(balance)] as const] : []),
    ...(cookie === undefined ? [] : [["cookie", "a cookie"] as const]),
  ];
  return wanted.map(([field, what]) =>
    error("STACK_BALANCE_NEEDS_HTTP", [...path, field], `a tcp backend cannot choose a server by ${what}`, {
      why: "it passes bytes through and reads no requests",
      hint: 'take balance: "source", or mode: "http" for frontend and backend',
    }),
  );
}

function incomplete({ balance, balanceOn }: Backend, path: Path): Problem[] {
  const needed = balance === "url_param" || balance === "hdr";
  if (needed === (balanceOn !== undefined)) return [];
  const what = balance === "hdr" ? "header" : "parameter";
  const at = [...path, "balanceOn"];
  if (needed)
    return [
      error("STACK_BALANCE_ON", at, `balance: ${JSON.stringify(balance)} does not say by which ${what}`, {
        hint: `add balanceOn, e.g. balanceOn: ${balance === "hdr" ? '"X-User"' : '"user"'}`,
      }),
    ];
  return [
    error("STACK_BALANCE_ON", at, `balance: ${JSON.stringify(balance)} looks at no parameter or header`, {
      hint: 'take balanceOn out, or write balance: "url_param" or "hdr"',
    }),
  ];
}

function idleCookies({ name, cookie, servers }: Backend, path: Path): Problem[] {
  if (cookie !== undefined) return [];
  return servers.flatMap((server, index) =>
    server.cookie === undefined
      ? []
      : [
          error(
            "STACK_COOKIE_UNUSED",
            [...path, "servers", index, "cookie"],
            `backend ${JSON.stringify(name)} sets no cookie`,
            { hint: 'give the backend one, e.g. cookie: { name: "SRV" }' },
          ),
        ],
  );
}
