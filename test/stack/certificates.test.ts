import { beforeAll, describe, expect, test } from "vitest";
import { inspectCertificates, type PairInput, type SecretRef } from "../../src/stack/index.ts";
import { locked, type Made, made } from "./made-certificates.ts";
import { pairWith, pathOf, sampleStack } from "./sample.ts";

const DAY = 86_400_000;
let root: Made;
let middle: Made;
let site: Made;
let other: Made;

beforeAll(() => {
  root = made("Root", { authority: true, days: 900 });
  middle = made("Middle", { authority: true, days: 400, by: root });
  site = made("site", { hosts: ["www.example.com", "*.shop.example.com"], by: middle });
  other = made("other", { hosts: ["other.example.com"] });
});

const from = (name: string): SecretRef => ({ kind: "env", name });

/** A frontend with these lines that shows a certificate from two variables. */
const stack = (directives: readonly string[] = [], more: Partial<PairInput> = {}) =>
  sampleStack(
    pairWith({
      certificates: [{ kind: "secret", name: "site", certificate: from("CHAIN"), privateKey: from("KEY") }],
      frontends: [
        {
          name: "www",
          mode: "http",
          binds: [{ address: "10.0.0.100", port: 443, tls: { certificates: ["site"] } }],
          defaultBackend: "web",
          directives,
        },
      ],
      ...more,
    }),
  );

const problems = (chain: string | undefined, key: string | undefined, days = 1, input: unknown = stack()) =>
  inspectCertificates(
    input,
    (ref) => (ref.kind === "env" ? { CHAIN: chain, KEY: key }[ref.name] : undefined),
    new Date(Date.now() + days * DAY),
  );

const found = (...args: Parameters<typeof problems>): readonly string[] =>
  problems(...args).map((one) => `${one.severity} ${one.code} ${pathOf(one).replace("pairs.0.", "")}`);

const CHAIN = "certificates.0.certificate";
const KEY = "certificates.0.privateKey";
const whole = () => site.certificate + middle.certificate;

test("a certificate with its chain, its key and its names is told nothing of", () => {
  expect(found(whole(), site.key)).toEqual([]);
  expect(found(whole() + root.certificate, site.key)).toEqual([]);
  expect(found(other.certificate, other.key)).toEqual([]);
});

test("what is not known here is not judged", () => {
  expect(found(undefined, undefined)).toEqual([]);
  expect(found(whole(), undefined)).toEqual([]);
  expect(found(undefined, site.key)).toEqual([]);
});

describe("its life", () => {
  test("has ended", () => {
    expect(found(whole(), site.key, 91)).toEqual([`error STACK_CERTIFICATE_EXPIRED ${CHAIN}`]);
    expect(problems(whole(), site.key, 91)[0]?.message).toMatch(
      /^the certificate of www\.example\.com and 1 more has expired on \d{4}-\d\d-\d\d$/,
    );
  });

  test("ends within thirty days", () => {
    expect(found(whole(), site.key, 59)).toEqual([]);
    expect(found(whole(), site.key, 61)).toEqual([`warning STACK_CERTIFICATE_EXPIRES ${CHAIN}`]);
    expect(problems(whole(), site.key, 61)[0]?.message).toContain("expires in 28 days, on ");
  });

  test("ends within the time that the definition says", () => {
    const within = (warnBefore: "10d" | "45d") => {
      const one = {
        kind: "secret",
        name: "site",
        certificate: from("CHAIN"),
        privateKey: from("KEY"),
      } as const;
      return (days: number) =>
        found(whole(), site.key, days, stack([], { certificates: [{ ...one, warnBefore }] }));
    };
    const warned = [`warning STACK_CERTIFICATE_EXPIRES ${CHAIN}`];
    // Its life is ninety days: a third of it comes before the forty-five.
    expect([within("10d")(79), within("10d")(81)]).toEqual([[], warned]);
    expect([within("45d")(59), within("45d")(61)]).toEqual([[], warned]);
    const long = made("longer", { hosts: ["www.example.com"], days: 400 });
    const year = { CHAIN: long.certificate, KEY: long.key };
    const at = (days: number, warnBefore: "30d" | "45d") =>
      inspectCertificates(
        stack([], {
          certificates: [
            { kind: "secret", name: "site", certificate: from("CHAIN"), privateKey: from("KEY"), warnBefore },
          ],
        }),
        (ref) => (ref.kind === "env" ? year[ref.name as keyof typeof year] : undefined),
        new Date(Date.now() + days * DAY),
      ).map(({ code }) => code);
    expect([at(356, "30d"), at(356, "45d")]).toEqual([[], ["STACK_CERTIFICATE_EXPIRES"]]);
  });

  test("is short, so that a third of it is enough", () => {
    const short = made("short", { hosts: ["a.example"], days: 6 });
    expect(found(short.certificate, short.key, 3)).toEqual([]);
    expect(found(short.certificate, short.key, 5)).toEqual([`warning STACK_CERTIFICATE_EXPIRES ${CHAIN}`]);
  });

  test("has not begun", () => {
    expect(found(whole(), site.key, -1)[0]).toBe(`error STACK_CERTIFICATE_NOT_YET ${CHAIN}`);
  });

  test("is that of its issuer, too, but not of an authority that clients have themselves", () => {
    const long = made("long", { hosts: ["a.example"], days: 5000, by: middle });
    const text = long.certificate + middle.certificate + root.certificate;
    expect(found(text, long.key, 399)).toEqual([`warning STACK_CERTIFICATE_EXPIRES ${CHAIN}`]);
    expect(problems(text, long.key, 950).map(({ message }) => message)).toEqual([
      expect.stringContaining("the certificate of CN=Middle has expired"),
    ]);
  });
});

