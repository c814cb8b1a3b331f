import { expect, test } from "vitest";
import { render } from "../../src/render/index.ts";
import { type PairInput, parseStack, type StackInput } from "../../src/stack/index.ts";
import { found, pairWith, sampleStack } from "./sample.ts";

type Backend = PairInput["backends"] extends readonly (infer B)[] | undefined ? B : never;

const backend: Backend = {
  name: "web",
  mode: "http",
  healthCheck: { kind: "http" },
  servers: [
    { name: "web-1", address: "10.0.0.21", port: 80 },
    { name: "web-2", address: "10.0.0.22", port: 80 },
  ],
};
const stackWith = (changes: object): StackInput =>
  sampleStack(pairWith({ backends: [{ ...backend, ...changes }] }));

/** Lines of the backend in haproxy.cfg. */
function lines(changes: object): string[] {
  const [pair] = parseStack(stackWith(changes)).pairs;
  if (pair === undefined) throw new Error("the sample has a pair");
  const text = render(pair, "lb-a", { sha256: "0".repeat(64), version: "0.1.0" }).files["haproxy.cfg"]?.text;
  const [, body = ""] = (text ?? "").split("\nbackend web\n");
  return body.split("\n").map((line) => line.trim());
}

test.each([
  [{ balance: "static-rr" }, "balance static-rr"],
  [{ balance: "first" }, "balance first"],
  [{ balance: "random" }, "balance random"],
  [{ balance: "uri" }, "balance uri"],
  [{ balance: "url_param", balanceOn: "user" }, "balance url_param user"],
  [{ balance: "hdr", balanceOn: "X-User" }, "balance hdr(X-User)"],
])("%j is %s", (changes, line) => {
  expect(lines(changes)).toContain(line);
});

test("a cookie has the servers' names, or the values that they have", () => {
  const [first, second] = backend.servers ?? [];
  const named = lines({ cookie: { name: "SRV" }, servers: [first, { ...second, cookie: "w2" }] });
  expect(named).toContain("cookie SRV insert indirect nocache");
  expect(named.filter((line) => line.startsWith("server "))).toEqual([
    "server web-1 10.0.0.21:80 check cookie web-1",
    "server web-2 10.0.0.22:80 check cookie w2",
  ]);
  const bare = { name: "SRV", indirect: false, nocache: false, httpOnly: true, secure: true };
  expect(lines({ cookie: bare })).toContain("cookie SRV insert httponly secure");
});

test("what chooses a server must be there to be read", () => {
  expect(found(stackWith({ balance: "hdr" }))).toEqual(["pairs.0.backends.0.balanceOn STACK_BALANCE_ON"]);
  expect(found(stackWith({ balance: "source", balanceOn: "user" }))).toEqual([
    "pairs.0.backends.0.balanceOn STACK_BALANCE_ON",
  ]);
  expect(found(stackWith({ servers: [{ ...backend.servers?.[0], cookie: "w1" }] }))).toEqual([
    "pairs.0.backends.0.servers.0.cookie STACK_COOKIE_UNUSED",
  ]);
  const tcp = sampleStack(
    pairWith({
      frontends: [
        { name: "www", mode: "tcp", binds: [{ address: "10.0.0.100", port: 80 }], defaultBackend: "web" },
      ],
      backends: [{ ...backend, mode: "tcp", balance: "uri", cookie: { name: "SRV" } }],
    }),
  );
  expect(found(tcp)).toEqual([
    "pairs.0.backends.0.balance STACK_BALANCE_NEEDS_HTTP",
    "pairs.0.backends.0.cookie STACK_BALANCE_NEEDS_HTTP",
  ]);
});

test.each(["a b", "a;b", "a\nb", "", "x".repeat(65)])("%j is no name of a cookie", (name) => {
  expect(found(stackWith({ cookie: { name } }))).toEqual([
    "pairs.0.backends.0.cookie.name STACK_TEXT_UNSAFE",
  ]);
});
