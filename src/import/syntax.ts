import * as z from "zod";

// What `tandemd parse` prints: both languages as they are written.

const word = z.object({ text: z.string(), raw: z.string(), column: z.number() });

const comment = z.object({
  file: z.string(),
  line: z.number(),
  column: z.number(),
  text: z.string(),
  behind: z.boolean(),
});

const finding = z.object({
  severity: z.enum(["error", "warning", "note"]),
  code: z.string(),
  message: z.string(),
  file: z.string(),
  line: z.number(),
  column: z.number(),
  suggestion: z.string().nullable(),
});

const line = z.object({ line: z.number(), words: z.array(word), text: z.string(), broken: z.boolean() });

const block = z.object({
  file: z.string(),
  line: z.number(),
  last: z.number(),
  words: z.array(word),
  get block() {
    return z.array(block).nullable();
  },
});

const haproxyFile = z.object({
  file: z.string(),
  lines: z.array(line),
  comments: z.array(comment),
  findings: z.array(finding),
});

const keepalivedFile = z.object({
  file: z.string(),
  blocks: z.array(block),
  comments: z.array(comment),
  findings: z.array(finding),
});

export const syntaxSchema = z.object({
  haproxy: z.array(haproxyFile),
  keepalived: z.array(keepalivedFile),
});

export type Syntax = z.infer<typeof syntaxSchema>;
export type HaproxyFile = z.infer<typeof haproxyFile>;
export type KeepalivedFile = z.infer<typeof keepalivedFile>;
export type RawBlock = z.infer<typeof block>;
export type Comment = z.infer<typeof comment>;
export type Finding = z.infer<typeof finding>;