describe("its key", () => {
  test("is another's", () => {
    expect(found(whole(), other.key)).toEqual([`error STACK_CERTIFICATE_KEY_DIFFERS ${KEY}`]);
  });

  test("needs a passphrase, or is no key", () => {
    expect(found(whole(), locked(site))).toEqual([`error STACK_CERTIFICATE_UNREADABLE ${KEY}`]);
    expect(problems(whole(), locked(site))[0]?.message).toContain("passphrase");
    expect(found(whole(), site.key.replace(/^M.*$/m, "bm90"))).toEqual([
      `error STACK_CERTIFICATE_UNREADABLE ${KEY}`,
    ]);
    expect(found(whole(), "/etc/ssl/site.key")).toEqual([`error STACK_CERTIFICATE_NO_PEM ${KEY}`]);
  });

  test("is never told", () => {
    const secret = other.key.split("\n")[1] ?? "";
    expect(secret.length).toBeGreaterThan(20);
    for (const key of [other.key, other.key.slice(0, 120), other.key.replaceAll("PRIVATE", "PUBLIC")])
      expect(JSON.stringify(problems(whole(), key))).not.toContain(secret.slice(0, 16));
  });
});

describe("its chain", () => {
  test("begins with another certificate than the host's", () => {
    expect(found(middle.certificate + site.certificate, site.key)).toEqual([
      `error STACK_CERTIFICATE_CHAIN_ORDER ${CHAIN}`,
    ]);
  });

  test("is out of order further on, or has a stranger in it", () => {
    const order = `warning STACK_CERTIFICATE_CHAIN_ORDER ${CHAIN}`;
    expect(found(site.certificate + root.certificate + middle.certificate, site.key)).toEqual([order]);
    expect(found(whole() + other.certificate, site.key)).toEqual([order]);
    expect(problems(whole() + other.certificate, site.key)[0]?.message).toBe(
      "other.example.com at place 3 did not sign the certificate before it",
    );
  });

  test("lacks the issuer", () => {
    expect(found(site.certificate, site.key)).toEqual([`warning STACK_CERTIFICATE_CHAIN_SHORT ${CHAIN}`]);
    expect(problems(site.certificate, site.key)[0]?.message).toContain("(CN=Middle)");
  });

  test("is damaged, or none", () => {
    expect(found(whole().replace(/^M.*$/m, "bm90"), site.key)).toEqual([
      `error STACK_CERTIFICATE_UNREADABLE ${CHAIN}`,
    ]);
    expect(
      problems(site.certificate + middle.certificate.replace(/^M.*$/m, "bm90"), site.key)[0]?.message,
    ).toBe("certificate 2 of 2 is in PEM form and cannot be read");
    expect(found("site.pem", site.key)).toEqual([`error STACK_CERTIFICATE_NO_PEM ${CHAIN}`]);
  });
});

describe("its names", () => {
  const names = "warning STACK_CERTIFICATE_NAMES frontends.0.binds.0.tls.certificates";
  const of = (...lines: readonly string[]) => found(whole(), site.key, 1, stack(lines));

  test.each([
    ["use_backend web if { hdr(host) -i www.example.com a.shop.example.com:443 }"],
    ["use_backend web if { path_beg api.example.com }"],
    ["use_backend web if { hdr(host) -m end .example.com }"],
    ["http-request deny if { hdr(host) -i old.example.com }"],
    ["acl old hdr(host) -i old.example.com", "http-request deny if old"],
    ["use_backend %[req.hdr(host),lower,map(/etc/hosts.map)]"],
    ["# use_backend web if { hdr(host) -i old.example.com }"],
    ["use_backend web if { hdr(host) -i 192.0.2.1 }"],
  ])("are enough for %s", (...lines) => {
    expect(of(...lines)).toEqual([]);
  });

  test.each([
    ["use_backend web if { req.hdr(host),lower,field(1,:) -i -m str api.example.com }"],
    ["use_backend web if !{ ssl_fc_sni -i api.example.com }"],
    ["acl api hdr(host) -i www.example.com API.example.com", "use_backend web if api { path_beg /v1 }"],
    ["acl api hdr(host) -i 'api.example.com'", "use_backend web unless !api"],
    ["use_backend web if { hdr(host) -i a.b.shop.example.com } || { hdr(host) shop.example.com }"],
  ])("lack what %s asks for", (...lines) => {
    expect(of(...lines)).toEqual([names]);
  });

  test("are told together, and not where another certificate may have them", () => {
    const lines = ["use_backend web if { hdr(host) -i api.example.com cdn.example.com www.example.com }"];
    const told = problems(whole(), site.key, 1, stack(lines)).map(({ message }) => message);
    expect(told).toEqual(["no certificate of this bind is for api.example.com, cdn.example.com"]);
    const both = stack(lines, {});
    const [pair] = both.pairs;
    const more = { kind: "hostFile" as const, name: "more", path: "/etc/ssl/more.pem" };
    const [frontend] = pair?.frontends ?? [];
    const [bind] = frontend?.binds ?? [];
    const shared = {
      ...both,
      pairs: [
        {
          ...pair,
          certificates: [...(pair?.certificates ?? []), more],
          frontends: [{ ...frontend, binds: [{ ...bind, tls: { certificates: ["site", "more"] } }] }],
        },
      ],
    };
    expect(found(whole(), site.key, 1, shared)).toEqual([]);
  });

  test("are those beside the subject", () => {
    const old = made("www.example.com");
    expect(found(old.certificate, old.key)).toEqual(["warning STACK_CERTIFICATE_NAMES certificates.0"]);
  });
});
