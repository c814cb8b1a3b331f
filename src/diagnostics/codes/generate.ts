import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { errorsDocument, lintDocument } from "./document.ts";

// Run by hand after a change of the catalogue; a test tells when it was forgotten.
const cases = new URL("../../../daemon/crates/tandemd/tests/lint/cases/", import.meta.url);
const files = readdirSync(cases).sort();
const read = (file: string) => ({
  name: file.replace(/\.case$/, ""),
  text: readFileSync(new URL(file, cases), "utf8"),
});
writeFileSync(new URL("../../../docs/errors.md", import.meta.url), errorsDocument());
writeFileSync(new URL("../../../docs/lint.md", import.meta.url), lintDocument(files.map(read)));
