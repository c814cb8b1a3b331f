import { defineStack } from "../../../src/index.ts";
import { a, b, web, www } from "./parts.ts";

const instance = { name: "VI_1", virtualRouterId: 51, vips: [{ address: "10.0.0.100/24" }] };

defineStack({
  name: "unknown-master",
  pairs: [
    {
      name: "edge",
      nodes: [a, b],
      // error: "lb-c"' is not assignable to type '"lb-a" | "lb-b"
      vrrpInstances: [{ ...instance, master: "lb-c" }],
    },
  ],
});

defineStack({
  name: "unknown-member",
  pairs: [
    {
      name: "edge",
      nodes: [a, b],
      // error: '"lb-c"' does not exist in type
      vrrpInstances: [{ ...instance, master: "lb-a", members: { "lb-c": { priority: 100 } } }],
    },
  ],
});

defineStack({
  name: "unknown-backend",
  pairs: [
    {
      name: "edge",
      nodes: [a, b],
      vrrpInstances: [{ ...instance, master: "lb-a" }],
      // error: "wbe"' is not assignable to type '"web"
      frontends: [{ ...www, defaultBackend: "wbe" }],
      backends: [web],
    },
  ],
});

defineStack({
  name: "unknown-script",
  pairs: [
    {
      name: "edge",
      nodes: [a, b],
      trackScripts: [{ name: "chk", script: "/usr/local/bin/chk" }],
      // error: "check"' is not assignable to type '"chk"
      vrrpInstances: [{ ...instance, master: "lb-a", trackScripts: ["check"] }],
    },
  ],
});

defineStack({
  name: "script-of-nothing",
  pairs: [
    {
      name: "edge",
      nodes: [a, b],
      // error: is not assignable to type 'never'
      vrrpInstances: [{ ...instance, master: "lb-a", trackScripts: ["chk"] }],
    },
  ],
});

defineStack({
  name: "unknown-instance",
  pairs: [
    {
      name: "edge",
      nodes: [a, b],
      vrrpInstances: [{ ...instance, name: "VI_1", master: "lb-a" }],
      // error: "VI_2"' is not assignable to type '"VI_1"
      syncGroups: [{ name: "G", instances: ["VI_1", "VI_2"] }],
    },
  ],
});
