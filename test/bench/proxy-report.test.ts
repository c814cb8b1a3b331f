import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { haproxyConfig } from "../../bench/proxy/case.ts";
import { cases } from "../../bench/proxy/cases.ts";
import { page, type Report } from "../../bench/proxy/report.ts";

const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), "utf8");

describe("the benchmark of the proxy", () => {
  it("has its page written from the figures that are kept beside it", () => {
    const report = JSON.parse(read("proxy-benchmark.json")) as Report;
    expect(Object.keys(report.cases)).toEqual(expect.arrayContaining(cases.map(({ id }) => id)));
    expect(read("proxy-benchmark.md")).toBe(page(report));
  });

  it("gives haproxy its splice options and nothing else that tandemd does not get", () => {
    const place = { port: 1, origins: [2, 3], sink: 4, threads: 1 };
    for (const it of cases) {
      const plain = haproxyConfig(it, place, false).split("\n");
      const more = haproxyConfig(it, place, true)
        .split("\n")
        .filter((line) => !plain.includes(line));
      expect(more).toEqual(["    option splice-request", "    option splice-response"]);
    }
  });
});
