import { describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { missing } from "../render/originals.ts";
import { imported, proxyText } from "./imported.ts";
import { difference, proxyMeaning } from "./round-trip.ts";

const file = (lines: string, mode = "http") => `defaults
 mode ${mode}
 timeout connect 5s
 timeout client 5s
 timeout server 5s
frontend f
 bind *:80
 default_backend b
backend b
${lines}
`;
const servers = (...more: readonly string[]) =>
  more.map((words, index) => ` server s${index + 1} 10.0.0.2${index + 1}:80 ${words}`).join("\n");

function backendOf(text: string): Readonly<Record<string, unknown>> {
  const { input } = imported({ haproxy: text });
  const [pair] = (input as { pairs: [{ backends: [Record<string, unknown>] }] }).pairs;
  return pair.backends[0];
}

/** Means in the definition's files what it meant, and nothing of it is left to directives. */
function carried(text: string, fields: object): void {
  const backend = backendOf(text);
  expect(backend).toMatchObject(fields);
  expect(backend).not.toHaveProperty("directives");
  expect(difference(proxyMeaning(text), proxyMeaning(proxyText(text)))).toEqual([]);
}

describe.skipIf(missing(tandemd) !== undefined)("what chooses a server", () => {
  test.each([
    ["balance static-rr", { balance: "static-rr" }],
    ["balance first", { balance: "first" }],
    ["balance random", { balance: "random" }],
    ["balance uri", { balance: "uri" }],
    ["balance url_param user", { balance: "url_param", balanceOn: "user" }],
    ["balance hdr(X-User)", { balance: "hdr", balanceOn: "X-User" }],
    ["balance url_param user\n balance leastconn", { balance: "leastconn" }],
  ])("%j is in fields, and means the same again", (line, fields) => {
    carried(file(` ${line}\n${servers("")}`), fields);
  });

  test.each(["balance uri whole", "balance url_param user check_post", "balance random(3)"])(
    "%s stays a line",
    (line) => {
      const text = file(` ${line}\n${servers("")}`);
      expect(backendOf(text)).toMatchObject({ directives: [line] });
      expect(difference(proxyMeaning(text), proxyMeaning(proxyText(text)))).toEqual([]);
    },
  );

  test("a cookie that the proxy inserts is in fields, with the values of the servers", () => {
    carried(
      file(` cookie SRV insert indirect nocache\n${servers("check cookie s1", "check cookie w2 weight 3")}`),
      {
        cookie: { name: "SRV" },
        servers: [{ name: "s1" }, { name: "s2", cookie: "w2", weight: 3 }],
      },
    );
    carried(file(` cookie SRV insert httponly\n${servers("cookie a", "cookie b")}`), {
      cookie: { name: "SRV", indirect: false, nocache: false, httpOnly: true },
      servers: [{ cookie: "a" }, { cookie: "b" }],
    });
  });

  test.each([
    ["of another kind", ` cookie SRV rewrite\n${servers("cookie a")}`],
    ["with bounds", ` cookie SRV insert maxidle 1h\n${servers("cookie a")}`],
    ["that one server has no value for", ` cookie SRV insert\n${servers("cookie a", "")}`],
    ["beside words that no field has", ` cookie SRV insert\n${servers("cookie a slowstart 10s")}`],
  ])("a cookie %s stays in lines, and means the same", (_, lines) => {
    const text = file(lines);
    const backend = backendOf(text);
    expect(backend).not.toHaveProperty("cookie");
    expect(backend).toHaveProperty("directives");
    expect(difference(proxyMeaning(text), proxyMeaning(proxyText(text)))).toEqual([]);
  });
});
