import type { Notes } from "../notes.ts";
import { type Block, keyword } from "./tree.ts";

/** Lines that keepalived took out, or that say only what is so anyway: what the operator is told. */
function gone(block: Block, path: readonly string[]): string | undefined {
  const [name = "", value] = block.words;
  const inServer = path[0] === "virtual_server";
  if (inServer && name === "nat_mask") return "keepalived took nat_mask out: it never had an effect";
  if (inServer && name === "persistence_timeout" && value === "0")
    return "0 is no persistence, as without the line";
  if (name === "lvs_id") return "keepalived took lvs_id out; router_id names the host";
  if (["vrrp_garp_interval", "vrrp_gna_interval"].includes(name) && Number(value) === 0)
    return "0 is no pause between announcements, as without the line";
  return undefined;
}

/** The blocks in words of today. */
export function translatedBlocks(
  blocks: readonly Block[],
  notes: Notes,
  path: readonly string[] = [],
): readonly Block[] {
  return blocks.flatMap((block) => {
    const why = gone(block, path);
    if (why !== undefined) {
      notes.translated(block, `${block.raws.join(" ")} is left out`, { why, hint: "nothing is to be done" });
      return [];
    }
    const old = keyword(block) === "nb_get_retry" && path.at(-1) === "TCP_CHECK";
    const words = old ? ["retry", ...block.words.slice(1)] : block.words;
    const raws = old ? ["retry", ...block.raws.slice(1)] : block.raws;
    if (old)
      notes.translated(block, `${block.raws.join(" ")} is now ${raws.join(" ")}`, {
        why: "keepalived knows nb_get_retry in HTTP_GET and SSL_GET only",
        hint: "nothing is to be done",
      });
    const inner =
      block.block === undefined
        ? {}
        : { block: translatedBlocks(block.block, notes, [...path, keyword(block)]) };
    return [{ ...block, words, raws, ...inner }];
  });
}
