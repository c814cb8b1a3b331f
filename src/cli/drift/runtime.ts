import type { Observation } from "../../host/index.ts";
import { type Drift, isoTime } from "./finding.ts";

/** What was ordered over the runtime socket: the next reload undoes it, and no file says it. */
export function runtimeDrift({ daemon, service }: Observation): readonly Omit<Drift, "pair" | "node">[] {
  if (daemon?.proxy == null || !service.active) return [];
  const servers = daemon.proxy.backends.flatMap((backend) =>
    backend.servers.flatMap((server) => {
      const name = `${backend.name}/${server.name}`;
      const ordered = (server.orders ?? []).map((order) => `server ${name} is under order: ${order}`);
      const weighed =
        server.initialWeight !== undefined && server.initialWeight !== server.weight && server.agent == null
          ? [`server ${name} has weight ${server.weight}, the file says ${server.initialWeight}`]
          : [];
      return [...ordered, ...weighed].map((message) => ({ message, at: server.since }));
    }),
  );
  const frontends = daemon.proxy.frontends
    .filter(({ listening }) => !listening)
    .map(({ name, binds }) => ({
      message: `frontend ${name} does not listen on ${binds.join(", ")}`,
      at: undefined,
    }));
  return [...servers, ...frontends].map(({ message, at }) => ({
    kind: "runtime",
    message,
    ...isoTime(at),
    who: [],
  }));
}
