import * as z from "zod";
import { directive, sectionName } from "./text.ts";

/** Words that open a section of haproxy.cfg which a definition can hold as it is. */
export const sectionKinds = [
  "defaults",
  "frontend",
  "backend",
  "listen",
  "resolvers",
  "userlist",
  "peers",
  "cache",
  "mailers",
  "http-errors",
  "ring",
  "log-forward",
  "fcgi-app",
  "program",
] as const;

export const directives = (): z.ZodDefault<z.ZodArray<ReturnType<typeof directive>>> =>
  z
    .array(directive())
    .default([])
    .describe(
      "further lines of the section as in haproxy.cfg, for what the definition does not know; checked on the host",
    );

export const section = z
  .strictObject({
    kind: z.enum(sectionKinds).describe("word that opens the section"),
    name: sectionName().describe("name of the section"),
    from: sectionName().optional().describe("name of the defaults that it starts from"),
    directives: directives(),
  })
  .meta({ id: "Section" });
