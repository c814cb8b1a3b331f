import { describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { missing } from "../render/originals.ts";
import { imported, proxied, proxyText } from "./imported.ts";
import { difference, proxyMeaning } from "./round-trip.ts";

const checked = (...lines: readonly string[]) =>
  proxied("log global").replace(
    "server s 10.0.0.21:80",
    [...lines, "server s 10.0.0.21:80 check"].join("\n "),
  );

const backendOf = (text: string) => {
  const { pairs } = imported({ haproxy: text }).input as {
    pairs: readonly [{ backends: readonly [{ healthCheck: object; directives?: readonly string[] }] }];
  };
  return pairs[0].backends[0];
};

describe.skipIf(missing(tandemd) !== undefined)("a check by requests", () => {
  const get = { kind: "http", method: "GET", path: "/up" };
  const hosted = { ...get, host: "www.example.org" };

  test.each([
    ["two words", ["option httpchk GET /up"], get],
    ["a version that is the default", ["option httpchk GET /up HTTP/1.0"], get],
    [
      "a header that is sent",
      ["option httpchk GET /up HTTP/1.1", "http-check send hdr Host www.example.org"],
      hosted,
    ],
    [
      "all of it sent",
      ["option httpchk", "http-check send meth GET uri /up ver HTTP/1.1 hdr Host www.example.org"],
      hosted,
    ],
    [
      "a status besides",
      ["option httpchk", "http-check send meth GET uri /up", "http-check expect status 200"],
      { ...get, expectStatus: "200" },
    ],
  ])("is in fields, and means the same again: %s", (_, lines, check) => {
    const text = checked(...lines);
    expect(backendOf(text).healthCheck).toMatchObject(check);
    expect(backendOf(text).directives ?? []).toEqual([]);
    expect(proxyText(text)).toMatch(/option httpchk GET \/up/);
  });

  test("with a Host header behind its version is in fields: the same request is sent", () => {
    const text = checked("option httpchk GET /up HTTP/1.1\\r\\nHost:\\ www.example.org");
    expect(backendOf(text).healthCheck).toMatchObject(hosted);
    expect(proxyText(text)).toContain("http-check send hdr Host www.example.org");
  });

  test("means the same again in the words of the definition", () => {
    const text = checked(
      "option httpchk GET /up HTTP/1.1",
      "http-check send hdr Host www.example.org",
      "http-check expect status 200-299",
    );
    expect(difference(proxyMeaning(text), proxyMeaning(proxyText(text)))).toEqual([]);
  });

  test.each([
    ["another header", ["option httpchk GET /up HTTP/1.1", "http-check send hdr Accept text/plain"]],
    ["HTTP/1.1 without a host", ["option httpchk GET /up HTTP/1.1"]],
    ["a host with HTTP/1.0", ["option httpchk GET /up", "http-check send hdr Host www.example.org"]],
    ["two requests", ["option httpchk", "http-check send uri /a", "http-check send uri /b"]],
    ["a body", ["option httpchk", "http-check send meth POST uri /up body ping"]],
    ["a text that is expected", ["option httpchk GET /up", "http-check expect string ok"]],
  ])("stays as lines: %s", (_, lines) => {
    const { healthCheck, directives = [] } = backendOf(checked(...lines));
    expect(healthCheck).toEqual({ kind: "none" });
    expect(directives.slice(0, lines.length)).toEqual(lines);
  });
});
