import { z } from "zod";

// What a log of ours may have, as the schema of SARIF 2.1.0 (OASIS) restricts it; a property that is not
// named there is refused. The numbers are sections of the standard.

const text = z.strictObject({ text: z.string().min(1) });

/** 3.4.3: a URI reference, so nothing that would have to be escaped. */
const uri = z.string().regex(/^(file:\/\/\/)?(%[0-9A-F]{2}|[A-Za-z0-9\-._~!$&'()*+,;=:@/])+$/);

/** 3.28 and 3.33: at least one of the two tells where. */
const location = z
  .strictObject({
    id: z.int().min(-1).optional(),
    physicalLocation: z
      .strictObject({
        artifactLocation: z.strictObject({ uri }),
        region: z
          .strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1).optional() })
          .optional(),
      })
      .optional(),
    logicalLocations: z
      .array(
        z.strictObject({
          fullyQualifiedName: z.string().min(1),
          kind: z.enum(["member", "resource"]),
        }),
      )
      .min(1)
      .optional(),
  })
  .refine((it) => it.physicalLocation !== undefined || it.logicalLocations !== undefined);

const unique = (items: readonly unknown[]): boolean =>
  new Set(items.map((item) => JSON.stringify(item))).size === items.length;

/** 3.49: `id` is the one property that a rule must have. */
const rule = z.strictObject({
  id: z.string().min(1),
  shortDescription: text.optional(),
  help: text.optional(),
});

/** 3.27. */
const result = z.strictObject({
  ruleId: z.string().min(1),
  ruleIndex: z.int().min(-1),
  level: z.enum(["none", "note", "warning", "error"]),
  message: text,
  locations: z.array(location).min(1),
  relatedLocations: z.array(location).min(1).refine(unique).optional(),
  suppressions: z
    .array(z.strictObject({ kind: z.enum(["inSource", "external"]), justification: z.string().min(1) }))
    .refine(unique)
    .optional(),
});

export const sarifSchema = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({ name: z.string().min(1), rules: z.array(rule).refine(unique) }),
      }),
      columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
      results: z.array(result),
    }),
  ]),
});
