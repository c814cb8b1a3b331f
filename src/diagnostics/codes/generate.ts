import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { daemonModule } from "./daemon-module.ts";
import { errorsDocument, lintDocument } from "./document.ts";

// Run by hand after a change of the catalogue or of tandemd's codes; a test tells when it was forgotten.
const root = new URL("../../../", import.meta.url);
const cases = new URL("daemon/crates/tandemd/tests/lint/cases/", root);
const files = readdirSync(cases).sort();
const read = (file: string) => ({
  name: file.replace(/\.case$/, ""),
  text: readFileSync(new URL(file, cases), "utf8"),
});
writeFileSync(new URL("docs/errors.md", root), errorsDocument());
writeFileSync(new URL("docs/lint.md", root), lintDocument(files.map(read)));
const codes = readFileSync(new URL("docs/config-codes.md", root), "utf8");
writeFileSync(new URL("src/diagnostics/codes/daemon.ts", root), daemonModule(codes));
