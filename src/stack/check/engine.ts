import type { Problem } from "../../diagnostics/index.ts";
import type { PairData } from "../schema/stack.ts";
import { type Advice, error, type Path } from "./report.ts";

/** What a definition asks of Debian's packages that they cannot do: said, never left out. */
export function checkEngine(pair: PairData, path: Path): Problem[] {
  if (pair.engine !== "distro") return [];
  const lacks = (at: Path, message: string, advice: Advice): Problem =>
    error("STACK_ENGINE_LACKS", [...path, ...at], message, advice);
  const witnesses = pair.vrrpInstances.flatMap((instance, i) => {
    if (instance.witnesses.length === 0) return [];
    return [
      lacks(["vrrpInstances", i, "witnesses"], `${JSON.stringify(instance.name)} asks witnesses`, {
        why: "keepalived asks nobody before silence makes it master",
        hint: 'take the witnesses out, or use engine: "tandemd"',
      }),
    ];
  });
  const scripts = pair.trackScripts.flatMap(({ name }, i) => {
    if (name !== "tandem_proxy") return [];
    return [
      lacks(["trackScripts", i, "name"], 'the name "tandem_proxy" is taken', {
        why: "trackProxy is a script of that name with this engine",
        hint: "choose another name",
      }),
    ];
  });
  const fifos = pair.vrrp.globalDirectives.flatMap((line, i) => {
    if (!/^\s*vrrp_notify_fifo/.test(line)) return [];
    return [
      lacks(["vrrp", "globalDirectives", i], "keepalived writes into one FIFO only", {
        why: "with this engine it is where Tandem reads who is master",
        hint: "use notify of the instance",
      }),
    ];
  });
  return [...witnesses, ...scripts, ...fifos];
}
