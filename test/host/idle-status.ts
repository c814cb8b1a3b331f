import type { DaemonStatus } from "../../src/host/index.ts";

/** What a daemon says that has nothing to do: tests put in what they are about. */
export const idleStatus: DaemonStatus = {
  version: "0.1.0",
  commit: "",
  protocol: 1,
  pid: 1,
  startedAt: 0,
  configuration: { generation: 1, haproxySha256: null, keepalivedSha256: null, loadedAt: 0 },
  processes: [],
  vrrp: null,
  proxy: null,
};
