import { until } from "../../index.ts";
import { AskingClient, losses } from "../client.ts";
import { type Demo, page } from "../demo.ts";
import type { StepNotes } from "../terminal.ts";
import { changedLines } from "./drift.ts";

/** A server more, backup first, while a client keeps asking. */
export async function change(demo: Demo, notes: StepNotes): Promise<void> {
  const { workspace, lab } = demo;
  const { name, address } = lab.host("web-3");
  workspace.setup = { ...workspace.setup, servers: [...workspace.setup.servers, { name, address }] };
  const shown = await workspace.expect(["preview", "--refresh", "--diff", "--stack", "lab"]);
  notes.excerpt(`stacks/lab.ts gains server ${name}; pulumi preview --diff`, changedLines(shown.text));
  const client = new AskingClient(lab, demo.url);
  const order: string[] = [];
  const up = await workspace.expect(
    ["up", "--yes", "--skip-preview", "--refresh", "--stack", "lab"],
    (line) => {
      const updated = /tandem:index:Node\s+(\S+)\s+updated\b/.exec(line)?.[1];
      if (updated !== undefined) order.push(updated);
    },
  );
  // The new server joins after its first good check; the client goes on until its page has been seen.
  await until(`a page from ${name}`, 15_000, async () =>
    (await page(demo)).includes(name) ? true : undefined,
  );
  const tally = await client.stop();
  notes.saw(`pulumi up: ${up.seconds.toFixed(1)} s, order ${order.join(", then ") || "not printed"}`);
  notes.expect(tally.failed === 0, "no lost request", losses(tally));
  notes.saw(
    `a client asked ${tally.asked} times meanwhile and lost none (longest gap ${tally.longestGapMs.toFixed(0)} ms)`,
  );
  notes.expect((tally.servers[name] ?? 0) > 0, `pages from ${name}`, JSON.stringify(tally.servers));
  notes.saw(
    `pages by server: ${Object.entries(tally.servers)
      .map(([s, n]) => `${s} ${n}`)
      .join(", ")}`,
  );
}
