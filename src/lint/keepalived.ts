import type { Problem } from "../diagnostics/index.ts";
import type { Syntax } from "../import/index.ts";
import { problem } from "./problem.ts";

type Block = Syntax["keepalived"][number]["blocks"][number];

/** Mistakes of keepalived.conf that one file shows by itself; docs/lint.md has those of two. */
export function lintKeepalived(file: Syntax["keepalived"][number]): readonly Problem[] {
  return [...file.blocks.flatMap(inBlock), ...lonely(file.blocks)];
}

const inside = (block: Block | undefined, ...keywords: readonly string[]): boolean =>
  (block?.block ?? []).some(({ words }) => keywords.includes(words[0]?.text ?? ""));

/** Words that need another one beside them. */
function lonely(blocks: readonly Block[]): readonly Problem[] {
  const globals = blocks.find(({ words }) => words[0]?.text === "global_defs");
  const realtime = (globals?.block ?? []).find(({ words }) => words[0]?.text === "vrrp_rt_priority");
  const refreshed = inside(globals, "vrrp_higher_prio_send_advert", "vrrp_garp_master_refresh");
  const silent = blocks.filter(
    (block) =>
      !refreshed &&
      block.words[0]?.text === "vrrp_instance" &&
      !inside(block, "higher_prio_send_advert", "garp_master_refresh"),
  );
  return [
    ...(realtime === undefined || inside(globals, "vrrp_rlimit_rttime")
      ? []
      : [at(realtime, "LINT_REALTIME_LIMIT", "vrrp_rt_priority without vrrp_rlimit_rttime")]),
    ...silent.map((block) =>
      at(block, "LINT_HEAL_SILENT", `'${block.words[1]?.text}' is not announced again after a partition`),
    ),
  ];
}

const CHECKER = /^(?:\w+_CHECK|HTTP_GET|SSL_GET)$/;

function at(block: Block, code: string, message: string): Problem {
  return problem(code, message, block.file, block.line, block.words[1]?.column ?? 1);
}

function inBlock(block: Block): readonly Problem[] {
  const below = (block.block ?? []).flatMap(inBlock);
  const [keyword = "", value = "", ...rest] = block.words.map(({ text }) => text);
  const found = (code: string, message: string): readonly Problem[] => [...below, at(block, code, message)];
  if (keyword === "virtual_router_id" && value === "51")
    return found("LINT_VRID_SAMPLE", "router id 51 is the sample's");
  if (keyword === "router_id" && /^LVS_DEVEL/.test(value))
    return found("LINT_NAME_SAMPLE", `router_id ${value} is the sample's`);
  // The password itself is never told.
  if (keyword === "auth_pass" && /^(1111|1234\d*|123|0000|pass(word)?|secret|admin|keepalived)$/i.test(value))
    return found("LINT_PASSWORD_SAMPLE", "the password of the adverts is a sample's");
  if (keyword === "advert_int" && Number(value) < 0.03 && Number(value) > 0)
    return found("LINT_ADVERT_FLAPS", `an advert every ${Math.round(Number(value) * 1000)} ms`);
  if (keyword === "real_server" && block.block?.every((inner) => !CHECKER.test(inner.words[0]?.text ?? "")))
    return found("LINT_REAL_UNCHECKED", `nothing checks the real server ${[value, ...rest].join(" ")}`);
  if (keyword === "persistence_timeout" && Number(value) === 0)
    return found("LINT_LVS_SAMPLE", "persistence_timeout 0 is out of range, and the line is left out");
  if (/^(?:lb_kind|lvs_method)$/.test(keyword) && value !== value.toUpperCase())
    return found("LINT_LVS_SAMPLE", `${keyword} ${value} is no method; the default NAT is taken`);
  if (keyword === "TCP_CHECK" && inside(block, "nb_get_retry"))
    return found("LINT_LVS_SAMPLE", "nb_get_retry is a word of HTTP_GET alone");
  const command = [value, ...rest].join(" ");
  if (keyword === "script" && /^(\S*\/)?(killall5? -0|pidof|pgrep)\s/.test(command))
    return found(
      "LINT_CHECK_SHALLOW",
      `the check ${JSON.stringify(command)} looks for a process and asks it nothing`,
    );
  return below;
}
