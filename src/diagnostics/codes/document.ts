import { errorCatalogue } from "./catalogue.ts";
import { codesOfRules, type LintRule, lintRules } from "./lint.ts";

/** Text of docs/errors.md, from the catalogue. */
export function errorsDocument(): string {
  const sections = Object.entries(errorCatalogue)
    .filter(([code]) => !(code in lintRules))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, [meaning, example, fix]]) =>
      [`## ${code}`, "", sentence(meaning), "", "```text", example, "```", "", `**Fix:** ${fix}.`, ""].join(
        "\n",
      ),
    );
  return [
    "# Error codes",
    "",
    "Generated from `src/diagnostics/codes/`; `tandem explain CODE` prints the same text.",
    "",
    ...sections,
  ].join("\n");
}

/** Titles of the rules, as a heading names them. */
const titles: Readonly<Record<LintRule, string>> = {
  E01: "The nodes disagree",
  E02: "A router id twice on a segment",
  E03: "A weight that cannot move the addresses",
  E04: "Preemption without effect, or with too much",
  E05: "Who is master is left to chance",
  E06: "Passwords that are not what they look like",
  E07: "Addresses in the wrong place",
  E08: "Unicast peers that do not name each other",
  E09: "Checks that cannot run or tell too late",
  E10: "A mute address",
  E11: "Unknown and lost words",
  E12: "Times that cannot be kept",
  E13: "Priority 255",
  E14: "Virtual MAC addresses",
  E15: "Sync groups that pull apart",
  E16: "Binding an address that is elsewhere",
  E17: "Failover slower than wanted",
};

/** A case of the lint's tests: `E03-weight-too-small`, with its text. */
export interface LintCase {
  readonly name: string;
  readonly text: string;
}

/** Text of docs/lint.md, from the catalogue and the cases that the tests run. */
export function lintDocument(cases: readonly LintCase[]): string {
  const rules = (Object.keys(lintRules) as LintRule[]).map((rule) => ruleSection(rule, cases));
  return `${LINT_HEAD}\n${rules.join("\n")}`;
}

function ruleSection(rule: LintRule, cases: readonly LintCase[]): string {
  const [meaning, , fix] = lintRules[rule];
  const own = cases.filter(({ name }) => name.startsWith(`${rule}-`));
  const rows = own.flatMap(({ name, text }) => {
    const found = text.slice(text.indexOf("== expect\n") + "== expect\n".length).trim();
    const told = found.split("\n").filter((line) => line.includes(`[${rule}]`) && !line.endsWith("]: "));
    return found === "" || told[0] === undefined
      ? []
      : [`| \`${name}\` | ${told[0].replaceAll("|", "\\|")} |`];
  });
  const broken = own.find(({ text }) => new RegExp(`^\\w+\\[${rule}\\]`, "m").test(text));
  const codes = codesOfRules[rule].map((code) => `\`${code}\``).join(", ");
  return [
    `## ${rule}: ${titles[rule]}`,
    "",
    sentence(meaning),
    "",
    ...(broken === undefined
      ? []
      : [`An example that breaks it (\`${broken.name}\`):`, "", "```text", broken.text.trim(), "```", ""]),
    `**Write instead:** ${fix}.`,
    "",
    `**In a definition:** ${codes === "" ? "cannot be written there" : codes}.`,
    "",
    "| case | what is said |",
    "|---|---|",
    ...rows,
    "",
  ].join("\n");
}

const LINT_HEAD = `# Two-node lint

Generated from \`src/diagnostics/codes/lint.ts\` and the cases in \`daemon/crates/tandemd/tests/lint/cases\`, which the tests run.

\`keepalived -t\` looks at one file on one host, and accepts many pairs that cannot work. These rules look at both nodes:

- \`tandem check STACK\` and \`pulumi preview\` for a definition: warnings are shown on the pair, errors end the preview before any host is contacted;
- \`tandem check --keepalived A.conf B.conf\` for two files of keepalived users, and \`tandemd lint A.conf B.conf\` on a host. Exit status of the first: 0 no error, 3 an error, 1 when a file cannot be read, 64 wrong use; of the second 0, 1 and 64.

What the files do not hold can be told: \`--haproxy FILE\`, \`--sysctl FILE\`, \`--addresses FILE\` (\`ip -j address\`), \`--firewall FILE\` (\`nft list ruleset\` or \`iptables-save\`), \`--root DIR\` (\`/\`, or a copied tree with the scripts), each once for both nodes or twice in their order; \`--segment FILE\` for other routers of the network; \`--id NAME\` twice for one file with \`@ID\` lines; \`--target-failover TIME\` for the failover that is wanted. \`tandemd lint --election\` and \`--json\` show who is master for each set of failed checks. \`tandem explain E03\` prints a rule.

Each file is also read by itself, and the haproxy.cfg that a definition renders: sample values, open statistics pages, unverified servers and such are the codes \`LINT_…\` of [errors](errors.md). Certificates that a definition brings are read, too (\`STACK_CERTIFICATE_…\`): by \`tandem check\` where their texts are plain, in files or in variables of this machine, and by a preview, which decrypts those of the configuration; those that are files of the hosts are judged there, at a deployment and by \`tandemd check\`. What tandemd says of a file given by \`--haproxy\` is told by its own codes ([config-codes](config-codes.md)): a mode that does not fit, servers that nobody checks, timeouts that are missing.

\`--sarif\` prints SARIF 2.1.0. A warning that is meant so is silenced with its reason, by \`--silence CODE=REASON\` or in a definition by \`silences: [{ code, reason }]\`: it is shown as silenced (in SARIF as a suppression with its justification), does not count, and is not told at a deployment. CODE is that of a warning, one of tandemd's own (\`haproxy/no-check\`), or a rule (\`E05\`), which silences all that belongs to it; one that does not exist is refused. What nothing says any more is named. Errors cannot be silenced.

In a case, \`== NAME\` begins a file, and \`== expect\` the findings.
`;

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
