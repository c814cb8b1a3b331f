import { defineStack } from "../../src/index.ts";

/**
 * The addresses of a container platform: its API servers, the pair of image registries, and the workers' ingress.
 * TLS is not ended here; it goes through to whoever has the certificate.
 */
export const stack = defineStack({
  name: "control-plane",
  pairs: [
    {
      name: "platform",
      nodes: [
        { name: "lb-a", address: "192.0.2.11", interface: "eth0", interfaceAddress: "192.0.2.11/24" },
        { name: "lb-b", address: "192.0.2.12", interface: "eth0", interfaceAddress: "192.0.2.12/24" },
      ],
      vrrp: { advertInterval: "100ms" },
      vrrpInstances: [
        {
          name: "VI_PLATFORM",
          virtualRouterId: 64,
          master: "lb-a",
          vips: [{ address: "192.0.2.100/24" }, { address: "192.0.2.101/24" }, { address: "192.0.2.102/24" }],
        },
      ],
      frontends: [
        {
          name: "api",
          mode: "tcp",
          binds: [{ address: "192.0.2.100", port: 6443 }],
          // Watches are silent for long.
          clientTimeout: "1h",
          defaultBackend: "api-servers",
        },
        {
          name: "registry",
          mode: "tcp",
          binds: [{ address: "192.0.2.101", port: 443 }],
          defaultBackend: "registries",
        },
        {
          name: "ingress-http",
          mode: "tcp",
          binds: [{ address: "192.0.2.102", port: 80 }],
          defaultBackend: "workers-http",
        },
        {
          name: "ingress-https",
          mode: "tcp",
          binds: [{ address: "192.0.2.102", port: 443 }],
          defaultBackend: "workers-https",
        },
      ],
      backends: [
        {
          name: "api-servers",
          mode: "tcp",
          balance: "leastconn",
          // Asked over TLS; that a server is ready says its answer, who it is, clients verify themselves.
          healthCheck: { kind: "http", path: "/readyz", expectStatus: "200", interval: "1s", fall: 2 },
          directives: ["default-server check-ssl verify none"],
          timeouts: { server: "1h" },
          servers: [
            { name: "api-1", address: "192.0.2.21", port: 6443 },
            { name: "api-2", address: "192.0.2.22", port: 6443 },
            { name: "api-3", address: "192.0.2.23", port: 6443 },
          ],
        },
        {
          name: "registries",
          mode: "tcp",
          // Pushed to one, which the other copies: it serves only while the first is away.
          healthCheck: { kind: "http", path: "/v2/", expectStatus: "200,401" },
          directives: ["default-server check-ssl verify none"],
          timeouts: { server: "10m" },
          servers: [
            { name: "registry-1", address: "192.0.2.31", port: 5000 },
            { name: "registry-2", address: "192.0.2.32", port: 5000, backup: true },
          ],
        },
        {
          name: "workers-http",
          mode: "tcp",
          // The ingress controller says on a port of its own whether it is well, and learns the client's address.
          healthCheck: { kind: "http", path: "/healthz", port: 10254 },
          directives: ["default-server send-proxy-v2"],
          servers: [
            { name: "worker-1", address: "192.0.2.41", port: 30080 },
            { name: "worker-2", address: "192.0.2.42", port: 30080 },
          ],
        },
        {
          name: "workers-https",
          mode: "tcp",
          healthCheck: { kind: "http", path: "/healthz", port: 10254 },
          directives: ["default-server send-proxy-v2"],
          servers: [
            { name: "worker-1", address: "192.0.2.41", port: 30443 },
            { name: "worker-2", address: "192.0.2.42", port: 30443 },
          ],
        },
      ],
      drill: { faults: ["handover", "kill"], maxOutage: "1s", when: "change" },
    },
  ],
});
