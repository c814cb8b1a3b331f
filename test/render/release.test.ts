import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compiledModule, templatesModule } from "../../src/render/embed-templates.ts";
import {
  canonicalJson,
  fillSecrets,
  render,
  secretPlaceholder,
  sha256,
  sysctlPath,
} from "../../src/render/index.ts";
import { fillTemplate } from "../../src/render/template.ts";
import { parseStack, type StackInput } from "../../src/stack/index.ts";
import { pairWith, sampleStack } from "../stack/sample.ts";
import { everything } from "./everything.ts";
import { binary } from "./scenarios.ts";

function release(input: StackInput, node = "lb-a", ref = binary) {
  const [pair] = parseStack(input).pairs;
  if (pair === undefined) throw new RangeError("a stack has a pair");
  return render(pair, node, ref);
}

describe("a release", () => {
  test("is named by the hash of all its other fields", () => {
    const { id, ...rest } = release(sampleStack());
    expect(id).toBe(sha256(canonicalJson(rest)).slice(0, 16));
    expect(release(sampleStack()).id).toBe(id);
    expect(release(sampleStack(), "lb-b").id).not.toBe(id);
    expect(release(sampleStack(), "lb-a", { ...binary, sha256: "1".repeat(64) }).id).not.toBe(id);
    expect(release(sampleStack(pairWith({ kernel: { forwarding: true } }))).id).not.toBe(id);
  });

  test("does not change with what concerns only the way to the host or the drill", () => {
    const [a, b] = pairWith({}).nodes;
    const other = pairWith({
      nodes: [{ ...a, address: "203.0.113.7", ssh: { port: 2222, user: "deploy" } }, b],
      drill: { faults: ["handover"], maxOutage: "1s" },
    });
    expect(release(sampleStack(other)).id).toBe(release(sampleStack()).id);
  });

  test("carries the digest of each text, and names what it needs of the host", () => {
    const { files, requires, secretNames } = release(everything);
    for (const file of Object.values(files)) expect(file.sha256).toBe(sha256(file.text));
    expect(requires.interfaces).toEqual(["bond0.10", "eth1"]);
    expect(requires.vips).toContainEqual({ address: "198.51.100.100/24", interface: "eth1" });
    expect(requires.listens).toContainEqual({ address: "::", port: 80, frontend: "www" });
    expect(requires.listens).toContainEqual({ address: "*", port: 80, frontend: "www" });
    expect(requires.listens).toContainEqual({ address: "192.0.2.11", port: 9000, frontend: "page" });
    expect(secretNames).toEqual([
      "statistics.operator.password",
      "statistics.reader.password",
      "vrrp.VI_WEIGHTED.password",
    ]);
  });

  test("needs the ports of bind lines among directives and in further sections as well", () => {
    const [www] = pairWith({}).frontends ?? [];
    if (www === undefined) throw new RangeError("the sample has a frontend");
    const { listens } = release(
      sampleStack(
        pairWith({
          frontends: [
            {
              ...www,
              directives: ["bind [2001:db8::1]:81,:82 v6only", "bind ipv6@:83", "bind /run/www.sock"],
            },
          ],
          sections: [
            {
              kind: "listen",
              name: "more",
              directives: ["mode tcp", "bind 192.0.2.9:5000-5001", "bind :::84"],
            },
            { kind: "backend", name: "other", directives: ["server s 192.0.2.10:85"] },
          ],
        }),
      ),
    ).requires;
    const raw = listens.filter(({ port }) => port > 80);
    expect(raw).toEqual([
      { address: "2001:db8::1", port: 81, frontend: "www" },
      { address: "*", port: 82, frontend: "www" },
      { address: "::", port: 83, frontend: "www" },
      { address: "192.0.2.9", port: 5000, frontend: "more" },
      { address: "192.0.2.9", port: 5001, frontend: "more" },
      { address: "::", port: 84, frontend: "more" },
    ]);
  });

  test("keeps passwords from other eyes: placeholders in the text, and a file for root only", () => {
    const file = release(everything).files["keepalived.conf"];
    expect(file?.mode).toBe(0o600);
    expect(file?.text).toContain(`auth_pass ${secretPlaceholder("vrrp.VI_WEIGHTED.password")}`);
    expect(fillSecrets(file?.text ?? "", { "vrrp.VI_WEIGHTED.password": "s3cret" })).toContain(
      "auth_pass s3cret\n",
    );
    expect(() => fillSecrets(file?.text ?? "", {})).toThrow("no value for secret vrrp.VI_WEIGHTED.password");
  });

  test("of a pair without frontends has no haproxy.cfg, and a unit that does not name one", () => {
    const { files } = release(sampleStack(pairWith({ frontends: [], backends: [] })));
    expect(files["haproxy.cfg"]).toBeUndefined();
    expect(files["tandem.service"]?.text).not.toContain("--haproxy");
    expect(files["keepalived.conf"]?.text).not.toContain("track_proxy");
  });

  test("holds the same kernel parameters as its file, in the order in which they must be set", () => {
    const { files, sysctls } = release(everything);
    const lines = (files["90-tandem.conf"]?.text ?? "")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines).toEqual(Object.entries(sysctls).map(([key, value]) => `${key} = ${value}`));
    expect(Object.keys(sysctls)[0]).toBe("net.ipv4.ip_forward");
    expect(sysctls).toMatchObject({
      "net.ipv4.conf.bond0/10.send_redirects": "1",
      "net.core.somaxconn": "4096",
    });
  });

  test("exists for nodes of the pair only", () => {
    expect(() => release(sampleStack(), "lb-c")).toThrow("pair edge has no node lb-c");
  });
});

test("a dotted key finds its file below /proc/sys, with dots of an interface kept", () => {
  expect(sysctlPath("net.ipv4.ip_forward")).toBe("net/ipv4/ip_forward");
  expect(sysctlPath("net.ipv4.conf.bond0/10.send_redirects")).toBe("net/ipv4/conf/bond0.10/send_redirects");
});

test.each([
  ["templates.ts", templatesModule],
  ["compiled.ts", compiledModule],
])("src/render/%s is current: run `node --import tsx src/render/embed-templates.ts`", (file, text) => {
  expect(readFileSync(new URL(`../../src/render/${file}`, import.meta.url), "utf8")).toBe(text());
});

test("a template that asks for what the model does not have is an error, in loops and conditions too", () => {
  expect(() => fillTemplate("90-tandem.conf", { pair: "p", node: "n" })).toThrow(
    "loops over something that is no list",
  );
  expect(() => fillTemplate("90-tandem.conf", { pair: "p", sysctls: [] })).toThrow(/"node" not defined/);
  expect(() => fillTemplate("nftables.nft", { pair: "p", node: "n" })).toThrow("does not have");
});
