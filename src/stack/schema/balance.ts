import * as z from "zod";
import { guarded } from "./text.ts";

// Who gets a request: by the state of the servers, by what the request says, or by what its client got before.

/** A token of RFC 9110 that no word of haproxy.cfg ends in. */
const token = (what: string, hint: string): z.ZodType<string, string> =>
  guarded(/^[A-Za-z0-9_.-]{1,64}$/, what, { code: "STACK_TEXT_UNSAFE", hint });

const cookie = z
  .strictObject({
    name: token("a cookie's name", 'write e.g. "SRV"').describe("name of the cookie"),
    indirect: z.boolean().default(true).describe("servers do not see it, and a client that has it gets none"),
    nocache: z.boolean().default(true).describe("an answer that sets it is not for shared caches"),
    httpOnly: z.boolean().default(false).describe("scripts of the page do not see it"),
    secure: z.boolean().default(false).describe("browsers send it over TLS alone"),
  })
  .meta({ id: "Cookie" });

/** Fields of a backend. */
export const balanceFields = {
  balance: z
    .enum(["roundrobin", "static-rr", "leastconn", "first", "random", "source", "uri", "url_param", "hdr"])
    .default("roundrobin")
    .describe(
      "as in haproxy.cfg: in turn by weight, the same with weights that stay, fewest connections, the first with room, " +
        "at random; or by the client's address, the path, a parameter, a header: the same one gets to the same server",
    ),
  balanceOn: token("the name of a parameter or header", 'write e.g. "X-User"')
    .optional()
    .describe("name of the parameter (url_param) or header (hdr)"),
  cookie: cookie
    .optional()
    .describe("a client stays with its server by a cookie that the proxy sets; default none"),
};

/** Field of a server. */
export const cookieValue = (): z.ZodOptional<z.ZodType<string, string>> =>
  token("the value of a cookie", 'write e.g. "w1"').optional();
