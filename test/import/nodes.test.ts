import { describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import type { PairInput } from "../../src/stack/index.ts";
import { missing } from "../render/originals.ts";
import { imported, told } from "./imported.ts";

const built = missing(tandemd);

const router = (...lines: readonly string[]) =>
  `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 77
${lines.map((line) => `    ${line}\n`).join("")}    virtual_ipaddress {
        10.0.0.100/24
    }
}
`;
const script = (command: string) => `vrrp_script chk {\n    script "${command}"\n}\n`;
const tracked = router("track_script {", "    chk", "}");

const pairOf = (...keepalived: readonly string[]) => {
  const made = imported({ keepalived });
  const { pairs } = made.input as { readonly pairs: readonly PairInput[] };
  return { made, pair: pairs[0] };
};

describe.skipIf(built !== undefined)(
  "keepalived.conf means in a definition what it means to keepalived",
  () => {
    test.each([
      ["MASTER without a priority", ["state MASTER"], { state: "MASTER", priority: 255 }],
      ["neither state nor priority", [], { state: "BACKUP", priority: 100 }],
      ["priority 255 without a state", ["priority 255"], { state: "MASTER", priority: 255 }],
      ["BACKUP with priority 255", ["state BACKUP", "priority 255"], { state: "BACKUP", priority: 255 }],
    ])("%s", (_, lines, member) => {
      const { pair } = pairOf(router(...lines));
      expect(pair?.vrrpInstances[0]?.members?.["lb-a"]).toEqual(member);
    });

    test("of two scripts of one name the first counts, and the second is told", () => {
      const { made, pair } = pairOf(script("/bin/true") + script("/bin/false") + tracked);
      expect(pair?.trackScripts?.map(({ script: command }) => command)).toEqual(["/bin/true"]);
      expect(told(made, "IMPORT_NOT_CARRIED")).toEqual(["0.conf:4:1 the vrrp_script chk stands here again"]);
    });

    test("a script that is defined below its use is tracked, which is told", () => {
      const { made, pair } = pairOf(tracked + script("/bin/true"));
      expect(pair?.vrrpInstances[0]?.trackScripts).toEqual(["chk"]);
      expect(told(made, "IMPORT_TRANSLATED")).toEqual([
        "0.conf:5:9 chk is defined below this line, and is tracked now",
      ]);
      expect(told(pairOf(script("/bin/true") + tracked).made, "IMPORT_TRANSLATED")).toEqual([]);
    });

    test("the group of scripts has no place in it", () => {
      const of = (user: string) =>
        told(
          imported({ keepalived: [`global_defs {\n    script_user ${user}\n}\n${router()}`] }),
          "IMPORT_NOT_CARRIED",
        );
      expect(of("web www")).toEqual(["0.conf:2:5 the group www of web has no field in the definition"]);
      expect(of("web")).toEqual([]);
    });

    test("what stands in one of two files is told of each", () => {
      const [a, b] = [router("priority 254", "nopreempt"), router("priority 253", "garp_master_delay 3")];
      const { made, pair } = pairOf(a, b);
      expect(pair?.vrrpInstances[0]?.nopreempt).toBe(true);
      expect(told(made, "IMPORT_TRANSLATED")).toEqual([
        "0.conf:5:5 nopreempt stands in this file alone, and is said of both nodes now",
      ]);
      expect(told(made, "IMPORT_NOT_CARRIED")).toEqual([
        "1.conf:5:5 garp_master_delay 3 stands in this file alone",
      ]);
    });

    test("a block that one file has is told once", () => {
      const both = [script("/bin/true") + router(), router()] as const;
      expect(told(pairOf(...both).made, "IMPORT_TRANSLATED")).toEqual([
        "0.conf:1:1 vrrp_script chk stands in this file alone, and is said of both nodes now",
      ]);
    });
  },
);
