/**
 * Lint: mistakes of configuration files that a parser takes without a word.
 * In: both languages as `tandemd parse` reads them.
 * Out: problems with a code, the place, the reason and what to write instead.
 * Pure: no disk, network, clock or environment; imports src/import (types) and src/diagnostics only.
 */

import type { Problem } from "../diagnostics/index.ts";
import type { Syntax } from "../import/index.ts";
import { lintHaproxy } from "./haproxy.ts";
import { lintKeepalived } from "./keepalived.ts";
import { rowsOf, strayRows } from "./stray.ts";

export function lintFiles(syntax: Syntax): readonly Problem[] {
  return [
    ...syntax.haproxy.flatMap((file) => [
      ...strayRows(file.lines.map((line) => ({ ...line, file: file.file }))),
      ...lintHaproxy(file),
    ]),
    ...syntax.keepalived.flatMap((file) => [...strayRows(rowsOf(file.blocks)), ...lintKeepalived(file)]),
  ];
}
