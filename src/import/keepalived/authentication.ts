import { type Field, field, type Remarks, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import type { Common } from "./common.ts";
import { versionOf } from "./member.ts";
import { type Block, inside, last } from "./tree.ts";

/** Kind and password; a definition refers to passwords and does not hold them. */
export function authenticationField(
  block: Block,
  common: Common,
  remarks: readonly Remarks[],
  notes: Notes,
): readonly Field[] {
  const lines = inside(block.block ?? [], "authentication");
  const kind = last(lines, "auth_type")?.words[1];
  const password = last(lines, "auth_pass");
  if (password === undefined || (kind !== "PASS" && kind !== "AH")) {
    if (lines.length > 0)
      notes.lost(
        lines[0] ?? block,
        "this authentication block names no kind and password that keepalived takes",
        {
          why: "keepalived runs without authentication then",
          hint: 'write authentication: { kind: "PASS", password: … }, or leave it out',
        },
      );
    return [];
  }
  if (versionOf(block, common.version) === 3) {
    notes.translated(password, "the authentication of a version 3 instance is left out", {
      why: "VRRP version 3 has none, so it has had no effect",
      hint: "nothing is to be done",
    });
    return [];
  }
  const key = `${block.words[1] ?? "vrrp"}.password`;
  const long = [...(password.words[1] ?? "")].length > 8;
  notes.secret(password, `the password of ${block.words[1]} stands in no definition`, {
    why: long
      ? "keepalived cuts passwords to 8 characters, and this one is longer"
      : "a definition refers to secrets and does not hold them",
    hint: `set ${long ? "its first 8 characters" : "it"} with \`pulumi config set --secret ${key}\``,
  });
  return [field("authentication", treeOf({ kind, password: { kind: "config", key } }), ...remarks)];
}
