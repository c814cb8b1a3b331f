import type { Problem } from "../../diagnostics/index.ts";
import { failoverOf } from "../resolve/instance.ts";
import { durationMs } from "../schema/duration.ts";
import type { PairData } from "../schema/stack.ts";
import { error, type Path, warning } from "./report.ts";

/** What the pair does at run time: scripts, kernel parameters and drills. */
export function checkConduct(pair: PairData, path: Path): Problem[] {
  return [...scripts(pair, path), ...sysctls(pair, path), ...drill(pair, path)];
}

function scripts(pair: PairData, path: Path): Problem[] {
  const seeking = /(^|[/ ])(killall|pidof|pgrep|pkill)( |$)/;
  return pair.trackScripts.flatMap((script, i) => {
    const at = [...path, "trackScripts", i];
    const problems: Problem[] = [];
    if (pair.engine === "tandemd" && seeking.test(script.script) && /\bhaproxy\b/.test(script.script)) {
      problems.push(
        (script.weight === 0 ? error : warning)(
          "STACK_SCRIPT_SEEKS_HAPROXY",
          [...at, "script"],
          `${JSON.stringify(script.script)} looks for a process that is not there`,
          {
            why: "tandemd serves the frontends, so no process is called haproxy and the check always fails",
            hint: "take the script out: trackProxy follows the proxy without one",
          },
        ),
      );
    }
    if (
      script.timeout !== undefined &&
      durationMs(script.timeout) > durationMs(script.interval) * script.fall * 2
    ) {
      problems.push(
        warning(
          "STACK_SCRIPT_TIMEOUT_LONG",
          [...at, "timeout"],
          `a hanging script is noticed after ${script.timeout} at the soonest`,
          {
            why: `it runs every ${script.interval}; a run that lasts keeps the next from starting`,
            hint: "take a timeout of one interval",
          },
        ),
      );
    }
    return problems;
  });
}

function sysctls(pair: PairData, path: Path): Problem[] {
  const own: Readonly<Record<string, string>> = {
    "net.ipv4.ip_nonlocal_bind": "nonlocalBind",
    "net.ipv6.ip_nonlocal_bind": "nonlocalBind",
    "net.ipv4.ip_forward": "forwarding",
    "net.ipv6.conf.all.forwarding": "forwarding",
    "net.ipv4.conf.all.arp_ignore": "arpIgnore",
    "net.ipv4.conf.all.arp_announce": "arpAnnounce",
    "net.ipv4.conf.all.send_redirects": "sendRedirects",
    "net.ipv4.conf.default.send_redirects": "sendRedirects",
  };
  return Object.keys(pair.sysctls).flatMap((key) => {
    const field = own[key];
    if (field === undefined) return [];
    return [
      error("STACK_SYSCTL_TWICE", [...path, "sysctls", key], `${key} is set by kernel.${field}`, {
        why: "two wishes for one parameter",
        hint: `write kernel: { ${field}: … } instead`,
      }),
    ];
  });
}

function drill(pair: PairData, path: Path): Problem[] {
  const wish = pair.drill;
  if (wish === undefined) return [];
  const at = [...path, "drill"];
  if (pair.frontends.length === 0) {
    return [
      error("STACK_DRILL_WITHOUT_FRONTEND", at, "the drill has nothing to ask", {
        why: "its probe connects to a frontend on a virtual address",
        hint: "add a frontend or take the drill out",
      }),
    ];
  }
  if (!wish.faults.some((fault) => fault !== "handover")) return [];
  const limit = durationMs(wish.maxOutage);
  return pair.vrrpInstances.flatMap((instance) => {
    if (!pair.nodes.some((node) => node.name === instance.master)) return [];
    const { most } = failoverOf(pair, instance).crash;
    if (most <= limit) return [];
    return [
      error(
        "STACK_DRILL_CANNOT_PASS",
        [...at, "maxOutage"],
        `${wish.maxOutage} is less than ${JSON.stringify(instance.name)} takes to notice a dead master`,
        {
          why: `three adverts and the skew are up to ${Math.ceil(most)} ms`,
          hint: `allow more than ${Math.ceil(most)}ms, or shorten advertInterval`,
        },
      ),
    ];
  });
}
