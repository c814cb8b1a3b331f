import { writeFileSync } from "node:fs";
import { commandsDocument } from "./document.ts";

// Run after a change of a command or a setting; a test tells when it was forgotten.
writeFileSync(new URL("../../../docs/commands.md", import.meta.url), commandsDocument());
