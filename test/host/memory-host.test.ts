import { describe } from "vitest";
import { createMemoryHost, type MemoryHost, MemoryShell } from "../../src/host/index.ts";
import { hostContract } from "./host-contract.ts";
import { makeRelease, SECRETS } from "./make-release.ts";
import { shellContract } from "./shell-contract.ts";

describe("a shell in memory", () => shellContract(async () => new MemoryShell()));

const BINARY = { sha256: "a".repeat(64), version: "0.1.0" };

function makeHost(): MemoryHost {
  return createMemoryHost({
    sysctls: { "net.ipv4.conf.all.arp_announce": "0" },
    check: (release) =>
      release.files["haproxy.cfg"]?.text.includes("bad-directive") === true
        ? [{ code: "HOST_CONFIG_REFUSED", severity: "error", message: "unknown directive bad-directive" }]
        : [],
    status: (texts) => ({
      proxy: {
        frontends: [
          {
            name: "web",
            mode: "http",
            binds: ["*:8080"],
            listening: texts["haproxy.cfg"]?.includes("never-listens") === false,
            connections: 0,
            requests: 0,
          },
        ],
        backends: [],
      },
    }),
  });
}

describe("a host in memory", () =>
  hostContract(async () => {
    const host = makeHost();
    return {
      host,
      release: (wish) => makeRelease(BINARY, wish),
      options: (change) => ({ secrets: SECRETS, binaryPath: "unused", owner: "alice@desk pid 1", ...change }),
      editFile: async (name, from, to) => host.machine.editFile(name, (text) => text.replace(from, to)),
      setSysctl: async (key, value) => host.machine.setSysctl(key, value),
      sysctl: async (key) => host.machine.sysctl(key) ?? "",
      stopService: async () => host.machine.setService({ enabled: false, active: false }),
      proxyUser: async (number) =>
        host.machine.setProxyUser(
          number === undefined ? undefined : { number, shell: "/bin/bash", grouped: true },
        ),
      lockBy: async (owner) => {
        host.lockedBy = owner;
        return async () => {
          host.lockedBy = undefined;
        };
      },
      gone: async () => {
        const gone = makeHost();
        gone.unreachable = true;
        return gone;
      },
    };
  }));
