import { durationMs } from "../schema/duration.ts";
import type { PairData } from "../schema/stack.ts";
import { statisticsSecret } from "../secrets.ts";
import { present } from "./present.ts";
import { resolveBindAddress, resolveTls } from "./proxy.ts";
import type { ResolvedStatistics } from "./resolved-proxy.ts";

type Wish = NonNullable<PairData["statistics"]>;

export function resolveStatistics(wish: Wish, certificates: PairData["certificates"]): ResolvedStatistics {
  const { refresh, users, at, ...rest } = wish;
  return present({
    ...rest,
    at: at.kind === "frontend" ? at : resolveOwn(at, certificates),
    users: users.map(({ name }) => ({ name, secret: statisticsSecret(name) })),
    refreshMs: refresh === undefined ? undefined : durationMs(refresh),
  });
}

function resolveOwn(
  own: Extract<Wish["at"], { kind: "own" }>,
  certificates: PairData["certificates"],
): ResolvedStatistics["at"] {
  const { tls, address } = own;
  return present({
    ...own,
    address: address === "node" ? ({ kind: "node" } as const) : resolveBindAddress(address),
    tls: tls === undefined ? undefined : resolveTls(tls, certificates),
  });
}
