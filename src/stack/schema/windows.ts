import * as z from "zod";
import { bindAddress } from "./address.ts";
import { duration } from "./duration.ts";
import { secretRef } from "./secret.ts";
import { directive, guarded, name, sectionName } from "./text.ts";
import { bindTls } from "./tls.ts";

export const port: z.ZodInt = z.int().min(1).max(65535);

const socketPath = (): z.ZodType<string, string> =>
  guarded(/^\/[A-Za-z0-9_./+-]{1,106}$/, "a path of a socket", {
    code: "STACK_TEXT_UNSAFE",
    why: "it stands as a word in haproxy.cfg, and the kernel takes 107 characters",
    hint: 'write an absolute path, e.g. "/run/tandem/admin.sock"',
  });

/** The socket that `tandem top`, socat and HAProxy's own clients speak to. */
export const runtimeSocket = z
  .strictObject({
    path: socketPath().default("/run/tandem/admin.sock").describe("path on the hosts"),
    mode: guarded(/^0?[0-7]{3}$/, "the mode of a file", {
      code: "STACK_TEXT_UNSAFE",
      hint: 'write three octal digits, e.g. "660"',
    })
      .default("600")
      .describe("permissions of its file, octal"),
    user: name().optional().describe("owner of its file; default root"),
    group: name().optional().describe("group of its file; default root"),
    level: z
      .enum(["user", "operator", "admin"])
      .default("operator")
      .describe("what its clients may do: look; also clear counters; also change servers and the rest"),
    exposeListeners: z
      .boolean()
      .default(false)
      .describe("true: a client may take the listening sockets over (expose-fd listeners)"),
    timeout: duration("1ms", "24d")
      .optional()
      .describe("silence after which a client is sent away; default 10s"),
    maxconn: z.int().min(1).max(10_000).optional().describe("clients at once; default 10"),
  })
  .meta({ id: "RuntimeSocket" });

export const statisticsUri = (): z.ZodType<string, string> =>
  guarded(/^\/[A-Za-z0-9._~/?&=:-]{0,254}$/, "the path of a page", {
    code: "STACK_TEXT_UNSAFE",
    why: "it stands as a word in haproxy.cfg",
    hint: 'write e.g. "/stats"',
  });

export const plainPath = (): z.ZodType<string, string> =>
  guarded(/^\/[A-Za-z0-9._~/:-]{0,254}$/, "a path without a query", {
    code: "STACK_TEXT_UNSAFE",
    why: "it stands as a word in haproxy.cfg",
    hint: 'write e.g. "/metrics"',
  });

export const adminCondition = (): z.ZodType<string, string> =>
  directive().refine((text) => /^(if|unless) ./.test(text), {
    error: "a condition begins with if or unless",
    params: { code: "STACK_TEXT_UNSAFE", hint: 'write e.g. "if { src 10.0.0.0/24 }"' },
  });

export const realm = (): z.ZodType<string, string> =>
  guarded(/^[A-Za-z0-9_.:,()/ -]{1,100}$/, "a realm", {
    code: "STACK_TEXT_UNSAFE",
    hint: "write plain words",
  });

export const statistics = z
  .strictObject({
    at: z
      .discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("own").describe("a port of its own"),
          name: name().default("statistics").describe("name of its section, unique in the pair"),
          address: z
            .union([z.literal("node"), bindAddress()])
            .default("node")
            .describe(
              'address to listen on; "node": what each node has on its own interface, so that both are seen',
            ),
          port: port.default(8404).describe("TCP port"),
          tls: bindTls.optional().describe("TLS; default clear text"),
        }),
        z.strictObject({
          kind: z.literal("frontend").describe("a path of a frontend"),
          frontend: name().describe("name of an http frontend"),
        }),
      ])
      .prefault({ kind: "own" })
      .describe("where it is; default a port of its own"),
    uri: statisticsUri().default("/stats").describe("where the page is; what begins with it is the page's"),
    realm: realm()
      .optional()
      .describe("what browsers show when they ask for the password; default HAProxy's"),
    users: z
      .array(
        z.strictObject({
          name: name().describe("name, unique on the page"),
          password: secretRef.describe("password; printable, without white space, quotes, \\ and #"),
        }),
      )
      .default([])
      .describe("who may see it; default everybody who reaches it"),
    admin: adminCondition()
      .optional()
      .describe(
        'who may give orders, a condition as in haproxy.cfg, e.g. "if { src 10.0.0.0/24 }"; default nobody',
      ),
    refresh: duration("1s", "1d", "1s").optional().describe("time between two looks of the page; default 1s"),
    hideVersion: z.boolean().default(true).describe("false: the page tells the version"),
    scope: z
      .array(z.union([z.literal("."), sectionName()]))
      .default([])
      .describe('names of the sections that it shows, "." for its own; default all'),
    prometheus: plainPath()
      .optional()
      .describe("where metrics for Prometheus are, open to whoever reaches the port; default nowhere"),
  })
  .meta({ id: "Statistics" });
