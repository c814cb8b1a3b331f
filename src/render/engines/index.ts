import type { EngineName } from "../../stack/index.ts";
import { distro } from "./distro.ts";
import type { Engine } from "./engine.ts";
import { tandemd } from "./tandemd.ts";

export { ownProgram } from "./distro.ts";
export type { Engine, RouterDialect } from "./engine.ts";

/** Every engine that a pair can have. */
export const engines: Readonly<Record<EngineName, Engine>> = { tandemd, distro };
