import { buildCommand } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { adopt, drift } from "./drift/commands.ts";
import { rollout } from "./rollout/commands.ts";
import { status } from "./status/commands.ts";

// Commands are data; what they do is loaded only when they run, so that `--help` answers at once.

const stack = {
  brief: "Stack: a file that exports `stack`, or its name under stacks/",
  placeholder: "stack",
  parse: String,
} as const;

const stackOnly = { kind: "tuple", parameters: [stack] } as const;
const json = { kind: "boolean", brief: "Print JSON on stdout", default: false, withNegated: false } as const;
const node = { kind: "parsed", parse: String, brief: "Only this node", optional: true } as const;
const pair = { kind: "parsed", parse: String, brief: "Only this pair", optional: true } as const;

export interface RenderFlags {
  readonly out?: string;
  readonly node?: string;
  readonly json: boolean;
}

const render = buildCommand<RenderFlags, [string], CliContext>({
  docs: { brief: "Print or write every file that the stack puts on its hosts" },
  parameters: {
    flags: {
      out: {
        kind: "parsed",
        parse: String,
        brief: "Write into this folder, one subfolder a node",
        optional: true,
      },
      node,
      json,
    },
    positional: stackOnly,
  },
  loader: async () => (await import("./actions/render.ts")).renderAction,
});

export interface CheckFlags {
  readonly json: boolean;
  readonly keepalived: boolean;
  readonly targetFailover?: string;
  readonly haproxy?: readonly string[];
  readonly sysctl?: readonly string[];
  readonly addresses?: readonly string[];
  readonly firewall?: readonly string[];
  readonly root?: readonly string[];
  readonly segment?: readonly string[];
  readonly id?: readonly string[];
  readonly silence?: readonly string[];
  readonly sarif: boolean;
}

const ofEach = (brief: string) =>
  ({ kind: "parsed", parse: String, variadic: true, optional: true, brief }) as const;

const check = buildCommand<CheckFlags, string[], CliContext>({
  docs: {
    brief: "Find mistakes in a stack, or in two keepalived.conf files of a pair; touches no host",
    fullDescription:
      "tandem check STACK reads a definition, with the real parser where it is built.\n" +
      "tandem check --keepalived A.conf B.conf compares the files of two nodes (rules E01 to E17, docs/lint.md).\n" +
      "What is told of the machines is given once for both nodes, or twice in the order of the files.",
  },
  parameters: {
    flags: {
      keepalived: {
        kind: "boolean",
        brief: "Compare two keepalived.conf files",
        default: false,
        withNegated: false,
      },
      targetFailover: {
        kind: "parsed",
        parse: String,
        brief: "Longest failover that is wanted, e.g. 1s or 500ms",
        optional: true,
      },
      haproxy: ofEach("haproxy.cfg of the node: listeners on virtual addresses (E10, E16)"),
      sysctl: ofEach("sysctl.conf of the node, or what `sysctl -a` prints (E16)"),
      addresses: ofEach("What `ip -j address` prints on the node (E07, E08, E13)"),
      firewall: ofEach("What `nft list ruleset` or `iptables-save` prints on the node (E01)"),
      root: ofEach("/ or a copied tree of the node: scripts and users (E09)"),
      segment: ofEach("keepalived.conf of another router on the segment (E02)"),
      id: ofEach("Configuration id of the node (@ID lines), when one file serves both"),
      silence: ofEach("CODE=REASON: a warning that is meant so; in a definition its `silences`"),
      sarif: { kind: "boolean", brief: "Print SARIF 2.1.0 on stdout", default: false, withNegated: false },
      json,
    },
    positional: {
      kind: "array",
      parameter: { brief: "Stack, or the two files", placeholder: "stack", parse: String },
      minimum: 1,
      maximum: 2,
    },
  },
  loader: async () => (await import("./actions/check.ts")).checkAction,
});

export interface DiffFlags {
  readonly node?: string;
  readonly json: boolean;
}

const diff = buildCommand<DiffFlags, [string], CliContext>({
  docs: { brief: "Compare the stack as written with the hosts as they are; exit 2 when they differ" },
  parameters: { flags: { node, json }, positional: stackOnly },
  loader: async () => (await import("./actions/diff.ts")).diffAction,
});

export interface UpFlags {
  readonly yes: boolean;
  readonly preview: boolean;
}

const up = buildCommand<UpFlags, [string], CliContext>({
  docs: { brief: "Check the stack, then run `pulumi up` on it" },
  parameters: {
    flags: {
      yes: { kind: "boolean", brief: "Do not ask", default: false, withNegated: false },
      preview: {
        kind: "boolean",
        brief: "Only preview, reading the live hosts",
        default: false,
        withNegated: false,
      },
    },
    positional: stackOnly,
  },
  loader: async () => (await import("./actions/up.ts")).upAction,
});

const faultKinds = ["handover", "kill", "stop", "linkDown"] as const;

