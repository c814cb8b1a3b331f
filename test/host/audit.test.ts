import { describe, expect, test } from "vitest";
import { readBoot } from "../../src/host/audit/boot.ts";
import { readTables } from "../../src/host/audit/ruleset.ts";
import { suspects, tracesOf } from "../../src/host/audit/who.ts";

const JOURNAL = `1709287200.100000 lb-a sshd[10]: Accepted publickey for root from 10.0.0.5 port 5 ssh2: ED25519 SHA256:x
1709287300.000000 lb-a sudo[20]:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/vi --password hidden
1709287400.000000 lb-a sshd[10]: pam_unix(sshd:session): session closed for user root
not a line of the journal
`;

describe("who changed something", () => {
  const traces = tracesOf(JOURNAL, [
    {
      path: "/etc/watched",
      line: "type=SYSCALL msg=audit(2024-03-01 10:00:00.123:7) : arch=x86_64 auid=bob uid=root exe=/usr/bin/sed key=tandem",
    },
  ]);

  test("is whom the audit saw at the file, who ran something shortly before, or who was logged in", () => {
    const at = (seconds: number, path?: string) => suspects(traces, 1_709_287_000_000 + seconds * 1000, path);
    expect(at(250)).toEqual(["root from 10.0.0.5 (logged in then)"]);
    expect(at(310)).toEqual(["alice by sudo /usr/bin/vi"]);
    expect(at(310, "/etc/watched")).toEqual(["bob with /usr/bin/sed"]);
    expect(at(100)).toEqual([]);
    expect(at(9000)).toEqual([]);
    expect(suspects(traces, undefined)).toEqual([]);
  });

  test("is told without the arguments of commands, which may hold secrets", () => {
    expect(JSON.stringify(traces)).not.toContain("hidden");
  });
});

test("at boot the last file has the last word, and patterns give way", () => {
  const text = `# /usr/lib/sysctl.d/50-default.conf
-net.ipv4.conf.*.rp_filter = 2
net.ipv4.ip_forward=0
# a comment
# /etc/sysctl.d/90-tandem.conf
net.ipv4.ip_forward = 1
net/ipv4/conf/eth0.10/rp_filter = 0
; net.ipv4.ip_forward = 7
`;
  expect(readBoot(text)).toEqual({
    "net.ipv4.ip_forward": { value: "1", file: "/etc/sysctl.d/90-tandem.conf" },
    "net.ipv4.conf.eth0/10.rp_filter": { value: "0", file: "/etc/sysctl.d/90-tandem.conf" },
  });
});

test("a ruleset is its tables", () => {
  const text = "table ip a {\n\tchain x {\n\t}\n}\ntable inet tandem {\n}\n";
  expect(Object.keys(readTables(text))).toEqual(["ip a", "inet tandem"]);
  expect(readTables("")).toEqual({});
});
