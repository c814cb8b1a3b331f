import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, render } from "../../src/render/index.ts";
import { checkStack, inspectStack, parseStack } from "../../src/stack/index.ts";
import { samplePair, sampleStack } from "../stack/sample.ts";
import { validStack } from "./generate.ts";
import { askHaproxy, askKeepalived, askTandemd, missing, tandemd } from "./originals.ts";
import { binary } from "./scenarios.ts";

const releases = (input: unknown) =>
  parseStack(input).pairs.flatMap((pair) =>
    pair.nodes.map((node) => ({ node, release: render(pair, node.name, binary) })),
  );

test("every valid stack renders, the same each time, whatever the order of its keys", () => {
  fc.assert(
    fc.property(validStack, (stack) => {
      const shuffled = JSON.parse(JSON.stringify(stack), (_, value: unknown) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).reverse())
          : value,
      );
      expect(releases(shuffled).map(({ release }) => release)).toEqual(
        releases(stack).map(({ release }) => release),
      );
      expect(releases(stack).map(({ release }) => release)).toEqual(
        releases(stack).map(({ release }) => release),
      );
    }),
    { numRuns: 150 },
  );
});

test("braces of keepalived.conf balance, and every line of haproxy.cfg is a header or indented", () => {
  fc.assert(
    fc.property(validStack, (stack) => {
      for (const { release } of releases(stack)) {
        let depth = 0;
        for (const line of (release.files["keepalived.conf"]?.text ?? "").split("\n")) {
          if (line.trim().startsWith("#")) continue;
          depth += line.endsWith("{") ? 1 : line.trim() === "}" ? -1 : 0;
          expect(depth).toBeGreaterThanOrEqual(0);
        }
        expect(depth).toBe(0);
        for (const line of (release.files["haproxy.cfg"]?.text ?? "").split("\n")) {
          expect(line).toMatch(/^(#.*|global|defaults|(frontend|backend) [\w.-]+| {4}\S.*|)$/);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test("tandemd has nothing against random stacks that the definition has nothing against", (context) => {
  const reason = missing(tandemd);
  if (reason !== undefined) return context.skip(reason);
  fc.assert(
    fc.property(validStack, (stack) => {
      fc.pre(checkStack(stack).warnings.length === 0);
      for (const { release } of releases(stack)) expect(askTandemd(release)).toEqual([]);
    }),
    { numRuns: 25 },
  );
}, 120_000);

test("the real haproxy and keepalived accept random valid stacks", (context) => {
  const reason =
    missing("haproxy") ?? missing("keepalived") ?? (process.getuid?.() === 0 ? undefined : "needs root");
  if (reason !== undefined) return context.skip(reason);
  fc.assert(
    fc.property(validStack, (stack) => {
      const [first] = releases(stack);
      if (first === undefined) throw new RangeError("a pair has nodes");
      expect(askHaproxy(first.release)).toMatchObject({ status: 0 });
      expect(askKeepalived(first.release, first.node)).toEqual({ status: 0, output: "" });
    }),
    { numRuns: 10 },
  );
}, 120_000);

/** Every text of a definition that reaches a file, as a path and a way to set it. */
const places: Readonly<Record<string, (text: string) => unknown>> = {
  "pair name": (text) => ({ ...sampleStack({ ...samplePair(), name: text }) }),
  "node name": (text) => withNode({ name: text }),
  interface: (text) => withNode({ interface: text }),
  "instance name": (text) => withInstance({ name: text }),
  label: (text) => withInstance({ vips: [{ address: "10.0.0.100/24", label: text }] }),
  vip: (text) => withInstance({ vips: [{ address: text }] }),
  notify: (text) => withInstance({ notify: { master: text } }),
  "script name": (text) => withScript({ name: text, script: "/bin/true" }, text),
  script: (text) => withScript({ name: "chk", script: text }, "chk"),
  "script user": (text) => withScript({ name: "chk", script: "/bin/true", user: text }, "chk"),
  "frontend name": (text) => withFrontend({ name: text }),
  "bind address": (text) => withFrontend({ binds: [{ address: text, port: 80 }] }),
  header: (text) => withFrontend({ forwardFor: { header: text } }),
  "forwardfor except": (text) => withFrontend({ forwardFor: { except: text } }),
  directive: (text) => withFrontend({ directives: [text] }),
  "server name": (text) => withServer({ name: text }),
  "server address": (text) => withServer({ address: text }),
  path: (text) => withCheck({ kind: "http", path: text }),
  host: (text) => withCheck({ kind: "http", host: text }),
  status: (text) => withCheck({ kind: "http", expectStatus: text }),
  "log address": (text) => sampleStack({ ...samplePair(), proxy: { logs: [{ address: text }] } }),
  "proxy user": (text) => sampleStack({ ...samplePair(), proxy: { user: text } }),
  "sysctl key": (text) => sampleStack({ ...samplePair(), sysctls: { [text]: 1 } }),
  "sysctl value": (text) => sampleStack({ ...samplePair(), sysctls: { "net.core.somaxconn": text } }),
  recipient: (text) =>
    sampleStack({
      ...samplePair(),
      vrrp: {
        notification: { recipients: [text], from: "a@example.org", smtpServer: { address: "192.0.2.25" } },
      },
    }),
};

// biome-ignore lint/suspicious/noExplicitAny: hostile input has no type
const loosely = (change: (pair: any) => void): unknown => {
  const pair = structuredClone(samplePair());
  change(pair);
  return sampleStack(pair);
};
const withNode = (over: object) => loosely((pair) => Object.assign(pair.nodes[1], over));
const withInstance = (over: object) => loosely((pair) => Object.assign(pair.vrrpInstances[0], over));
const withFrontend = (over: object) => loosely((pair) => Object.assign(pair.frontends[0], over));
const withServer = (over: object) => loosely((pair) => Object.assign(pair.backends[0].servers[0], over));
const withCheck = (check: object) =>
  loosely((pair) => Object.assign(pair.backends[0], { healthCheck: check }));
const withScript = (script: object, used: string) =>
  loosely((pair) => {
    pair.trackScripts = [script];
    pair.vrrpInstances[0].trackScripts = [used];
  });

/** Texts that try to leave their place: line ends, quotes, braces, comments, placeholders, and plain noise. */
const hostile = fc.oneof(
  fc.constantFrom(
    "a\nb",
    "a\r\nb",
    "a b",
    'a"b',
    "a'b",
    "a#b",
    "a!b",
    "a{b",
    "a}b",
    "a\\b",
    "$HOME",
    "${X}",
    "a;b",
    "a`b",
    "a\tb",
    "a\u0000b",
    "a\u2028b",
    "a\u0085b",
    "@@secret:x@@",
    "~SEQ(x,1,9)",
    "{{node}}",
    "x\n}\nvrrp_instance evil {",
    "/x\nbackend evil",
    "backend evil",
    "a\u00a0b",
  ),
  fc.string({ unit: "binary", minLength: 1, maxLength: 30 }),
  fc
    .tuple(
      fc.constantFrom("a", "/", "10.0.0.100/24", "a@example.org", "x.y"),
      fc.string({ unit: "binary", maxLength: 12 }),
    )
    .map(([head, tail]) => head + tail),
);

/** What keepalived, haproxy, systemd and sysctl take a file to be made of. */
const skeleton = (text: string, place: string): string[] =>
  text
    .split("\n")
    .map((line) =>
      place === "directive" ? line.replace(/^ {4}.*$/, "    …") : (line.trim().split(" ")[0] ?? ""),
    );

test.each(Object.keys(places))("no text in the place of a %s changes more than its own word", (place) => {
  const build = places[place];
  if (build === undefined) throw new RangeError(place);
  fc.assert(
    fc.property(hostile, (text) => {
      const { stack } = inspectStack(build(text));
      if (stack === undefined) return;
      const files = stack.pairs.flatMap((pair) =>
        pair.nodes.flatMap((node) => Object.values(render(pair, node.name, binary).files)),
      );
      for (const file of files) {
        expect(file.text).toMatch(/^[\x20-\x7e\n]*$/);
        expect(file.text).not.toContain("{{");
        expect(skeleton(file.text, place).filter((word) => word.includes("evil"))).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});

test.each(Object.keys(places))(
  "a line end, a quote or a brace in the place of a %s is refused with a code",
  (place) => {
    for (const text of ["a\nb", 'a"b', "a{b", "a\u0000b"]) {
      if (place === "directive" && (text === 'a"b' || text === "a{b")) continue;
      const { problems } = inspectStack(places[place]?.(text));
      expect(problems.filter(({ severity }) => severity === "error").map(({ code }) => code)[0]).toMatch(
        /^STACK_(NAME_INVALID|TEXT_UNSAFE|ADDRESS_INVALID|SCRIPT_UNSAFE)$/,
      );
    }
  },
);

test("canonical JSON is the same for equal values and JSON again", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
