import * as z from "zod";
import type { SarifFinding } from "./sarif.ts";

const place = z.object({
  file: z.string(),
  line: z.number(),
  column: z.number(),
  length: z.number(),
  source: z.string(),
});

const finding = z.object({
  severity: z.enum(["error", "warning", "note"]),
  rule: z.string().nullable(),
  code: z.string().nullable(),
  message: z.string(),
  why: z.string().nullable(),
  suggestion: z.string().nullable(),
  places: z.array(place),
});

/** What `tandemd lint --json` prints of two keepalived.conf files. */
export const reportSchema = z.object({
  findings: z.array(finding),
  elections: z.array(
    z.object({
      instance: z.string(),
      complete: z.boolean(),
      rows: z.array(
        z.object({
          failed: z.tuple([z.array(z.string()), z.array(z.string())]),
          priorities: z.tuple([z.number().nullable(), z.number().nullable()]),
          master: z.string().nullable(),
        }),
      ),
    }),
  ),
  predictions: z.array(
    z.object({
      vip: z.string(),
      instance: z.string(),
      master: z.string(),
      crashLeast: z.number(),
      crashMost: z.number(),
      graceful: z.number(),
    }),
  ),
});

export type Place = z.infer<typeof place>;
export type Finding = z.infer<typeof finding>;

/** A finding, with the reason where it is silenced. */
export type Told = Finding & { readonly silenced?: string };

export const codeOf = ({ rule, code }: Finding): string => rule ?? code ?? "";

export function toSarif(found: Told): SarifFinding {
  const [first, ...also] = found.places.map(({ file, line, column }) => ({
    kind: "file" as const,
    file,
    line,
    column,
  }));
  return {
    code: codeOf(found),
    severity: found.severity,
    message: found.message,
    ...(first === undefined ? {} : { where: first }),
    ...(found.why === null ? {} : { why: found.why }),
    ...(found.suggestion === null ? {} : { hint: found.suggestion }),
    ...(found.silenced === undefined ? {} : { silenced: found.silenced }),
    also,
  };
}
