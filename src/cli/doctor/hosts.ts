import { TandemError } from "../../diagnostics/index.ts";
import { failedCopyOf, SshShell } from "../../host/index.ts";
import type { ResolvedNode, ResolvedStack } from "../../stack/index.ts";
import type { CliContext } from "../context.ts";
import { secretLookup } from "../secrets.ts";
import type { Finding } from "./machine.ts";

/** Looks at every host of the stack, all at once; reads only. */
export async function checkHosts(
  context: CliContext,
  stack: ResolvedStack,
  file: string,
): Promise<readonly Finding[]> {
  const secrets = secretLookup(context, file);
  const nodes = stack.pairs.flatMap((pair) => pair.nodes);
  const findings = await Promise.all(
    nodes.map(async (node) => {
      const shell = new SshShell(await secrets.connection(node.connection));
      try {
        return await checkHost(node, shell, context.signal);
      } catch (cause) {
        if (!(cause instanceof TandemError)) throw cause;
        return cause.problems.map((p) => ({
          subject: node.name,
          state: "error" as const,
          message: p.message,
          ...(p.hint === undefined ? {} : { fix: p.hint }),
        }));
      } finally {
        await shell.close();
      }
    }),
  );
  return findings.flat();
}

async function checkHost(
  node: ResolvedNode,
  shell: SshShell,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const has = async (argv: readonly string[]) => (await shell.run(argv, { signal })).exitCode === 0;
  const facts = await shell.run(["uname", "-srm"], { signal });
  const findings: Finding[] = [
    { subject: node.name, state: "ok", message: facts.stdout.toString("utf8").trim() },
  ];
  const note = (good: boolean, bad: Finding) => {
    if (!good) findings.push(bad);
  };
  note(await has(["test", "-d", "/run/systemd/system"]), {
    subject: node.name,
    state: "error",
    message: "systemd does not run there",
    fix: "the daemon is a systemd unit; use a host with systemd as init",
  });
  const interfaces = [...new Set(node.addresses.map((a) => a.interface))];
  for (const name of interfaces) {
    note(await has(["test", "-d", `/sys/class/net/${name}`]), {
      subject: node.name,
      state: "error",
      message: `interface ${name} does not exist`,
      fix: "name one that `ip link` lists on the host",
    });
  }
  note(await has(["test", "-x", "/usr/sbin/nft"]), {
    subject: node.name,
    state: "warning",
    message: "nft is not installed, so adverts of strangers are not filtered",
    fix: "apt-get install nftables",
  });
  const failed = await failedCopyOf(shell, { signal });
  if (failed !== undefined)
    findings.push({
      subject: node.name,
      state: "warning",
      message: `release ${failed.release} could not be taken over at ${failed.at} (by ${failed.by}): ${failed.reason.split("\n")[0]}`,
      fix: `look at ${failed.path} on the host; it goes with the next release that is taken over`,
    });
  return findings;
}
