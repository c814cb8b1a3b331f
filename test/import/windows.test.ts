import { describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { missing } from "../render/originals.ts";
import { imported, proxied, proxyText, told } from "./imported.ts";
import { difference, proxyMeaning } from "./round-trip.ts";

const SOCKET = "stats socket /run/haproxy/admin.sock mode 660 group adm level admin expose-fd listeners";
const PAGE =
  "stats enable\n stats uri /stats\n stats realm Load\\ balancers\n stats auth ops:a:secret\n stats refresh 30\n stats hide-version\n stats scope f\n stats admin if { src 10.0.0.0/8 }";

const file = ({ global = "", frontend = "", more = "" }) =>
  `global\n user nobody\n ${global}\n${proxied(`maxconn 10\n ${frontend}`)}${more}`;

function pairOf(text: string): Readonly<Record<string, unknown>> {
  const { input } = imported({ haproxy: text });
  return (input as { pairs: [Record<string, unknown>] }).pairs[0];
}

const same = (text: string) =>
  expect(difference(proxyMeaning(text), proxyMeaning(proxyText(text)))).toEqual([]);

const statistics = {
  uri: "/stats",
  realm: "Load balancers",
  users: [{ name: "ops", password: { kind: "config", key: "statistics.ops.password" } }],
  refresh: "30s",
  hideVersion: true,
  scope: ["f"],
  admin: "if { src 10.0.0.0/8 }",
};

describe.skipIf(missing(tandemd) !== undefined)("the windows of haproxy.cfg", () => {
  test("a runtime socket is in a field with its timeout and limit, and means the same again", () => {
    const text = file({ global: `${SOCKET}\n stats timeout 2m\n stats maxconn 20` });
    expect(pairOf(text)).toMatchObject({
      proxy: {
        runtimeSocket: {
          path: "/run/haproxy/admin.sock",
          mode: "660",
          group: "adm",
          level: "admin",
          exposeListeners: true,
          timeout: "2m",
          maxconn: 20,
        },
      },
    });
    same(text);
  });

  test.each([
    ["no mode", "stats socket /run/a.sock level admin"],
    ["two of them", `${SOCKET}\n stats socket /run/b.sock mode 600`],
    ["a TCP address", "stats socket 127.0.0.1:9999 mode 600 level admin"],
    ["a word that the definition does not have", "stats socket /run/a.sock mode 600 severity-output number"],
  ])("a socket with %s stands as it is", (_, global) => {
    const text = file({ global });
    expect(pairOf(text)).toMatchObject({ proxy: { globalDirectives: global.split("\n ") } });
    same(text);
  });

  test("a section that is nothing but the page becomes the page's own port, its password a secret", () => {
    const metrics = "http-request use-service prometheus-exporter if { path /metrics }";
    const text = file({ more: `listen page\n bind *:8404\n mode http\n ${metrics}\n ${PAGE}\n` });
    const made = imported({ haproxy: text });
    expect(pairOf(text).statistics).toEqual({
      at: { kind: "own", name: "page", address: "*", port: 8404 },
      ...statistics,
      prometheus: "/metrics",
    });
    expect(pairOf(text)).not.toHaveProperty("sections");
    expect(made.text).not.toContain("a:secret");
    expect(told(made, "IMPORT_SECRET")).toEqual([
      expect.stringMatching(/the password of ops for the statistics page stands in no definition$/),
    ]);
    same(text);
  });

  test("a page on the node's own address is on that of each node, and a masked password is a secret, too", () => {
    const router =
      "vrrp_instance V {\n interface eth0\n virtual_router_id 5\n priority 100\n virtual_ipaddress {\n 10.0.0.100/24\n }\n}\n";
    const page = "stats uri /s\n stats auth ops:@@secret:statistics.ops.password@@";
    const text = file({ more: `listen page\n bind 10.0.0.11:8404\n mode http\n ${page}\n` });
    const { input } = imported({ haproxy: text, keepalived: [router] });
    expect(input).toMatchObject({
      pairs: [
        {
          statistics: {
            at: { kind: "own", name: "page", port: 8404 },
            users: [{ name: "ops", password: { kind: "config", key: "statistics.ops.password" } }],
          },
        },
      ],
    });
  });

  test("a page of a frontend becomes a page of that frontend", () => {
    const text = file({ frontend: PAGE });
    expect(pairOf(text).statistics).toEqual({ at: { kind: "frontend", frontend: "f" }, ...statistics });
    same(text);
  });

  test.each([
    ["a list of the section", "acl inside src 10.0.0.0/8\n stats uri /s\n stats admin if inside"],
    ["more than a definition says", "stats uri /s\n stats show-legends"],
    ["a password that needs quotes", "stats uri /s\n stats auth 'ops:a b'"],
  ])("a page with %s stands as it is", (_, frontend) => {
    const text = file({ frontend });
    expect(pairOf(text)).not.toHaveProperty("statistics");
    same(text);
  });
});
