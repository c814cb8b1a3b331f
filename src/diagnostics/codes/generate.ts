import { writeFileSync } from "node:fs";
import { errorsDocument } from "./document.ts";

// Run by hand after a change of the catalogue; a test tells when it was forgotten.
writeFileSync(new URL("../../../docs/errors.md", import.meta.url), errorsDocument());
