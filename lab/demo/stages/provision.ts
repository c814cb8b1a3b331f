import { until } from "../../index.ts";
import { type Demo, holders, page } from "../demo.ts";
import type { StepNotes } from "../terminal.ts";

/** Real `pulumi up`: two hosts, one address, pages from both servers. */
export async function provision(demo: Demo, notes: StepNotes): Promise<void> {
  await demo.workspace.expect(["stack", "init", "lab"]);
  notes.doing("pulumi up");
  const up = await demo.workspace.expect(["up", "--yes", "--skip-preview", "--stack", "lab"], (line) => {
    if (/tandem:index|error|warning/.test(line)) notes.doing(line.trim());
  });
  notes.saw(`pulumi up ended in ${up.seconds.toFixed(1)} s, failover drill included`);
  const [master] = await until("one balancer to hold the address", 10_000, async () => {
    const now = await holders(demo);
    return now.length === 1 ? now : undefined;
  });
  for (const host of demo.hosts) notes.saw(`${host.name} is ${await role(demo, host.name)}`);
  notes.saw(`${demo.vip} is on ${master} and on no other host`);
  const seen = new Set<string>();
  for (let i = 0; i < 20; i++) seen.add(/web-\d/.exec(await page(demo))?.[0] ?? "no page");
  notes.expect(
    seen.has("web-1") && seen.has("web-2") && seen.size === 2,
    "pages from web-1 and web-2",
    [...seen].join(", "),
  );
  notes.saw(`a client in the lab gets pages from ${[...seen].sort().join(" and ")} through ${demo.url}`);
}

async function role(demo: Demo, name: string): Promise<string> {
  const binary = "/opt/tandem/bin/tandemd-*";
  const { stdout } = await demo.lab.exec(name, ["sh", "-c", `${binary} status --json`]);
  const status = JSON.parse(stdout) as { vrrp: { instances: { state: string }[] } };
  return status.vrrp.instances.map((i) => i.state).join(", ");
}