export interface DrillFlags {
  readonly pair?: string;
  readonly fault?: readonly (typeof faultKinds)[number][];
  readonly json: boolean;
  readonly yes: boolean;
}

const drill = buildCommand<DrillFlags, [string], CliContext>({
  docs: {
    brief: "Inject faults on the master and measure what a client sees; exit 5 when the verdict is bad",
  },
  parameters: {
    flags: {
      pair,
      fault: {
        kind: "enum",
        values: faultKinds,
        variadic: true,
        optional: true,
        brief: "Which faults (default: those of the definition)",
      },
      yes: { kind: "boolean", brief: "Do not ask", default: false, withNegated: false },
      json,
    },
    positional: stackOnly,
  },
  loader: async () => (await import("./actions/drill.ts")).drillAction,
});

export interface ImportFlags {
  readonly haproxy?: readonly string[];
  readonly keepalived?: readonly string[];
  readonly host?: readonly string[];
  readonly interface?: readonly string[];
  readonly interfaceAddress?: readonly string[];
  readonly identity?: string;
  readonly knownHosts?: string;
  readonly out?: string;
  readonly force: boolean;
  readonly json: boolean;
}

const importCommand = buildCommand<ImportFlags, [string], CliContext>({
  docs: {
    brief: "Turn haproxy.cfg and keepalived.conf into a stack file; exit 2 when something is left to do",
    fullDescription:
      "tandem import NAME --haproxy FILE --keepalived FILE reads files: keepalived.conf of one node, or of both.\n" +
      "tandem import NAME --host A --host B reads those of two live hosts over SSH, and their addresses.\n" +
      "What could not be carried over is listed with its place (docs/import.md).",
  },
  parameters: {
    flags: {
      haproxy: ofEach("haproxy.cfg; several are read as one, as with haproxy -f"),
      keepalived: ofEach("keepalived.conf of one node, or of both in the order of --host"),
      host: ofEach("Node as [NAME=][USER@]ADDRESS[:PORT], once for each"),
      interface: ofEach("Interface that carries VRRP, once for both nodes or once for each"),
      interfaceAddress: ofEach("Own address of a node there with prefix length, once for each"),
      identity: {
        kind: "parsed",
        parse: String,
        brief: "Private key for SSH (default: the agent)",
        optional: true,
      },
      knownHosts: {
        kind: "parsed",
        parse: String,
        brief: "known_hosts file (default: ~/.ssh/known_hosts)",
        optional: true,
      },
      out: {
        kind: "parsed",
        parse: String,
        brief: "File to write (default: stacks/NAME.ts)",
        optional: true,
      },
      force: { kind: "boolean", brief: "Overwrite the file", default: false, withNegated: false },
      json,
    },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Name of the stack", placeholder: "name", parse: String }],
    },
  },
  loader: async () => (await import("./actions/import.ts")).importAction,
});

export interface GraphFlags {
  readonly format: "svg" | "mermaid";
  readonly out?: string;
}

const graph = buildCommand<GraphFlags, [string], CliContext>({
  docs: { brief: "Draw the pairs, virtual addresses, frontends and backends" },
  parameters: {
    flags: {
      format: { kind: "enum", values: ["svg", "mermaid"], default: "mermaid", brief: "Picture format" },
      out: { kind: "parsed", parse: String, brief: "File to write (default: stdout)", optional: true },
    },
    positional: stackOnly,
  },
  loader: async () => (await import("./actions/graph.ts")).graphAction,
});

export interface DoctorFlags {
  readonly stack?: string;
  readonly json: boolean;
}

const doctor = buildCommand<DoctorFlags, [], CliContext>({
  docs: { brief: "Look for what is missing on this machine and on the stack's hosts; changes nothing" },
  parameters: {
    flags: {
      stack: { kind: "parsed", parse: String, brief: "Also look at this stack's hosts", optional: true },
      json,
    },
    positional: { kind: "tuple", parameters: [] },
  },
  loader: async () => (await import("./actions/doctor.ts")).doctorAction,
});

export interface InitFlags {
  readonly name?: string;
}

const init = buildCommand<InitFlags, [string], CliContext>({
  docs: { brief: "Write a project that passes `tandem check` at once" },
  parameters: {
    flags: {
      name: { kind: "parsed", parse: String, brief: "Project name (default: the folder's)", optional: true },
    },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Folder to create", placeholder: "folder", parse: String }],
    },
  },
  loader: async () => (await import("./actions/init.ts")).initAction,
});

const explain = buildCommand<{ readonly json: boolean }, [string], CliContext>({
  docs: { brief: "Say what an error code means and what to do" },
  parameters: {
    flags: { json },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "Code, e.g. HOST_UNREACHABLE", placeholder: "code", parse: String }],
    },
  },
  loader: async () => (await import("./actions/explain.ts")).explainAction,
});

export const commands = {
  render,
  check,
  diff,
  up,
  drift,
  adopt,
  drill,
  status,
  rollout,
  graph,
  import: importCommand,
  doctor,
  init,
  explain,
};
