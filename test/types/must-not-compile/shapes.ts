import { definePair, defineStack } from "../../../src/index.ts";
import { a, b, web, www } from "./parts.ts";

const vips = [{ address: "10.0.0.100/24" }];
const instance = { name: "VI_1", virtualRouterId: 51, master: "lb-a" as const, vips };

// error: Source has 1 element(s) but target requires 2
definePair({ name: "one-node", nodes: [a], vrrpInstances: [instance] });

// error: Source has 3 element(s) but target allows only 2
definePair({ name: "three-nodes", nodes: [a, b, b], vrrpInstances: [instance] });

definePair({
  name: "misspelt-key",
  nodes: [a, b],
  // error: 'virtualRouterid' does not exist
  vrrpInstances: [{ name: "VI_1", virtualRouterid: 51, master: "lb-a", vips }],
});

definePair({
  name: "misspelt-key-of-a-server",
  nodes: [a, b],
  vrrpInstances: [instance],
  // error: 'adress' does not exist
  backends: [{ ...web, servers: [{ name: "web-1", adress: "10.0.0.21", port: 80 }] }],
});

definePair({
  name: "time-without-unit",
  nodes: [a, b],
  // error: "1000"' is not assignable
  vrrp: { advertInterval: "1000" },
  vrrpInstances: [instance],
});

definePair({
  name: "unknown-version",
  nodes: [a, b],
  // error: '4' is not assignable to type
  vrrp: { version: 4 },
  vrrpInstances: [instance],
});

definePair({
  name: "http-wishes-of-a-tcp-frontend",
  nodes: [a, b],
  vrrpInstances: [instance],
  // error: 'forwardFor' does not exist
  frontends: [{ ...www, mode: "tcp", forwardFor: true, defaultBackend: "web" }],
  backends: [{ ...web, mode: "tcp" }],
});

definePair({
  name: "path-of-a-tcp-check",
  nodes: [a, b],
  vrrpInstances: [instance],
  // error: 'path' does not exist
  backends: [{ ...web, healthCheck: { kind: "tcp", path: "/" } }],
});

definePair({
  name: "no-check",
  nodes: [a, b],
  vrrpInstances: [instance],
  // error: 'healthCheck' is missing
  backends: [{ name: "web", mode: "http", servers: web.servers }],
});

definePair({
  name: "unknown-balance",
  nodes: [a, b],
  vrrpInstances: [instance],
  // error: '"wrr"' is not assignable
  backends: [{ ...web, balance: "wrr" }],
});

definePair({
  name: "password-in-plain-sight",
  nodes: [a, b],
  // error: Type 'string' is not assignable to type
  vrrpInstances: [{ ...instance, authentication: { kind: "PASS", password: "secret" } }],
});

definePair({
  name: "multicast-group-of-unicast",
  nodes: [a, b],
  // error: 'group4' does not exist
  vrrp: { transport: { kind: "unicast", group4: "224.0.0.18" } },
  vrrpInstances: [instance],
});

definePair({
  name: "unknown-fault",
  nodes: [a, b],
  vrrpInstances: [instance],
  // error: '"reboot"' is not assignable
  drill: { faults: ["reboot"], maxOutage: "1s" },
});

// error: 'name' is missing
defineStack({ pairs: [] });
