import { defineStack } from "../../src/index.ts";

/**
 * Requests by host and path, sessions by cookie, headers, a rate limit that both hosts share. What the definition has
 * no field for is written as in haproxy.cfg, in `directives`; the parser on the host judges it before it counts.
 */
export const stack = defineStack({
  name: "routing",
  pairs: [
    {
      name: "edge",
      nodes: [
        { name: "lb-a", address: "192.0.2.11", interface: "eth0", interfaceAddress: "192.0.2.11/24" },
        { name: "lb-b", address: "192.0.2.12", interface: "eth0", interfaceAddress: "192.0.2.12/24" },
      ],
      vrrp: { advertInterval: "100ms" },
      vrrpInstances: [
        { name: "VI_EDGE", virtualRouterId: 63, master: "lb-a", vips: [{ address: "192.0.2.100/24" }] },
      ],
      // Who was slowed down on one host is slowed down on the other after a failover, too.
      sharedTables: {},
      frontends: [
        {
          name: "www",
          mode: "http",
          binds: [{ address: "192.0.2.100", port: 80 }],
          directives: [
            "stick-table type ip size 100k expire 1m store http_req_rate(10s)",
            "http-request track-sc0 src",
            "http-request deny deny_status 429 if { sc_http_req_rate(0) gt 200 }",
            "http-request set-header X-Forwarded-Proto http",
            "http-response del-header Server",
            "acl api path_beg /api/",
            "acl images hdr_beg(host) -i img.",
            "use_backend api if api",
            "use_backend images if images",
          ],
          defaultBackend: "site",
        },
      ],
      backends: [
        {
          name: "site",
          mode: "http",
          healthCheck: { kind: "http", path: "/healthz" },
          // A client stays with its server: the cookie has the server's name.
          cookie: { name: "WEBSRV", httpOnly: true },
          servers: [
            { name: "web-1", address: "192.0.2.21", port: 8080 },
            { name: "web-2", address: "192.0.2.22", port: 8080 },
          ],
        },
        {
          name: "api",
          mode: "http",
          balance: "leastconn",
          healthCheck: { kind: "http", path: "/healthz" },
          directives: ["http-request replace-path /api/(.*) /\\1"],
          servers: [
            { name: "api-1", address: "192.0.2.31", port: 8080 },
            { name: "api-2", address: "192.0.2.32", port: 8080 },
          ],
        },
        {
          name: "images",
          mode: "http",
          // The same picture from the same server, so that each keeps its share in memory.
          balance: "uri",
          healthCheck: { kind: "http", path: "/healthz" },
          directives: ["hash-type consistent"],
          servers: [
            { name: "img-1", address: "192.0.2.41", port: 8080 },
            { name: "img-2", address: "192.0.2.42", port: 8080 },
          ],
        },
      ],
    },
  ],
});
