import { describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { missing } from "../render/originals.ts";
import { imported, proxied, proxyText, told } from "./imported.ts";
import { haproxyTakes, renderAgain } from "./round-trip.ts";

const built = missing(tandemd);

describe.skipIf(built !== undefined)("old spellings of haproxy.cfg", () => {
  test.each([
    ["reqadd X-Forwarded-Proto:\\ http", "http-request add-header X-Forwarded-Proto http"],
    ["reqadd X-Note:\\ 5%\\ off if { path / }", "http-request add-header X-Note '5%% off' if { path / }"],
    [
      'rspadd Access-Control-Allow-Origin:\\ "https://a.example"',
      "http-response add-header Access-Control-Allow-Origin https://a.example",
    ],
    ["rspidel ^Server:.*", "http-response del-header Server"],
    ["reqirep ^Host:\\ (.*) Host:\\ new.example", "http-request replace-header Host (?i)^(.*) new.example"],
    ["reqrep ^([^\\ :]*)\\ /old/(.*) \\1\\ /new/\\2", "http-request replace-uri ^/old/(.*) '/new/\\1'"],
    ["block if { path /x }", "http-request deny if { path /x }"],
    ["option forceclose", "option httpclose"],
  ])("%s becomes %s", (old, now) => {
    const text = proxyText(proxied(old));
    expect(text.split("\n").map((line) => line.trim())).toContain(now);
    if (missing("haproxy") === undefined) expect(haproxyTakes(text)).toMatchObject({ taken: true });
    expect(told(imported({ haproxy: proxied(old) }), "IMPORT_TRANSLATED")[0]).toMatch(/^haproxy\.cfg:8:2 /);
  });

  test("times and addresses of section lines", () => {
    const text = proxyText(
      "defaults\n contimeout 5000\n clitimeout 50000\n srvtimeout 50000\n redispatch\nlisten web 10.0.0.5:80\n server s 10.0.0.21:80\n",
    );
    for (const line of [
      "timeout connect 5s",
      "timeout client 50s",
      "timeout server 50s",
      "option redispatch",
      "bind 10.0.0.5:80",
    ])
      expect(text).toContain(`    ${line}\n`);
  });

  test("a file without user is told of, as the definition's proxy is not root; one that names users keeps them", () => {
    const of = (global: string) => {
      const made = imported({ haproxy: `global\n maxconn 10\n${global}${proxied("maxconn 9")}` });
      const again = renderAgain(made);
      if (!("haproxy" in again)) throw new Error(again.join("\n"));
      const lines = again.haproxy.split("\n").filter((line) => /^ {4}(user|group|chroot) /.test(line));
      return [lines.map((line) => line.trim()), told(made, "IMPORT_TRANSLATED")];
    };
    expect(of("")).toEqual([
      ["user tandem", "group tandem", "chroot /run/tandem/empty"],
      [expect.stringMatching(/^haproxy\.cfg:1:1 global names no user: haproxy served as root/)],
    ]);
    expect(of(" user www\n group web\n chroot /srv/empty\n")).toEqual([
      ["user www", "group web", "chroot /srv/empty"],
      [],
    ]);
  });

  test("what has no successor is listed with its place and what to write", () => {
    const made = imported({ haproxy: proxied("reqideny ^GET\\ /secret") });
    expect(told(made, "IMPORT_NOT_CARRIED")).toEqual([
      "haproxy.cfg:8:2 reqideny ^GET\\ /secret has no successor that means the same",
    ]);
    expect(made.notes.find(({ code }) => code === "IMPORT_NOT_CARRIED")?.hint).toContain("http-request deny");
  });

  test("conditions, broken quotes and lines outside of sections are listed", () => {
    const made = imported({
      haproxy: `maxconn 5\n${proxied('http-request set-header A "b')}.if streq(a,b)\nbackend c\n server s 10.0.0.1:80\n.endif\n`,
    });
    expect(told(made, "IMPORT_NOT_CARRIED")).toEqual([
      "haproxy.cfg:1:1 maxconn 5 stands in no section",
      'haproxy.cfg:9:1 a line whose quotes are not closed: http-request set-header A "b',
      "haproxy.cfg:14:1 backend c stands under a condition",
      "haproxy.cfg:15:2 server s 10.0.0.1:80 stands under a condition",
    ]);
  });
});

const instance = (more: string, priority = 100, state = "BACKUP") => `vrrp_instance VI_1 {
    state ${state}
    interface eth0
    virtual_router_id 51
    priority ${priority}
    virtual_ipaddress {
        10.0.0.100/24
    }
${more}}
`;

function routerText(...texts: readonly string[]): string {
  const again = renderAgain(imported({ keepalived: texts }));
  if (!("keepalived" in again)) throw new Error(again.join("\n"));
  return again.keepalived;
}

const server = (more: string) =>
  `virtual_server 10.0.0.100 80 {\n    lb_algo rr\n    lb_kind DR\n    protocol TCP\n${more}}\n`;

describe.skipIf(built !== undefined)("keepalived.conf", () => {
  test("old spellings become those of today, or go where they never had an effect", () => {
    const real =
      "    real_server 10.0.0.21 80 {\n        TCP_CHECK {\n            nb_get_retry 3\n        }\n    }\n";
    const made = imported({
      keepalived: [
        `global_defs {\n    lvs_id a\n}\n${instance("")}${server(`    nat_mask 255.255.255.0\n    persistence_timeout 0\n${real}`)}`,
      ],
    });
    expect(told(made, "IMPORT_TRANSLATED")).toEqual([
      "0.conf:2:5 lvs_id a is left out",
      "0.conf:17:5 nat_mask 255.255.255.0 is left out",
      "0.conf:18:5 persistence_timeout 0 is left out",
      "0.conf:21:13 nb_get_retry 3 is now retry 3",
    ]);
    expect(made.text).toContain('"            retry 3",');
    expect(made.text).not.toMatch(/nat_mask|nb_get_retry|lvs_id/);
  });

  test("two files give both roles, and their differences are listed", () => {
    const text = (own: number, notify: string) =>
      instance(`    notify_master ${notify}\n`, own, own > 100 ? "MASTER" : "BACKUP");
    const made = imported({ keepalived: [text(90, "/bin/a"), text(150, "/bin/b")] });
    expect(made.input).toMatchObject({
      pairs: [
        {
          vrrpInstances: [
            {
              master: "lb-b",
              members: {
                "lb-a": { priority: 90, state: "BACKUP" },
                "lb-b": { priority: 150, state: "MASTER" },
              },
              notify: { master: "/bin/a" },
            },
          ],
        },
      ],
    });
    expect(told(made, "IMPORT_NOT_CARRIED")).toEqual([
      "1.conf:9:5 notify_master /bin/b stands in this file alone",
    ]);
    expect(told(made, "IMPORT_PLACEHOLDER")).toEqual([]);
  });

  test("the other node of one file is implied, and said to be", () => {
    const made = imported({ keepalived: [instance("", 150, "MASTER")] });
    expect(told(made, "IMPORT_PLACEHOLDER")).toEqual([" the other node of VI_1 has priority 149"]);
    expect(made.input).toMatchObject({ pairs: [{ vrrpInstances: [{ master: "lb-a" }] }] });
  });

  test("peers beside the other node and the owner's priority are carried over", () => {
    const peers = (own: number, ...others: number[]) =>
      `    unicast_src_ip 10.0.0.${own}\n    unicast_peer {\n${others.map((last) => `        10.0.0.${last}\n`).join("")}    }\n`;
    const texts = [instance(peers(11, 12, 13), 255, "MASTER"), instance(peers(12, 13, 11), 100)];
    const made = imported({ keepalived: texts });
    expect(made.input).toMatchObject({
      pairs: [
        {
          vrrp: { transport: { kind: "unicast", peers: ["10.0.0.13"] } },
          vrrpInstances: [{ members: { "lb-a": { priority: 255 } } }],
        },
      ],
    });
    expect(told(made, "IMPORT_NOT_CARRIED")).toEqual([]);
    expect(routerText(...texts)).toMatch(/unicast_peer \{\s+10\.0\.0\.12\s+10\.0\.0\.13\s+\}/);
    const odd = imported({ keepalived: [texts[0]?.replace("10.0.0.13", "10.0.0.13 min_ttl 10") ?? ""] });
    expect(told(odd, "IMPORT_NOT_CARRIED")).toEqual([
      "0.conf:12:9 min_ttl 10 of the peer 10.0.0.13 has no field",
    ]);
  });

  test("passwords are referred to, never written, and a long one is cut as keepalived does", () => {
    const made = imported({
      keepalived: [
        instance("    authentication {\n        auth_type PASS\n        auth_pass s3cret-and-long\n    }\n"),
      ],
    });
    expect(made.text).toContain(
      'authentication: { kind: "PASS", password: { kind: "config", key: "VI_1.password" } }',
    );
    expect(`${made.text}${JSON.stringify(made.notes)}`).not.toContain("s3cret");
    expect(made.notes.find(({ code }) => code === "IMPORT_SECRET")?.hint).toContain("its first 8 characters");
  });

  test("a script that looks for haproxy is the native tracking when the pair serves the frontends", () => {
    const script = 'vrrp_script chk {\n    script "killall -0 haproxy"\n    weight -20\n}\n';
    const text = `${script}${instance("    track_script {\n        chk\n    }\n")}`;
    const made = imported({ keepalived: [text], haproxy: proxied("") });
    expect(made.input).toMatchObject({ pairs: [{ vrrpInstances: [{ trackProxy: { weight: -20 } }] }] });
    expect(made.text).not.toContain("killall");
    // Without frontends a real haproxy may run beside: the script stays.
    expect(routerText(text)).toContain('script "killall -0 haproxy"');
  });

  test("shell code stays as it is, in front of the instance that follows it", () => {
    const script = "vrrp_script chk {\n    script \"/bin/sh -c 'pidof a || pidof b'\"\n}\n";
    const text = routerText(`${script}${instance("    track_script {\n        chk\n    }\n")}`);
    expect(text.indexOf("script \"/bin/sh -c 'pidof a || pidof b'\"")).toBeLessThan(
      text.indexOf("vrrp_instance"),
    );
    expect(text).toMatch(/track_script \{\n\s+chk\n\s+\}/);
  });

  test("what a definition has no place for is listed", () => {
    const made = imported({
      keepalived: [
        `${instance("    track_script {\n        later\n    }\n").replace("10.0.0.100/24", "10.0.0.100/24 brd 10.0.0.255")}${instance("")}`,
      ],
    });
    expect(told(made, "IMPORT_NOT_CARRIED")).toEqual([
      "0.conf:7:9 brd 10.0.0.255 of the address 10.0.0.100 has no field in the definition",
      "0.conf:10:9 there is no vrrp_script later above this line",
      "0.conf:13:1 the instance VI_1 stands here again",
    ]);
  });
});
