import type { ErrorTable } from "./entry.ts";

/** Codes of src/cli; the format is told in entry.ts. */
export const cliCodes = {
  CLI_CANNOT_WRITE: [
    "a file or folder that the command line named for its output cannot be written",
    "error[CLI_CANNOT_WRITE]: /proc/out/lb-a/haproxy.cfg cannot be written: its folder does not exist, or takes no new files",
    "name another place, give this user the right to write there, or free some of the disk",
  ],
  CLI_CHECK_WHAT: [
    "`tandem check` was not told what to check, or was given options of the other form",
    "error[CLI_CHECK_WHAT]: two files are compared, 1 given",
    "write `tandem check STACK`, or `tandem check --keepalived A.conf B.conf`",
  ],
  CLI_DAEMON_REFUSES: [
    "the daemon's own parser does not accept a rendered file, so a host would refuse the release",
    'lb-a.haproxy.cfg:12:3: error[CLI_DAEMON_REFUSES]: tandemd unknown-keyword: unknown keyword "balanse"',
    "change the field of the definition that renders that line; if the definition is right, this is a defect of Tandem",
  ],
  CLI_DRIFT_WHAT: [
    "`tandem drift` was given options that contradict each other",
    "error[CLI_DRIFT_WHAT]: --all and --stack contradict each other",
    "name one stack with --stack, or say --all",
  ],
  CLI_INIT_NAME: [
    "a project name has characters that npm or Pulumi refuse",
    'error[CLI_INIT_NAME]: "Edge Prod" is not a project name',
    "use lower-case letters, digits and -, e.g. tandem init edge --name edge-prod",
  ],
  CLI_INIT_NOT_EMPTY: [
    "`tandem init` writes only into a folder that is empty or does not exist, and that can be read",
    "error[CLI_INIT_NOT_EMPTY]: edge is not empty (package.json)",
    "name a new folder",
  ],
  CLI_LINT_REFUSED: [
    "a file that was to be compared, or what was told of a machine, cannot be read",
    "error[CLI_LINT_REFUSED]: b.conf cannot be read: No such file or directory (os error 2)",
    "name files that can be read; `ip -j address` prints what --addresses takes",
  ],
  CLI_NO_DRILL: [
    "a drill was asked for, but the definition has none for that pair and no fault was named",
    'error[CLI_NO_DRILL]: pair "web" defines no drill',
    'name faults (tandem drill dev --fault kill), or add `drill: { faults: ["handover"], maxOutage: "1s" }` to the pair',
  ],
  CLI_NO_PULUMI: [
    "the Pulumi command line is needed, and cannot be found or run",
    "error[CLI_NO_PULUMI]: the pulumi executable is neither on PATH nor named by TANDEM_PULUMI",
    "install Pulumi; in this repository `sh lab/setup/ensure.sh demo` builds and caches it",
  ],
  CLI_NO_TANDEMD: [
    "files are read by tandemd itself, and its executable is not there, cannot be run here, or does not come to an end",
    "error[CLI_NO_TANDEMD]: dist/tandemd does not exist",
    "run `npm run build:daemon`, name one with TANDEM_BINARY=PATH, or run `tandemd lint A.conf B.conf` on a host",
  ],
  CLI_NO_SUCH_NODE: [
    "--node, --pair or --stage names nothing in the definition",
    'error[CLI_NO_SUCH_NODE]: the stack has no node "lb-c"',
    "use a name of the definition",
  ],
  CLI_NOT_CONFIRMED: [
    "a command that changes hosts or disturbs traffic wants a yes, and nobody at a terminal said it",
    "error[CLI_NOT_CONFIRMED]: a drill stops the master of pair web",
    "answer y at a terminal, or say --yes",
  ],
  CLI_PULUMI_FAILED: [
    "a pulumi command that Tandem ran has failed, or gave no answer that can be understood; its own message stands above",
    "error[CLI_PULUMI_FAILED]: `pulumi stack export` of stack dev ended with 255; what it said stands above",
    "follow Pulumi's message; `tandem doctor` looks at the installation",
  ],
  CLI_SECRET_MISSING: [
    "a secret that the definition refers to has no value here",
    "error[CLI_SECRET_MISSING]: environment variable VRRP_PASSWORD is not set",
    "set the environment variable, write the file, or `pulumi config set --secret KEY`",
  ],
  CLI_STACK_LOAD_FAILED: [
    "a stack file does not compile or throws while it is evaluated",
    'stacks/dev.ts:5:36: error[CLI_STACK_LOAD_FAILED]: the file throws RangeError: no address left\n  5 |   if (first === undefined) throw new RangeError("no address left");\n    |                                  ^',
    "correct the line that is named, or give it what it reads; after `npm install`, `npx tsc --noEmit` shows what the compiler says of the whole project",
  ],
  CLI_STACK_NO_EXPORT: [
    "a stack file exports no `stack`, or a promise or function in its place",
    "stacks/dev.ts: error[CLI_STACK_NO_EXPORT]: `stack` is a promise, not the definition that it will hold",
    "write `export const stack = defineStack({ … })`, or `await` what makes it",
  ],
  CLI_STACK_NOT_FOUND: [
    "the stack named on the command line is neither a file nor a name under stacks/",
    'error[CLI_STACK_NOT_FOUND]: no stack "prod": looked for prod.ts, stacks/prod.ts',
    "name a .ts file that exports `stack`, or its name under stacks/",
  ],
  CLI_UNKNOWN_CODE: [
    "`tandem explain` was given a code that does not exist",
    'error[CLI_UNKNOWN_CODE]: no error code "HOST_UNREACHABEL"',
    "copy the code from the brackets of the message; docs/errors.md lists them all",
  ],
} as const satisfies ErrorTable;
