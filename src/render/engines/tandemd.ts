import { ownConfinement } from "../model/confinement.ts";
import type { Engine } from "./engine.ts";

/** Tandem's own daemon: router and proxy in one service. */
export const tandemd: Engine = {
  unit: "tandem.service",
  router: { globals: () => [] },
  packages: [],
  program: (own) => own,
  proxyGlobals: ownConfinement,
};
