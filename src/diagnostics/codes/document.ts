import { errorCatalogue } from "./catalogue.ts";

/** Text of docs/errors.md, from the catalogue. */
export function errorsDocument(): string {
  const sections = Object.entries(errorCatalogue)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, [meaning, example, fix]]) =>
      [`## ${code}`, "", sentence(meaning), "", "```text", example, "```", "", `**Fix:** ${fix}.`, ""].join(
        "\n",
      ),
    );
  return [
    "# Error codes",
    "",
    "Generated from `src/diagnostics/codes/`; `tandem explain CODE` prints the same text.",
    "",
    ...sections,
  ].join("\n");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
