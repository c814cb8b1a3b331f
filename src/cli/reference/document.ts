import { type Application, type CommandContext, generateHelpTextForAllCommands } from "@stricli/core";
import { settingEnvironment, settingsSchema } from "../../provider/settings.ts";
import { createApp } from "../app.ts";

/** Text of docs/commands.md, from the commands and the provider's settings. */
export function commandsDocument(): string {
  const app = createApp("");
  const brief = briefs(app.root, "tandem");
  // No command runs here, so none needs its context.
  const commands = generateHelpTextForAllCommands(app as unknown as Application<CommandContext>).map(
    ([route, help]) => {
      const said = brief.get(route) ?? "";
      return [
        `## ${route}`,
        "",
        ...(help.includes(said) ? [] : [`${said}.`, ""]),
        "```text",
        plain(help),
        "```",
        "",
      ].join("\n");
    },
  );
  return [opening, ...commands, pulumi, settings(), environment].join("\n");
}

type Routes = ReturnType<typeof createApp>["root"];

/** What each command is for, in a line; the long text of a command takes its place in its help. */
function briefs(target: Routes, route: string): ReadonlyMap<string, string> {
  if (!("getAllEntries" in target)) return new Map([[route, target.brief]]);
  return new Map(
    target
      .getAllEntries()
      .flatMap(({ name, target: inner }) => [...briefs(inner, `${route} ${name.original}`)]),
  );
}

/** Without the flag that every command has, and with the spaces that no reader sees taken out. */
function plain(help: string): string {
  const said = help.split("\n").filter((line) => !/^ {2,}-h {2}--help|^ {2}tandem.* --help$/.test(line));
  return said
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/FLAGS\n(?= *\n|ARGUMENTS|$)/, "")
    .trim();
}

const opening = `# Commands

Generated from \`src/cli\` and \`src/provider/settings.ts\`: run \`node --import tsx src/cli/reference/generate.ts\` after a change.
\`--help\` prints the same. A \`<stack>\` is a file that exports \`stack\`, or its name under \`stacks/\`.

Data goes to stdout, words for people to stderr; with \`--json\` stdout has nothing but JSON. Without a terminal nobody is asked:
what would ask needs \`--yes\`, or ends with 64. The first Ctrl-C finishes the host that is being changed, or takes it back; the
second leaves at once, and the host goes back by itself.

| exit code | |
|---|---|
| 0 | as wished |
| 1 | failed |
| 2 | changes or drift are pending, or a rollout waits for an approval |
| 3 | the definition is invalid; nothing was contacted |
| 4 | a host cannot be reached; nothing was changed on it |
| 5 | the verification failed; the hosts were rolled back |
| 64 | the command line is wrong |
| 130 | interrupted |
`;

const pulumi = `## Pulumi's own

\`tandem\` adds to Pulumi and replaces nothing. All of these work as they do everywhere:

| command | here |
|---|---|
| \`pulumi preview [--diff]\` | reads the hosts, shows every line that would change, and what was changed by hand |
| \`pulumi up\` | the same, then does it: backup first, then the master, then the drill |
| \`pulumi up --target …\`, \`--refresh\`, \`--skip-preview\`, \`--json\` | as ever |
| \`TANDEM_ADOPT=1 pulumi up\` | when the state is lost: takes the stack's hosts over as they are, instead of creating them |
| \`pulumi import tandem:index:Node NAME lb-a@10.0.0.11[:PORT]\` | the same for one host |
| \`pulumi destroy\` | removes everything and gives back what was there before |

## Settings of the provider

\`pulumi config set tandem:KEY VALUE\`; the variable, where it is set, wins.
`;

/** A row for each setting: key, variable, default, meaning. */
function settings(): string {
  const variables = new Map(Object.entries(settingEnvironment).map(([name, key]) => [key as string, name]));
  const defaults: Readonly<Record<string, unknown>> = settingsSchema.parse({});
  const rows = Object.entries(settingsSchema.shape).map(([key, { description = "" }]) => {
    const told = key in defaults ? `\`${defaults[key]}\`` : "";
    return `| \`${key}\` | \`${variables.get(key) ?? ""}\` | ${told} | ${description} |`;
  });
  return ["| key | variable | default | |", "|---|---|---|---|", ...rows, ""].join("\n");
}

const environment = `## Further variables

| variable | |
|---|---|
| \`TANDEM_PULUMI\` | the \`pulumi\` executable to run, instead of the first on PATH |
| \`TANDEM_BINARY\` | for \`tandem\`, too: the \`tandemd\` that reads files for \`check\` and \`import\` |
| \`TANDEM_ADOPT\` | \`1\`: this \`pulumi up\` takes hosts over that were provisioned before, instead of creating them |
| \`SSH_AUTH_SOCK\` | the SSH agent, for nodes that name no key |
| \`NO_COLOR\`, \`FORCE_COLOR\` | never, always colours; they are never the only signal |
| \`CI\` | lines with their time instead of a live picture |
`;
