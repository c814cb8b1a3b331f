import { commentsOf } from "../document.ts";
import { type Statement, withComments } from "../statement.ts";
import type { KeepalivedFile, RawBlock } from "../syntax.ts";

/** A line of keepalived.conf with its comments, and the block behind it. */
export interface Block extends Statement {
  readonly block?: readonly Block[];
}

/** The blocks of a file with their comments, and what stands behind the last line. */
export function readBlocks(file: KeepalivedFile): {
  readonly blocks: readonly Block[];
  readonly tail: readonly string[];
} {
  const places = flat(file.blocks).map((block) => ({
    file: block.file,
    line: block.line,
    column: block.words[0]?.column ?? 1,
  }));
  const { lines, tail } = withComments(places, file.comments);
  let next = 0;
  const build = (raw: RawBlock): Block => {
    const remarks = lines[next++];
    const own = {
      file: raw.file,
      line: raw.line,
      column: raw.words[0]?.column ?? 1,
      above: remarks?.above ?? [],
      ...(remarks?.behind === undefined ? {} : { behind: remarks.behind }),
      words: raw.words.map(({ text }) => text),
      raws: raw.words.map((word) => word.raw),
    };
    return raw.block === null ? own : { ...own, block: raw.block.map(build) };
  };
  return { blocks: file.blocks.map(build), tail };
}

/** In the order of the text, as `build` goes through them. */
function flat(blocks: readonly RawBlock[]): readonly RawBlock[] {
  return blocks.flatMap((block) => [block, ...flat(block.block ?? [])]);
}

export const keyword = (block: Block): string => block.words[0] ?? "";

/** Blocks of a keyword. */
export const named = (blocks: readonly Block[], name: string): readonly Block[] =>
  blocks.filter((block) => keyword(block) === name);

/** The last line of a keyword: a later one overrides an earlier one. */
export function last(blocks: readonly Block[], name: string): Block | undefined {
  return blocks.filter((block) => keyword(block) === name).at(-1);
}

/** Lines inside all blocks of a keyword: such blocks add up. */
export function inside(blocks: readonly Block[], name: string): readonly Block[] {
  return blocks.filter((block) => keyword(block) === name).flatMap(({ block }) => block ?? []);
}

/** The block as lines of keepalived.conf. */
export function linesOf(block: Block, indent = ""): readonly string[] {
  const head = `${indent}${block.raws.join(" ")}`;
  if (block.block === undefined) return [head];
  return [`${head} {`, ...block.block.flatMap((line) => linesOf(line, `${indent}    `)), `${indent}}`];
}

/** All comments of a block and of what is inside. */
export function allComments(block: Block): readonly string[] {
  return [...commentsOf(block), ...(block.block ?? []).flatMap(allComments)];
}
