import { describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { missing } from "../render/originals.ts";
import { imported, told } from "./imported.ts";
import { renderAgain } from "./round-trip.ts";

const ROUTER =
  "vrrp_instance V {\n interface eth0\n virtual_router_id 5\n priority 100\n virtual_ipaddress {\n 10.0.0.100/24\n }\n}\n";

const PEERS = "peers both\n # the other one\n peer lb1 10.0.0.11:1024\n peer lb2 10.0.0.12:1024\n";
const TABLE = "stick-table type ip size 1m expire 10m store gpc0 peers both";

const read = (peers: string, table: string, more = "") =>
  imported({
    haproxy: `global\n localpeer lb1\ndefaults\n mode http\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n${peers}frontend f\n bind *:80\n default_backend b\nbackend b\n ${table}\n stick on src\n server s 10.0.0.21:80\n${more}`,
    keepalived: [ROUTER],
  });

const pairOf = ({ input }: ReturnType<typeof read>) =>
  (input as { readonly pairs: readonly [Readonly<Record<string, unknown>>] }).pairs[0];

describe.skipIf(missing(tandemd) !== undefined)("tables that two hosts share", () => {
  test("are those of the pair, with the port and the comment, and the peers have the nodes' names", () => {
    const made = read(PEERS, TABLE);
    expect(pairOf(made)).toMatchObject({ sharedTables: { port: 1024 } });
    expect(pairOf(made)).not.toHaveProperty("sections");
    expect(made.text).toContain("// the other one");
    expect(told(made, "IMPORT_TRANSLATED")).toContainEqual(
      "haproxy.cfg:8:1 peers both is sharedTables now: each node is a peer of its own name",
    );
    const again = renderAgain(made);
    if (!("haproxy" in again)) throw new Error(again.join("\n"));
    expect(again.haproxy).toMatch(
      /^peers tandem\n {4}peer lb-a 10\.0\.0\.11:1024\n {4}peer lb-b 10\.0\.0\.12:1024$/m,
    );
    expect(again.haproxy).toContain("stick-table type ip size 1m expire 10m store gpc0 peers tandem");
    expect(again.haproxy).toContain("localpeer lb-a");
    expect(again.haproxy).not.toContain("lb1");
  });

  test.each([
    ["another host", PEERS.replace("10.0.0.12", "10.0.0.13"), TABLE],
    ["a third host", `${PEERS} peer lb3 10.0.0.13:1024\n`, TABLE],
    ["ports that differ", PEERS.replace("12:1024", "12:1025"), TABLE],
    ["a table of one host alone", PEERS, TABLE, "backend c\n stick-table type ip size 1k\n"],
    ["a word that the field does not have", PEERS.replace("1024\n", "1024 ssl verify none\n"), TABLE],
  ])("stand as they are with %s", (_, peers, table, more = "") => {
    const made = read(peers, table, more);
    expect(pairOf(made)).not.toHaveProperty("sharedTables");
    expect(JSON.stringify(pairOf(made))).toContain("store gpc0 peers both");
  });
});
