import type { Problem } from "../diagnostics/index.ts";
import type { Syntax } from "../import/index.ts";
import { problem } from "./haproxy.ts";

type Block = Syntax["keepalived"][number]["blocks"][number];

/** Mistakes of keepalived.conf that one file shows by itself; docs/lint.md has those of two. */
export function lintKeepalived(file: Syntax["keepalived"][number]): readonly Problem[] {
  return file.blocks.flatMap(inBlock);
}

function inBlock(block: Block): readonly Problem[] {
  const inside = (block.block ?? []).flatMap(inBlock);
  const [keyword = "", value = "", ...rest] = block.words.map(({ text }) => text);
  const at = (code: string, message: string): readonly Problem[] => [
    ...inside,
    problem(code, message, block.file, block.line, block.words[1]?.column ?? 1),
  ];
  if (keyword === "virtual_router_id" && value === "51")
    return at("LINT_VRID_SAMPLE", "router id 51 is the sample's");
  if (keyword === "router_id" && /^LVS_DEVEL/.test(value))
    return at("LINT_NAME_SAMPLE", `router_id ${value} is the sample's`);
  // The password itself is never told.
  if (keyword === "auth_pass" && /^(1111|1234\d*|123|0000|pass(word)?|secret|admin|keepalived)$/i.test(value))
    return at("LINT_PASSWORD_SAMPLE", "the password of the adverts is a sample's");
  const command = [value, ...rest].join(" ");
  if (keyword === "script" && /^(\S*\/)?(killall5? -0|pidof|pgrep)\s/.test(command))
    return at(
      "LINT_CHECK_SHALLOW",
      `the check ${JSON.stringify(command)} looks for a process and asks it nothing`,
    );
  return inside;
}
