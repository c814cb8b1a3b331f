import { type Demo, page } from "../demo.ts";
import type { StepNotes } from "../terminal.ts";

const preview = ["preview", "--refresh", "--diff", "--stack", "lab"] as const;

/** Edits by hand are named, the file line by line; `pulumi up` repairs them. */
export async function drift(demo: Demo, notes: StepNotes): Promise<void> {
  const [, backup] = demo.balancers;
  const edit = [
    "sed -i 's/balance roundrobin/balance source/' /etc/tandem/current/haproxy.cfg",
    "sysctl -qw net.ipv4.ip_nonlocal_bind=0",
    "systemctl stop tandem.service",
  ];
  for (const command of edit) {
    await demo.lab.exec(backup, ["sh", "-c", command]);
    notes.doing(`by hand on ${backup}: ${command}`);
  }
  const shown = await demo.workspace.expect([...preview]);
  const wanted: readonly [string, RegExp][] = [
    [
      "haproxy.cfg by its changed line",
      /balance\s+source[\s\S]*balance\s+roundrobin|balance\s+roundrobin[\s\S]*balance\s+source/,
    ],
    ["the kernel parameter", /net\.ipv4\.ip_nonlocal_bind/],
    ["the stopped service", /active/],
  ];
  for (const [what, pattern] of wanted) {
    notes.expect(pattern.test(shown.text), `the preview to name ${what}`, `it does not:\n${shown.text}`);
    notes.saw(`pulumi preview --refresh names ${what}`);
  }
  notes.excerpt("pulumi preview --refresh --diff", changedLines(shown.text));
  await demo.workspace.expect(["up", "--yes", "--skip-preview", "--refresh", "--stack", "lab"]);
  notes.saw("pulumi up repaired the host");
  const clean = await demo.workspace.expect([...preview, "--expect-no-changes"]);
  notes.saw(`a second preview finds nothing to do (${clean.seconds.toFixed(1)} s)`);
  notes.saw(`the page: ${await page(demo)}`);
}

/** The lines of a diff that say something, with two lines around each. */
export function changedLines(text: string): string {
  const lines = text.split("\n");
  const marked = lines.map((line) => /^\s*[~+-]\s/.test(line) || /^\s*[+-]/.test(line));
  const near = (i: number) => marked.slice(Math.max(0, i - 2), i + 3).some(Boolean);
  const kept = lines.map((line, i) => (near(i) ? line : undefined));
  return kept
    .filter((line, i) => line !== undefined || kept[i - 1] !== undefined)
    .map((line) => line ?? "        …")
    .join("\n");
}
