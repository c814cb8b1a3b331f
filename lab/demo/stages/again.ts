import { type Demo, holders, page } from "../demo.ts";
import type { StepNotes } from "../terminal.ts";

/** Leaves a working pair behind and says where to look. */
export async function again(demo: Demo, notes: StepNotes): Promise<void> {
  const { lab, workspace } = demo;
  const up = await workspace.expect(["up", "--yes", "--skip-preview", "--stack", "lab"]);
  notes.saw(
    `pulumi up: ${up.seconds.toFixed(1)} s; ${demo.vip} is on ${(await holders(demo)).join(", ")}: ${await page(demo)}`,
  );
  const ssh = (name: string) => `ssh -F ${lab.ssh.configFile} ${name}`;
  const environment = Object.entries(workspace.environment).map(([key, value]) => `export ${key}='${value}'`);
  notes.excerpt(
    "to look at while the lab is up",
    [
      `the page           curl ${demo.url}`,
      ...demo.balancers.map((name) => `${name.padEnd(18)} ${ssh(name)}`),
      `the servers        ${["web-1", "web-2", "web-3"].map((n) => `http://${lab.host(n).address}/`).join("  ")}`,
      `pulumi by hand     cd ${workspace.folder}, then the lines below`,
      ...environment,
      "end it             npm run lab:down",
    ].join("\n"),
  );
}
