import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { fillSecrets, secretNamesIn } from "../../src/render/release.ts";
import { missing } from "../render/originals.ts";
import {
  corpusFiles,
  difference,
  haproxyTakes,
  hostsOf,
  importFiles,
  interfacesIn,
  keepalivedTakes,
  nameOf,
  proxyMeaning,
  renderAgain,
  routerMeaning,
} from "./round-trip.ts";

// Real files of strangers: imported, rendered again, and read by the real parsers and by tandemd.

const absent =
  missing(tandemd) ??
  missing("haproxy") ??
  missing("keepalived") ??
  missing("unshare") ??
  (corpusFiles("haproxy").length === 0 ? "../shared/corpus is not beside the project" : undefined);
if (absent !== undefined) console.error(`skipped: the round trip of real files: ${absent}`);

interface Trip {
  readonly name: string;
  /** The real parser takes the original. */
  readonly accepted: boolean;
  /** What speaks against the round trip; nothing when it passed. */
  readonly faults: readonly string[];
}

function proxyTrip(file: string): Trip {
  const text = readFileSync(file, "utf8");
  const imported = importFiles({ haproxy: [file] });
  const again = renderAgain(imported);
  const trip = { name: nameOf(file), accepted: haproxyTakes(text).taken };
  if (!("haproxy" in again)) return { ...trip, faults: again };
  const after = haproxyTakes(again.haproxy);
  const faults = difference(proxyMeaning(`${text.trimEnd()}\n`), proxyMeaning(again.haproxy));
  return {
    ...trip,
    faults: [...(after.taken ? [] : [after.output]), ...faults, ...lostWords(imported.text, file, "haproxy")],
  };
}

function routerTrip(file: string): Trip {
  const text = readFileSync(file, "utf8");
  const imported = importFiles({ keepalived: [file] }, hostsOf(importFiles({ keepalived: [file] })));
  const again = renderAgain(imported);
  const trip = { name: nameOf(file), accepted: keepalivedTakes(text, interfacesIn(text)).taken };
  if (!("keepalived" in again)) return { ...trip, faults: again };
  const password = /auth_pass\s+"?([^\s"]+)/.exec(text)?.[1]?.slice(0, 8) ?? "";
  const secrets = Object.fromEntries(secretNamesIn([again.keepalived]).map((name) => [name, password]));
  const rendered = fillSecrets(again.keepalived, secrets);
  const after = keepalivedTakes(rendered, interfacesIn(rendered));
  const faults = difference(routerMeaning(text), routerMeaning(rendered));
  return {
    ...trip,
    faults: [
      ...(after.taken ? [] : [after.output]),
      ...faults,
      ...lostWords(imported.text, file, "keepalived"),
    ],
  };
}

/** Comments of the file that the stack file does not have. */
function lostWords(stack: string, file: string, kind: "haproxy" | "keepalived"): readonly string[] {
  const signs = kind === "haproxy" ? /^\s*#+\s*(.*?)\s*$/ : /^\s*[#!]+\s*(.*?)\s*$/;
  return readFileSync(file, "utf8")
    .split(/\r?\n/)
    .flatMap((line) => signs.exec(line)?.[1] ?? [])
    .filter((comment) => !stack.includes(comment))
    .map((comment) => `the comment is gone: ${comment}`);
}

function told(kind: string, trips: readonly Trip[]): readonly Trip[] {
  const accepted = trips.filter((trip) => trip.accepted);
  const good = accepted.filter(({ faults }) => faults.length === 0);
  console.log(
    `${kind}: ${good.length} of ${accepted.length} files that the real parser takes come back with the same meaning`,
  );
  for (const { name, faults } of accepted)
    if (faults.length > 0) console.log(`  ${name}: ${faults.slice(0, 5).join("; ").slice(0, 300)}`);
  return accepted;
}

test.skipIf(absent !== undefined)(
  "real files come back from an import with the same meaning, and the real parsers take them",
  () => {
    const trips = [
      ...told("haproxy", corpusFiles("haproxy").map(proxyTrip)),
      ...told("keepalived", corpusFiles("keepalived").map(routerTrip)),
    ];
    const good = trips.filter(({ faults }) => faults.length === 0).length;
    console.log(`round trip: ${good} of ${trips.length} files, ${Math.floor((100 * good) / trips.length)} %`);
    expect(trips.length).toBeGreaterThan(30);
    expect(good / trips.length).toBeGreaterThanOrEqual(FLOOR);
  },
  120_000,
);

/** Share of files that must pass. */
const FLOOR = 0.95;
