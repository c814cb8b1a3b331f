// biome-ignore lint/style/noRestrictedImports: a script run by hand, which no module imports
import { writeFileSync } from "node:fs";
import { definitionDocument, stackJsonSchema } from "./document.ts";

// Run after a change of the schema; a test tells when it was forgotten.
const docs = new URL("../../../docs/", import.meta.url);
writeFileSync(new URL("definition.md", docs), definitionDocument());
writeFileSync(new URL("definition.schema.json", docs), `${JSON.stringify(stackJsonSchema(), null, 2)}\n`);
